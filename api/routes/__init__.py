"""The addresses of ``/v1`` and ``/health``."""
