"""Quality, measured."""
