"""Recordings that belong to no consultation: an upload that was cut, an answer that was lost."""

from __future__ import annotations

import time

from sqlalchemy import select

from jobs.store import uploads
from jobs.store.audio import AudioFolder
from jobs.store.database import Database
from jobs.store.tables import Consultation

_SECONDS = 24 * 3600.0
"""So old, no upload still runs."""


def remove_orphans(database: Database, audio: AudioFolder, *, older: float = _SECONDS) -> int:
    """How many files were removed. Raises DatabaseAway."""
    removed = 0
    for path in audio.folder.glob("*/*.anf*"):
        try:
            if time.time() - path.stat().st_mtime < older:
                continue
        except FileNotFoundError:
            continue
        with database.read() as session:
            owner = select(Consultation.id).where(
                Consultation.org_id == path.parent.name,
                Consultation.id == path.name.split(".")[0],
                Consultation.audio_bytes.is_not(None),
            )
            known = session.scalar(owner) is not None
            if not known and uploads.holds(session, path.name.split(".")[0]):
                continue  # an upload on its way, which has a time of its own
        # A .part of a known one is what a rotation that was killed left.
        if not known or path.suffix == ".part":
            path.unlink(missing_ok=True)
            removed += 1
    return removed
