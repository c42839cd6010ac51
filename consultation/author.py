"""Who changed something: never guessed, always the caller's own identity."""

from __future__ import annotations

from consultation.wire import Record


class Author(Record):
    id: str
    """Of the key or the token's subject."""
    name: str | None = None
