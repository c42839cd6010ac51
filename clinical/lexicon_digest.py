"""Whether the lists that results come from are the same as when a result was made."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files


@cache
def lexicons_sha256() -> str:
    """Of every list in ``clinical/lexicons``, names included: a changed list changes results."""
    total = hashlib.sha256()
    for path in sorted((files("clinical") / "lexicons").iterdir(), key=lambda p: p.name):
        if path.name.endswith((".csv", ".tsv", ".txt")):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.name} {content}\n".encode())
    return total.hexdigest()
