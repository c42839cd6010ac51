"""Map: one document → dated facts, each a place in it. Rules; no model, no other document."""
