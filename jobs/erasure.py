"""Erasure of a consultation, a record or of a patient, with everything derived: rows, blobs,
recordings, what the engine knows, records of idempotency.

Rows go in one transaction, which also notes what is outside of them (``Removal``). That is removed
at once, and again by a worker a minute later: the worker that ran the job may have told the
engine something in between, and a bucket may be away.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from consultation.errors import StorageError
from jobs.errors import AudioAway, NotFound
from jobs.queue import Enqueuer
from jobs.store import audit, awaited, consultations, launches, lives, pseudonyms
from jobs.store.audit import Actor
from jobs.store.database import DatabaseAway
from jobs.store.life_tables import Removal
from jobs.store.note_tables import DocumentContext, NoteRevision, TranscriptEdit
from jobs.store.record_tables import is_record
from jobs.store.store import Store
from jobs.store.tables import Artefact, IdempotencyRecord, JobEvent, new_id, now_ms

log = logging.getLogger("anamnese.erasure")
AGAIN_MS = 60_000


@dataclass(frozen=True)
class Receipt:
    """How much was erased."""

    id: str
    consultations: int = 0
    records: int = 0
    recordings: int = 0
    artefacts: int = 0
    jobs: int = 0
    events: int = 0
    idempotency_records: int = 0

    def __add__(self, other: Receipt) -> Receipt:
        mine, theirs = asdict(self), asdict(other)
        return Receipt(id=self.id, **{k: mine[k] + theirs[k] for k in mine if k != "id"})


def erase_consultation(
    store: Store, enqueuer: Enqueuer, actor: Actor, consultation_id: str
) -> Receipt:
    """A consultation or a record. Raises NotFound."""
    receipt = Receipt(new_id("era"))
    with store.database.write() as session:
        receipt += _erase(store, session, actor, consultation_id)
    _remove_now(store, enqueuer, [consultation_id])
    return receipt


def erase_patient(store: Store, enqueuer: Enqueuer, actor: Actor, patient: str) -> Receipt:
    """All consultations and records that were sent with this reference; a receipt of zeros when
    there are none. The audit log keeps the receipt's id and those of what went, not the patient."""
    receipt = Receipt(new_id("era"))
    with store.database.write() as session:
        wanted = lives.of_patient(session, store.ring, actor.org_id, patient)
        for consultation_id in wanted:
            receipt += _erase(store, session, actor, consultation_id)
        hashed = pseudonyms.patient(session, store.ring, actor.org_id, patient)
        launches.erase(session, actor.org_id, hashed)
        audit.append(store.database, session, actor, "patient.erase", receipt.id)
    _remove_now(store, enqueuer, wanted)
    return receipt


def erase_forsaken(store: Store, enqueuer: Enqueuer) -> int:
    """What was sent with a synchronous call whose process is gone; how many there were."""
    with store.database.read() as session:
        found = awaited.forsaken(session)
    for org_id, consultation_id in found:
        with contextlib.suppress(NotFound):
            erase_consultation(store, enqueuer, Actor(org_id, "worker"), consultation_id)
    return len(found)


def _erase(store: Store, session: Session, actor: Actor, consultation_id: str) -> Receipt:
    org = actor.org_id
    row = consultations.owner(session, org, consultation_id)
    record = is_record(row.id)
    jobs = [job.id for job in consultations.jobs(session, org, row.id)]
    receipt = Receipt(
        id="",
        consultations=int(not record),
        records=int(record),
        recordings=int(row.audio_bytes is not None),
        artefacts=sum(
            _count(session, table, table.consultation_id == row.id)
            for table in (Artefact, NoteRevision, DocumentContext, TranscriptEdit)
        ),
        jobs=len(jobs),
        events=_count(session, JobEvent, JobEvent.job_id.in_(jobs)),
        idempotency_records=_count(session, IdempotencyRecord, IdempotencyRecord.job_id.in_(jobs)),
    )
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.job_id.in_(jobs)))
    consultations.erase(session, org, row.id)
    lives.to_be_removed(session, org, consultation_id, jobs)
    what = "record.erase" if record else "consultation.erase"
    audit.append(store.database, session, actor, what, consultation_id)
    return receipt


def _count(session: Session, table: type, condition: object) -> int:
    return session.scalar(select(func.count()).select_from(table).where(condition)) or 0  # type: ignore[arg-type]


def _remove_now(store: Store, enqueuer: Enqueuer, wanted: Sequence[str]) -> None:
    """What fails here, a worker does later: the rows are gone, and that is what was asked."""
    try:
        with store.database.read() as session:
            rows = [session.get(Removal, one) for one in wanted]
            for row in rows:
                if row is not None:
                    session.expunge(row)
        for row in rows:
            if row is not None:
                remove(store, enqueuer, row)
    except (StorageError, DatabaseAway) as error:
        log.warning("a recording is deleted later: %s", error.code)


def remove(store: Store, enqueuer: Enqueuer, row: Removal) -> None:
    """May be done twice. Raises StorageError, DatabaseAway."""
    store.audio.delete(row.org_id, row.consultation_id)
    enqueuer.forget(row.jobs.split())


def finish_removals(store: Store, enqueuer: Enqueuer, *, older_ms: int = AGAIN_MS) -> int:
    """By a worker: how many are over."""
    with store.database.read() as session:
        rows = lives.removals(session, before=now_ms() - older_ms, limit=200)
    done = 0
    for row in rows:
        try:
            remove(store, enqueuer, row)
        except (DatabaseAway, AudioAway) as error:
            log.warning("removals wait: %s", error.code)
            break
        except StorageError as error:
            # One that cannot be deleted must not keep the others.
            log.warning("a removal waits: %s", error.code)
            continue
        with store.database.write() as session:
            lives.removed(session, row.consultation_id)
        done += 1
    if done:
        store.database.forget_log()
    return done
