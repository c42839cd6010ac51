"""Recordings that belong to no consultation: an upload that was cut, an answer that was lost."""

from __future__ import annotations

import time

from sqlalchemy import select

from jobs.store import uploads
from jobs.store.audio import AudioStore
from jobs.store.database import Database
from jobs.store.tables import Consultation

_SECONDS = 24 * 3600.0
"""So old, no upload still runs."""


def remove_orphans(database: Database, audio: AudioStore, *, older: float = _SECONDS) -> int:
    """How many were removed. Raises DatabaseAway, StorageError."""
    removed = 0
    for entry in audio.entries():
        if time.time() - entry.modified < older:
            continue
        with database.read() as session:
            owner = select(Consultation.id).where(
                Consultation.org_id == entry.org_id,
                Consultation.id == entry.consultation_id,
                Consultation.audio_bytes.is_not(None),
            )
            known = session.scalar(owner) is not None
            if not known and uploads.holds(session, entry.consultation_id):
                continue  # an upload on its way, which has a time of its own
        # Half of a known one is what a rotation that was killed left.
        if not known or not entry.whole:
            entry.remove()
            removed += 1
    return removed
