"""What there is, counted: how many jobs wait, run, are over; how large the store is. No ids."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Select, case, func, literal, make_url, select, text
from sqlalchemy.orm import Session

from jobs.store import leases
from jobs.store.database import Database
from jobs.store.job_rows import BATCH
from jobs.store.tables import Consultation, Job, now_ms

_SPEECH = (Job.status == "queued") & (Job.transcript_status == "pending")
_NOTES = (
    Job.status.in_(("queued", "processing"))
    & (Job.transcript_status == "ready")
    & (Job.summary_status == "pending")
)
_RECORDS = (Job.status == "queued") & (Job.kind == "synthesis")
_WAITING = {
    "speech": (_SPEECH, Job.created),
    "notes": (_NOTES, Job.updated),
    "records": (_RECORDS, Job.created),
}


@dataclass(frozen=True)
class Waiting:
    """Jobs that wait for one queue with one priority."""

    queue: str
    priority: str
    """interactive or batch."""
    depth: int
    oldest_seconds: float
    """How long the one that has waited longest for this queue waits; 0 when nothing does."""


@dataclass(frozen=True)
class Census:
    waiting: tuple[Waiting, ...]
    states: dict[str, int]
    """State of a job → how many are in it now."""
    failures: dict[str, int]
    """Error code → how many failed jobs have it now."""
    workers: int
    recordings_bytes: int
    database_bytes: int


def count(database: Database, *, lease_seconds: float) -> Census:
    """In one read. Raises DatabaseAway."""
    with database.read() as session:
        states = session.execute(select(Job.status, func.count()).group_by(Job.status))
        failures = session.execute(
            select(func.coalesce(Job.error_code, "unknown"), func.count())
            .where(Job.status == "failed")
            .group_by(Job.error_code)
        )
        return Census(
            waiting=_waiting(session),
            states={row[0]: row[1] for row in states},
            failures={row[0]: row[1] for row in failures},
            workers=leases.seen_within(session, lease_seconds),
            recordings_bytes=session.scalar(select(func.sum(Consultation.audio_bytes))) or 0,
            database_bytes=_database_bytes(session, database),
        )


def waiting(session: Session) -> int:
    """How many jobs wait for a worker, in any queue."""
    query = select(func.count()).select_from(Job).where(_SPEECH | _NOTES | _RECORDS)
    return session.scalar(query) or 0


def _waiting(session: Session) -> tuple[Waiting, ...]:
    now, found = now_ms(), {}
    for queue in _WAITING:
        for priority, depth, oldest in session.execute(_of(queue)):
            seconds = max(now - oldest, 0) / 1000
            found[queue, priority] = Waiting(queue, priority, depth, seconds)
    # Those of which there are none are said too: an alarm needs a number.
    return tuple(
        found.get((queue, priority), Waiting(queue, priority, 0, 0.0))
        for queue in _WAITING
        for priority in ("interactive", "batch")
    )


def _of(queue: str) -> Select[Any]:
    where, since = _WAITING[queue]
    kind = case((Job.priority < BATCH, literal("interactive")), else_=literal("batch"))
    return select(kind, func.count(), func.min(since)).where(where).group_by(kind)


def _database_bytes(session: Session, database: Database) -> int:
    if not database.sqlite:
        query = text("SELECT pg_database_size(current_database())")
        return int(session.execute(query).scalar_one())
    file = make_url(database.url).database
    if not file:
        return 0
    # The write-ahead log may be larger than the database for a while.
    paths = (Path(file), Path(f"{file}-wal"))
    return sum(path.stat().st_size for path in paths if path.exists())
