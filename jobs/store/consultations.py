"""Consultations of one organisation: made, listed a page at a time, erased."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from jobs.errors import NotFound
from jobs.store.record_tables import PREFIX, is_record
from jobs.store.tables import Consultation, Job, is_id, now_ms


def create(
    session: Session, *, org_id: str, consultation_id: str, by: str, audio_bytes: int | None
) -> Consultation:
    row = Consultation(
        id=consultation_id, org_id=org_id, created=now_ms(), created_by=by, audio_bytes=audio_bytes
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, org_id: str, consultation_id: str) -> Consultation:
    """Raises NotFound, also for another organisation's, and for a record's."""
    if is_record(consultation_id):
        raise NotFound("there is no such consultation")
    return owner(session, org_id, consultation_id)


def owner(session: Session, org_id: str, consultation_id: str) -> Consultation:
    """A consultation or a record. Raises NotFound."""
    query = select(Consultation).where(
        Consultation.org_id == org_id, Consultation.id == consultation_id
    )
    row = session.scalar(query) if is_id(consultation_id) else None
    if row is None:
        raise NotFound("there is no such consultation")
    return row


def page(
    session: Session, org_id: str, *, limit: int, after: tuple[int, str] | None
) -> Sequence[Consultation]:
    """Newest first; ``after`` is the (created, id) of the last one of the page before."""
    query = select(Consultation).where(
        Consultation.org_id == org_id, Consultation.id.not_like(f"{PREFIX}%")
    )
    if after is not None:
        query = query.where(tuple_(Consultation.created, Consultation.id) < after)
    query = query.order_by(Consultation.created.desc(), Consultation.id.desc()).limit(limit)
    return session.scalars(query).all()


def jobs(session: Session, org_id: str, consultation_id: str) -> Sequence[Job]:
    """Oldest first."""
    return session.scalars(
        select(Job)
        .where(Job.org_id == org_id, Job.consultation_id == consultation_id)
        .order_by(Job.created, Job.id)
    ).all()


def erase(session: Session, org_id: str, consultation_id: str) -> None:
    """The row, its jobs, their events, and all artefacts. The recording is a file: AudioFolder."""
    session.execute(
        delete(Consultation).where(
            Consultation.org_id == org_id, Consultation.id == consultation_id
        )
    )
