"""One reader a format: bytes → ``records.blocks.Reading``."""
