"""Encrypt everything again with the active key: resumable, because what is done is skipped."""

from __future__ import annotations

from sqlalchemy import select

from consultation.engines import Progress, no_progress
from jobs.store import pseudonyms
from jobs.store.artefacts import context_of
from jobs.store.audio import AudioStore
from jobs.store.crypto import seal, unseal
from jobs.store.database import Database
from jobs.store.keys import KeyRing
from jobs.store.life_tables import OrganisationKey
from jobs.store.tables import Artefact, Consultation


def rotate(
    database: Database, ring: KeyRing, audio: AudioStore, progress: Progress = no_progress
) -> tuple[int, int]:
    """Number of artefacts and of recordings that were encrypted again. Raises AnamneseError."""
    with database.read() as session:
        blobs = list(session.scalars(select(Artefact.id).where(Artefact.key_id != ring.active)))
        recordings = session.execute(
            select(Consultation.org_id, Consultation.id).where(
                Consultation.audio_bytes.is_not(None)
            )
        ).all()
    _organisation_keys(database, ring)
    total = len(blobs) + len(recordings)
    for number, artefact_id in enumerate(blobs):
        with database.write() as session:
            row = session.get(Artefact, artefact_id, with_for_update=True)
            if row is not None and row.key_id != ring.active:
                where = context_of(row)
                row.body = seal(unseal(row.body, where, ring), where, ring)
                row.key_id = ring.active
        progress("rotate", number + 1, total)
    files = 0
    for number, (org_id, consultation_id) in enumerate(recordings):
        if audio.reseal(org_id, consultation_id):
            files += 1
            with database.read() as session:
                owner = session.get(Consultation, consultation_id)
                erased = owner is None or owner.audio_bytes is None
            if erased:
                # In the meantime: writing it anew must not bring it back.
                audio.delete(org_id, consultation_id)
        progress("rotate", len(blobs) + number + 1, total)
    return len(blobs), files


def _organisation_keys(database: Database, ring: KeyRing) -> None:
    """They stay what they are, and so do the hashes made with them; what seals them is new."""
    with database.write() as session:
        wanted = select(OrganisationKey).where(OrganisationKey.key_id != ring.active)
        for row in session.scalars(wanted.with_for_update()):
            where = pseudonyms.context(row.org_id)
            row.body = seal(unseal(row.body, where, ring), where, ring)
            row.key_id = ring.active
