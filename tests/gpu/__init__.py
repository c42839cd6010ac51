"""On an NVIDIA card, for whoever has one: ``make test-gpu``."""
