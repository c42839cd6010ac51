"""Synthetic patients with planted contradictions and stale facts: wordings in ``*.toml``."""
