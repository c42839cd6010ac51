"""What comes in becomes a consultation and a job, in one place for every door.

The row of the consultation, what is stored with it, the row of the job, its first step for the
engine and the line of the audit log are one transaction: none exists without the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from consultation.transcript import Transcript
from jobs.identity_settings import IdentitySettings
from jobs.queue import Enqueuer
from jobs.store import artefacts, audit, consultations, idempotency, job_rows, lives, notes, quotas
from jobs.store.artefacts import OPTIONS, TRANSCRIPT
from jobs.store.audio import AudioWriter
from jobs.store.audit import Actor
from jobs.store.database import DatabaseAway
from jobs.store.job_rows import INTERACTIVE, Kind
from jobs.store.store import Store
from jobs.store.tables import Job
from jobs.tasks import JobOptions


@dataclass(frozen=True)
class Incoming:
    """A consultation that is about to be."""

    id: str
    content: JobOptions | Transcript
    """Options come with a recording; a transcript comes instead of one."""
    kind: Kind = "consultation"
    template: str | None = None
    priority: int = INTERACTIVE
    audio_bytes: int | None = None
    patient: str | None = None
    """The caller's reference to the patient; only its keyed hash is stored."""
    beside: JobOptions | None = None
    """Options that come with a transcript."""
    context: str | None = None
    """JSON of the document context that it begins with: of a launch from an EHR."""


def add_consultation(
    session: Session,
    store: Store,
    enqueuer: Enqueuer,
    settings: IdentitySettings,
    actor: Actor,
    incoming: Incoming,
) -> Job:
    """In the caller's transaction. Raises StorageQuota, TooManyUnfinished."""
    if incoming.audio_bytes is not None:
        quotas.admit(
            store.database,
            session,
            settings,
            actor.org_id,
            incoming.audio_bytes,
            incoming.priority,
        )
    create_consultation(session, store, actor.org_id, actor.id, incoming)
    return add_job(
        session,
        store,
        enqueuer,
        actor,
        consultation_id=incoming.id,
        kind=incoming.kind,
        template=incoming.template,
        priority=incoming.priority,
        action="consultation.create",
    )


def create_consultation(
    session: Session, store: Store, org_id: str, by: str, incoming: Incoming
) -> None:
    """Its row and what is stored with it; no job yet, and nothing is counted or logged."""
    consultations.create(
        session,
        org_id=org_id,
        consultation_id=incoming.id,
        by=by,
        audio_bytes=incoming.audio_bytes,
    )
    lives.belongs_to(session, store.ring, org_id, incoming.id, incoming.patient)
    content = incoming.content
    contents: dict[str, JobOptions | Transcript | None] = (
        {TRANSCRIPT: content, OPTIONS: incoming.beside}
        if isinstance(content, Transcript)
        else {OPTIONS: content}
    )
    for kind, one in contents.items():
        if one is not None:
            artefacts.put(
                session,
                store.ring,
                org_id=org_id,
                consultation_id=incoming.id,
                kind=kind,
                content=one.to_json().encode(),
            )
    if incoming.context is not None:
        notes.put_context(
            session,
            store.ring,
            org_id=org_id,
            consultation_id=incoming.id,
            content=incoming.context.encode(),
            by=by,
        )


def start_job(
    session: Session,
    enqueuer: Enqueuer,
    *,
    org_id: str,
    consultation_id: str,
    kind: Kind,
    template: str | None,
    priority: int,
) -> Job:
    """Its row and its first step for the engine."""
    job = job_rows.create(
        session,
        org_id=org_id,
        consultation_id=consultation_id,
        kind=kind,
        template=template,
        priority=priority,
    )
    enqueuer.add(session, job)
    return job


def add_job(
    session: Session,
    store: Store,
    enqueuer: Enqueuer,
    actor: Actor,
    *,
    consultation_id: str,
    kind: Kind,
    action: str,
    template: str | None = None,
    priority: int = INTERACTIVE,
) -> Job:
    """A job of a consultation that there is; ``action`` goes to the audit log."""
    job = start_job(
        session,
        enqueuer,
        org_id=actor.org_id,
        consultation_id=consultation_id,
        kind=kind,
        template=template,
        priority=priority,
    )
    audit.append(store.database, session, actor, action, consultation_id)
    return job


def add_recording(
    store: Store,
    actor: Actor,
    consultation_id: str,
    writer: AudioWriter,
    make: Callable[[Session], Job],
    *,
    key: str | None = None,
    request_sha256: str = "",
) -> Job:
    """The file, then the job. With ``key``, the job that the same request made before, if any.

    Raises KeyReused, NotFound, DatabaseAway, StorageError; nothing is left then, except that a
    recording stays where it is not known whether its job was made.
    """
    try:
        # The file first: a job whose recording is not whole must never exist.
        writer.finish()
        job = idempotency.once(store.database, actor.org_id, key, request_sha256, make)
    except DatabaseAway:
        # Perhaps the job was made and the answer was lost: the file stays. One that belongs to
        # nothing is removed by a worker later.
        raise
    except BaseException:
        writer.discard()
        store.audio.delete(actor.org_id, consultation_id)
        raise
    if job.consultation_id != consultation_id:
        # The same request came before: what it made is the answer, and this copy goes.
        store.audio.delete(actor.org_id, consultation_id)
    return job
