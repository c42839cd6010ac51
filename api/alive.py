"""``python -m api.alive PORT [PATH]``: whether something answers there. For a container's health
check, which has no curl. An answer of any kind below 500 is one: a worker's metrics may ask for a
token."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request


def alive(port: int, path: str = "/health/live", *, seconds: float = 4.0) -> bool:
    """On this machine."""
    # No proxy: what is asked is this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}{path}", timeout=seconds):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(0 if alive(int(sys.argv[1]), *sys.argv[2:3]) else 1)
