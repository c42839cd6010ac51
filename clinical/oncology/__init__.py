"""What documents tell of a cancer, read by rules: ``extract`` is the way in."""
