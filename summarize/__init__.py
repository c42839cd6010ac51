"""A transcript to an evidence-linked summary."""
