"""Encrypt everything again with the active key: resumable, because what is done is skipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from consultation.engines import Progress, no_progress
from jobs.store import batch_items, batches, launches, notes, pseudonyms, records, webhooks
from jobs.store.artefacts import context_of
from jobs.store.audio import AudioStore
from jobs.store.batch_tables import Batch, BatchItem
from jobs.store.crypto import seal, unseal
from jobs.store.database import Database
from jobs.store.keys import KeyRing
from jobs.store.launch_tables import Launch, LaunchStart
from jobs.store.life_tables import OrganisationKey
from jobs.store.note_tables import DocumentContext, NoteRevision, TranscriptEdit
from jobs.store.record_tables import RecordDocument
from jobs.store.tables import Artefact, Consultation
from jobs.store.webhook_tables import Webhook

_AT_ONCE = 200
_CONTEXTS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (Batch, lambda row: batches.batch_context(row.org_id, row.id)),
    (BatchItem, lambda row: batch_items.item_context(row.org_id, row.batch_id, row.number)),
    (Webhook, lambda row: webhooks.context(row.org_id, row.id)),
    (OrganisationKey, lambda row: pseudonyms.context(row.org_id)),
    (NoteRevision, notes.context_of_revision),
    (DocumentContext, notes.context_of_document),
    (TranscriptEdit, notes.context_of_edit),
    (RecordDocument, records.context_of),
    (LaunchStart, launches.context_of_start),
    (Launch, launches.context_of),
)


def rotate(
    database: Database, ring: KeyRing, audio: AudioStore, progress: Progress = no_progress
) -> tuple[int, int]:
    """Number of pieces in the database and of recordings that were encrypted again.

    Raises AnamneseError.
    """
    with database.read() as session:
        blobs = list(session.scalars(select(Artefact.id).where(Artefact.key_id != ring.active)))
        recordings = session.execute(
            select(Consultation.org_id, Consultation.id).where(
                Consultation.audio_bytes.is_not(None)
            )
        ).all()
    total = len(blobs) + len(recordings)
    others = _others(database, ring)
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
    return len(blobs) + others, files


def _others(database: Database, ring: KeyRing) -> int:
    """What is kept encrypted beside artefacts, a few hundred at a time. Keys of organisations stay
    what they are, and so do the hashes made with them; what seals them is new."""

    def again(row: Any, where: str) -> None:
        row.body = seal(unseal(row.body, where, ring), where, ring)
        row.key_id = ring.active

    done = 0
    for kind, where in _CONTEXTS:
        while True:
            with database.write() as session:
                rows = session.scalars(
                    select(kind).where(kind.key_id != ring.active).limit(_AT_ONCE).with_for_update()
                ).all()
                for row in rows:
                    again(row, where(row))
            done += len(rows)
            if not rows:
                break
    return done
