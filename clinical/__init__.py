"""Deterministic medical knowledge, French and English."""
