"""An item of a batch whose turn has come, and what was read of it."""

from __future__ import annotations

from dataclasses import dataclass

from consultation.errors import InputError
from consultation.transcript import Transcript
from jobs.batch_source import ItemSource
from jobs.record_intake import NewDocument


@dataclass(frozen=True)
class Turn:
    """An item whose turn has come."""

    number: int
    source: ItemSource
    consultation_id: str | None
    """What an earlier attempt made of it."""
    stamp: str | None


@dataclass(frozen=True)
class Taken:
    """What was read of it; nothing of it is in the database yet."""

    turn: Turn
    consultation_id: str | None = None
    """The one to make; None keeps the one that there is."""
    audio_bytes: int | None = None
    transcript: Transcript | None = None
    documents: tuple[NewDocument, ...] = ()
    """Of a record, which ``consultation_id`` is then."""
    stamp: str | None = None
    content_sha256: str | None = None
    error: InputError | None = None
