"""Everything that the service keeps: rows with ids and states in the clear, content encrypted."""
