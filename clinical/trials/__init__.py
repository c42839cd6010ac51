"""Criteria of trials as structure, and each beside what a record says. Research only."""
