"""The life of a consultation beside its content: whose it is, when its recording goes, and what is
still to be removed outside of our rows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from jobs.store import artefacts, consultations, notes, pseudonyms
from jobs.store.artefacts import (
    DIARIZATION,
    OPTIONS,
    RECOGNITION,
    SUMMARY,
    TRANSCRIPT,
    WAVEFORM,
)
from jobs.store.keys import KeyRing
from jobs.store.life_tables import ConsultationLife, Removal, Schedule
from jobs.store.note_tables import DocumentContext, NoteRevision, TranscriptEdit
from jobs.store.tables import Artefact, Consultation, Job, now_ms

UNFINISHED = ("queued", "processing")


def belongs_to(
    session: Session, ring: KeyRing, org_id: str, consultation_id: str, patient: str | None
) -> None:
    """Note whose it is, by a hash of the caller's reference; nothing when there is none."""
    if patient is not None:
        row = _life(session, org_id, consultation_id)
        row.patient = pseudonyms.patient(session, ring, org_id, patient)


def of_patient(session: Session, ring: KeyRing, org_id: str, patient: str) -> list[str]:
    """Ids of the consultations that were sent with this reference."""
    wanted = pseudonyms.patient(session, ring, org_id, patient)
    query = select(ConsultationLife.consultation_id).where(
        ConsultationLife.org_id == org_id, ConsultationLife.patient == wanted
    )
    return list(session.scalars(query))


def signed_off(session: Session, org_id: str, consultation_id: str) -> None:
    """For who signs a note off: from now on the recording is due to go. A worker deletes it as
    soon as no job needs it. Raises NotFound."""
    consultations.find(session, org_id, consultation_id)
    row = _life(session, org_id, consultation_id)
    row.audio_due = row.audio_due or now_ms()


def release_audio(session: Session, org_id: str, consultation_id: str) -> bool:
    """The recording is nobody's any more; ``Removal`` says that it is to be deleted. Also what was
    recognised on the way of a job that failed. False when a job needs it, or there is none."""
    row = session.scalar(
        select(Consultation)
        .where(Consultation.org_id == org_id, Consultation.id == consultation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.audio_bytes is None or audio_is_needed(session, org_id, consultation_id):
        return False
    row.audio_bytes = None
    artefacts.forget(session, org_id, consultation_id, RECOGNITION, DIARIZATION, WAVEFORM)
    to_be_removed(session, org_id, consultation_id, [])
    return True


def audio_is_needed(session: Session, org_id: str, consultation_id: str) -> bool:
    """Whether a job that is not over has no transcript yet."""
    return bool(session.scalar(select(needs_audio(org_id, consultation_id))))


def audio_due(session: Session, *, older_than: int, limit: int) -> Sequence[tuple[str, str]]:
    """(organisation, consultation) whose recording is signed off, or came before ``older_than``,
    and is not needed."""
    life = ConsultationLife.audio_due
    query = (
        select(Consultation.org_id, Consultation.id)
        .outerjoin(ConsultationLife, ConsultationLife.consultation_id == Consultation.id)
        .where(
            Consultation.audio_bytes.is_not(None),
            or_(Consultation.created < older_than, life <= now_ms()),
            ~needs_audio(Consultation.org_id, Consultation.id),
        )
        .order_by(Consultation.created)
        .limit(limit)
    )
    return [(org, con) for org, con in session.execute(query)]


def results_due(
    session: Session, kind: str, *, older_than: int, limit: int
) -> Sequence[tuple[str, str]]:
    """Consultations with a transcript or a note that was written before, and with no job that
    is not over."""
    busy = exists().where(
        Job.consultation_id == Artefact.consultation_id, Job.status.in_(UNFINISHED)
    )
    query = (
        select(Artefact.org_id, Artefact.consultation_id)
        .where(Artefact.kind == kind, Artefact.created < older_than, ~busy, ~_worked_on(older_than))
        .distinct()
        .limit(limit)
    )
    return [(org, con) for org, con in session.execute(query)]


def forget_results(
    session: Session, org_id: str, consultation_id: str, kind: str, *, older_than: int
) -> int:
    """How many went. With the last result and without a recording, the options go, too. A note that
    somebody worked on goes with all its revisions, when the last of them is as old."""
    gone = session.scalars(
        delete(Artefact)
        .where(
            Artefact.org_id == org_id,
            Artefact.consultation_id == consultation_id,
            Artefact.kind == kind,
            Artefact.created < older_than,
            ~_worked_on(older_than),
        )
        .returning(Artefact.name)
    ).all()
    if gone and kind == SUMMARY:
        session.execute(
            delete(NoteRevision).where(
                NoteRevision.org_id == org_id,
                NoteRevision.consultation_id == consultation_id,
                NoteRevision.template.in_(gone),
            )
        )
    elif gone:
        notes.forget(session, org_id, consultation_id, TranscriptEdit)
    row = session.get(Consultation, consultation_id)
    left = exists().where(
        Artefact.consultation_id == consultation_id, Artefact.kind.in_((TRANSCRIPT, SUMMARY))
    )
    if gone and row is not None and row.audio_bytes is None and not session.scalar(select(left)):
        artefacts.forget(session, org_id, consultation_id, OPTIONS)
        notes.forget(session, org_id, consultation_id, DocumentContext)
    return len(gone)


def _worked_on(since: int) -> ColumnElement[bool]:
    """Whether somebody changed or signed this note since then."""
    return and_(
        Artefact.kind == SUMMARY,
        exists().where(
            NoteRevision.consultation_id == Artefact.consultation_id,
            NoteRevision.template == Artefact.name,
            NoteRevision.created >= since,
        ),
    )


def to_be_removed(session: Session, org_id: str, consultation_id: str, jobs: Sequence[str]) -> None:
    row = session.get(Removal, consultation_id)
    if row is None:
        row = Removal(consultation_id=consultation_id, org_id=org_id, jobs="", created=now_ms())
        session.add(row)
    row.jobs = " ".join(jobs) or row.jobs
    session.flush()


def removals(session: Session, *, before: int, limit: int) -> Sequence[Removal]:
    """Oldest first, those that were asked for before."""
    query = select(Removal).where(Removal.created < before).order_by(Removal.created)
    found = session.scalars(query.limit(limit)).all()
    for row in found:
        session.expunge(row)
    return found


def removed(session: Session, consultation_id: str) -> None:
    session.execute(delete(Removal).where(Removal.consultation_id == consultation_id))


def claim(session: Session, name: str, every_ms: int) -> bool:
    """True for one worker of all, once in ``every_ms``."""
    at = now_ms()
    if session.get(Schedule, name) is None:
        # Of two that begin at once, the slower one finds it there.
        with suppress(IntegrityError), session.begin_nested():
            session.add(Schedule(name=name, due=0))
    taken = session.execute(
        update(Schedule)
        .where(Schedule.name == name, Schedule.due <= at)
        .values(due=at + every_ms)
        .returning(Schedule.name)
    ).first()
    return taken is not None


def needs_audio(
    org_id: InstrumentedAttribute[str] | str, consultation_id: InstrumentedAttribute[str] | str
) -> ColumnElement[bool]:
    """Whether a job that is not over has no transcript yet: as a condition."""
    return exists().where(
        and_(
            Job.org_id == org_id,
            Job.consultation_id == consultation_id,
            Job.kind == "consultation",
            Job.status.in_(UNFINISHED),
            Job.transcript_status != "ready",
        )
    )


def hurry(session: Session, name: str) -> None:
    """The worker that looks next does it, however short a while ago it was done."""
    session.execute(update(Schedule).where(Schedule.name == name).values(due=0))


def _life(session: Session, org_id: str, consultation_id: str) -> ConsultationLife:
    row = session.get(ConsultationLife, consultation_id)
    if row is None:
        row = ConsultationLife(consultation_id=consultation_id, org_id=org_id)
        session.add(row)
        session.flush()
    return row
