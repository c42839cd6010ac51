"""What will go by its age, and when: the rules of ``retention.py`` as a question, nothing is
removed. And how much of what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Subquery, case, cast, exists, func, literal, null, select
from sqlalchemy.orm import Session

from jobs.store.artefacts import SUMMARY, TRANSCRIPT
from jobs.store.life_tables import ConsultationLife
from jobs.store.lives import UNFINISHED, needs_audio
from jobs.store.note_tables import NoteRevision
from jobs.store.record_tables import RecordDocument, RecordRow
from jobs.store.tables import DAY_MS, Artefact, Consultation, Job, now_ms

_AHEAD = (0, DAY_MS, 7 * DAY_MS)
_LISTED = 20
"""Of each kind, those that go next."""
_NEVER = cast(null(), BigInteger)
"""PostgreSQL would take a bare NULL of a subquery for text, and compares that with no number."""


@dataclass(frozen=True)
class Ages:
    """Milliseconds after which each kind goes; None keeps it."""

    recordings: int
    transcripts: int | None
    notes: int | None
    records: int | None


@dataclass(frozen=True)
class Going:
    id: str
    """Of the consultation or record."""
    due: int
    """Milliseconds, UTC; what is past goes with the next look, unless ``waits``."""
    reason: str
    """age or signed"""
    waits: bool
    """A job that is not over holds it."""


@dataclass(frozen=True)
class Forecast:
    kind: str
    keeps_ms: int | None
    count: int
    bytes: int
    """As stored: recordings and documents as they came, texts encrypted."""
    due_now: int
    due_day: int
    """Within 24 hours, those that are due now included."""
    due_week: int
    next: tuple[Going, ...]


def forecast(session: Session, org_id: str, ages: Ages) -> list[Forecast]:
    """Recordings, transcripts, notes, records of one organisation."""
    rows = {
        "recordings": (ages.recordings, _recordings(org_id, ages.recordings)),
        "transcripts": (ages.transcripts, _results(org_id, TRANSCRIPT, ages.transcripts)),
        "notes": (ages.notes, _results(org_id, SUMMARY, ages.notes)),
        "records": (ages.records, _records(org_id, ages.records)),
    }
    return [_of(session, kind, keeps, found) for kind, (keeps, found) in rows.items()]


def _of(session: Session, kind: str, keeps: int | None, rows: Subquery) -> Forecast:
    at, due = now_ms(), rows.c.due
    until = [func.coalesce(func.sum(case((due <= at + ahead, 1), else_=0)), 0) for ahead in _AHEAD]
    counted = select(func.count(), func.coalesce(func.sum(rows.c.bytes), 0), *until)
    count, size, now, day, week = session.execute(counted.select_from(rows)).one()
    going: Sequence[Any] = ()
    if keeps is not None:
        going = session.execute(select(rows).order_by(due, rows.c.id).limit(_LISTED)).all()
    return Forecast(
        kind=kind,
        keeps_ms=keeps,
        count=count,
        bytes=int(size),
        due_now=int(now),
        due_day=int(day),
        due_week=int(week),
        next=tuple(Going(one.id, int(one.due), one.reason, bool(one.waits)) for one in going),
    )


def _recordings(org_id: str, keeps: int) -> Subquery:
    by_age, signed = Consultation.created + keeps, ConsultationLife.audio_due
    return (
        select(
            Consultation.id,
            Consultation.audio_bytes.label("bytes"),
            case((signed < by_age, signed), else_=by_age).label("due"),
            case((signed < by_age, literal("signed")), else_=literal("age")).label("reason"),
            case((needs_audio(Consultation.org_id, Consultation.id), 1), else_=0).label("waits"),
        )
        .outerjoin(ConsultationLife, ConsultationLife.consultation_id == Consultation.id)
        .where(Consultation.org_id == org_id, Consultation.audio_bytes.is_not(None))
        .subquery()
    )


def _results(org_id: str, kind: str, keeps: int | None) -> Subquery:
    revised = (
        select(func.max(NoteRevision.created))
        .where(
            NoteRevision.consultation_id == Artefact.consultation_id,
            NoteRevision.template == Artefact.name,
        )
        .correlate(Artefact)
        .scalar_subquery()
    )
    revisions = (
        select(func.sum(func.length(NoteRevision.body)))
        .where(
            NoteRevision.consultation_id == Artefact.consultation_id,
            NoteRevision.template == Artefact.name,
        )
        .correlate(Artefact)
        .scalar_subquery()
    )
    size: Any = func.length(Artefact.body)
    worked: Any = Artefact.created
    if kind == SUMMARY:
        size = size + func.coalesce(revisions, 0)
        worked = case((revised > Artefact.created, revised), else_=Artefact.created)
    return (
        select(
            Artefact.consultation_id.label("id"),
            size.label("bytes"),
            (worked + keeps if keeps is not None else _NEVER).label("due"),
            literal("age").label("reason"),
            case((_busy(Artefact.consultation_id), 1), else_=0).label("waits"),
        )
        .where(Artefact.org_id == org_id, Artefact.kind == kind)
        .subquery()
    )


def _records(org_id: str, keeps: int | None) -> Subquery:
    size = (
        select(func.coalesce(func.sum(RecordDocument.size), 0))
        .where(RecordDocument.record_id == RecordRow.id)
        .correlate(RecordRow)
        .scalar_subquery()
    )
    due: Any = RecordRow.changed + keeps if keeps is not None else _NEVER
    return (
        select(
            RecordRow.id,
            size.label("bytes"),
            due.label("due"),
            literal("age").label("reason"),
            # Erased with its jobs, whatever they do.
            literal(0).label("waits"),
        )
        .where(RecordRow.org_id == org_id)
        .subquery()
    )


def _busy(consultation_id: Any) -> Any:
    return exists().where(Job.consultation_id == consultation_id, Job.status.in_(UNFINISHED))
