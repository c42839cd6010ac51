"""Reduce: the facts of all documents of a patient → lines, conflicts, what is stale, series."""
