"""Launches from an EHR by SMART App Launch 2. See docs/adr/0046."""
