"""Our own row of each job: what callers see, and who may write its results.

    queued ─► processing ─► completed
       └───────────┴──────► failed | cancelled

A job's kind says which parts it makes: transcript and summary (consultation), the summary of a
transcript that is there (summary), the transcript alone (transcript), or the synthesis of a record
(synthesis), which counts as its summary.

A worker that begins a step takes the row's next ``fence``; whatever it writes later is refused if
another worker has begun since, or if somebody cancelled or erased the job.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.errors import Cancelled, Conflict, LostJob, NotFound
from jobs.store import outbox
from jobs.store.tables import Job, JobEvent, is_id, new_id, now_ms

Kind = Literal["consultation", "summary", "transcript", "synthesis"]
Part = Literal["transcript", "summary"]
FINAL = frozenset({"completed", "failed", "cancelled"})
NOT_WANTED = "not_wanted"
"""Status of a part that the job does not make."""
INTERACTIVE, BATCH = 10, 100
"""Priorities: lower runs first. Never 0, which the engine takes for "none given"."""


def create(
    session: Session,
    *,
    org_id: str,
    consultation_id: str,
    kind: Kind,
    template: str | None,
    priority: int = INTERACTIVE,
) -> Job:
    at = now_ms()
    row = Job(
        id=new_id("job"),
        org_id=org_id,
        consultation_id=consultation_id,
        kind=kind,
        template=template,
        priority=priority,
        status="queued",
        transcript_status={"summary": "ready", "synthesis": NOT_WANTED}.get(kind, "pending"),
        summary_status=NOT_WANTED if kind == "transcript" else "pending",
        progress=0.0,
        fence=0,
        attempts=0,
        created=at,
        updated=at,
    )
    session.add(row)
    session.flush()
    _tell(session, row)
    return row


def find(session: Session, org_id: str, job_id: str) -> Job:
    """Raises NotFound, also for another organisation's."""
    query = select(Job).where(Job.org_id == org_id, Job.id == job_id)
    row = session.scalar(query) if is_id(job_id) else None
    if row is None:
        raise NotFound("there is no such job")
    return row


def begin(session: Session, job_id: str, part: Part, owner: str) -> Job | None:
    """Take the job for one step; None when it is over, was erased, or the part is there."""
    row = _locked(session, job_id)
    if row is None or row.status in FINAL:
        return None
    row.status, row.owner = "processing", owner
    row.fence += 1
    row.attempts += 1
    row.started = row.started or now_ms()
    if _part(row, part) != "ready":
        _set_part(row, part, "processing")
    _changed(session, row)
    return row


def held(session: Session, job_id: str, fence: int) -> Job:
    """The row, locked, for who began with ``fence``. Raises Cancelled, NotFound or LostJob."""
    row = _locked(session, job_id)
    if row is None:
        raise NotFound("the job was erased")
    if row.status == "cancelled":
        raise Cancelled("the job was cancelled")
    if row.fence != fence or row.status in FINAL:
        raise LostJob("another worker began this step again")
    return row


def advance(session: Session, job_id: str, fence: int, step: str, progress: float) -> None:
    """Where a step is. Raises as ``held``."""
    row = held(session, job_id, fence)
    row.step, row.progress = step, round(min(max(progress, 0.0), 1.0), 3)
    _changed(session, row)


def ready(session: Session, job_id: str, fence: int, part: Part) -> Job:
    """The part is stored; may be said twice. After the last one the job is over: what status it
    has then says whether there is a next step. Raises as ``held``."""
    said = _locked(session, job_id)
    if said is not None and said.fence == fence and _part(said, part) == "ready":
        return said
    row = held(session, job_id, fence)
    _set_part(row, part, "ready")
    row.step, row.progress, row.error_code, row.error_hint = None, 0.0, None, None
    if part == "summary" or row.summary_status == NOT_WANTED:
        row.status, row.finished, row.owner = "completed", now_ms(), None
    _changed(session, row)
    return row


def note(session: Session, job_id: str, fence: int, code: str, hint: str) -> None:
    """What went wrong, while it may still be tried again. Raises as ``held``."""
    row = held(session, job_id, fence)
    row.error_code, row.error_hint = code, hint[:500]
    _changed(session, row)


def fail(session: Session, job_id: str, fence: int | None, code: str, hint: str) -> None:
    """Over. ``fence`` None: whoever holds it. A job that is over stays as it is."""
    row = _locked(session, job_id)
    if row is None or row.status in FINAL or (fence is not None and row.fence != fence):
        return
    row.status, row.finished, row.owner = "failed", now_ms(), None
    row.error_code, row.error_hint = code, hint[:500]
    for part in ("transcript", "summary"):
        if _part(row, part) == "processing":
            _set_part(row, part, "failed")
    _changed(session, row)


def give_up(session: Session, job_id: str, owner: str) -> None:
    """Over, with the code that was noted last; nothing when another worker has it."""
    row = _locked(session, job_id)
    if row is not None and row.owner == owner:
        fail(session, job_id, row.fence, row.error_code or "internal_error", row.error_hint or "")


def unfinished(session: Session, *, before: int, after: str, limit: int) -> list[Job]:
    """Jobs that nobody has touched since ``before`` and that are not over, by id."""
    query = select(Job).where(
        Job.status.in_(("queued", "processing")), Job.updated < before, Job.id > after
    )
    return list(session.scalars(query.order_by(Job.id).limit(limit)))


def cancel(session: Session, org_id: str, job_id: str) -> Job:
    """Cancelled at once; the step that runs ends within seconds. Raises NotFound or Conflict."""
    find(session, org_id, job_id)
    row = _locked(session, job_id)
    if row is None:
        raise NotFound("there is no such job")
    if row.status == "cancelled":
        return row
    if row.status in FINAL:
        raise Conflict(f"the job is {row.status} already")
    row.status, row.finished, row.owner = "cancelled", now_ms(), None
    for part in ("transcript", "summary"):
        if _part(row, part) in {"pending", "processing"}:
            _set_part(row, part, "cancelled")
    _changed(session, row)
    return row


def events(session: Session, org_id: str, job_id: str, after: int) -> list[JobEvent]:
    """In order, those later than ``after``."""
    query = select(JobEvent).where(
        JobEvent.org_id == org_id, JobEvent.job_id == job_id, JobEvent.id > after
    )
    return list(session.scalars(query.order_by(JobEvent.id).limit(500)))


def is_over(session: Session, org_id: str, job_id: str) -> bool:
    """Also when it was erased."""
    status = session.scalar(select(Job.status).where(Job.org_id == org_id, Job.id == job_id))
    return status is None or status in FINAL


def _locked(session: Session, job_id: str) -> Job | None:
    return session.scalar(
        select(Job)
        .where(Job.id == job_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _part(row: Job, part: str) -> str:
    return row.transcript_status if part == "transcript" else row.summary_status


def _set_part(row: Job, part: str, status: str) -> None:
    if part == "transcript":
        row.transcript_status = status
    else:
        row.summary_status = status


def _changed(session: Session, row: Job) -> None:
    row.updated = now_ms()
    _tell(session, row)
    if row.status in FINAL:
        outbox.job_over(session, row)


def _tell(session: Session, row: Job) -> None:
    session.add(
        JobEvent(
            org_id=row.org_id,
            job_id=row.id,
            at=row.updated,
            status=row.status,
            step=row.step,
            progress=row.progress,
        )
    )
