"""Jobs that failed and that nothing has been done about: counted by code, listed, followed.

A failed job stays as it is; trying again makes another job of the same consultation or record. A
failure is settled once such a job was made after it, or its item of a batch waits again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from jobs.store.batch_tables import Batch, BatchItem
from jobs.store.tables import Job

UNKNOWN = "unknown"
"""Code of a job that failed without one."""
_code = func.coalesce(Job.error_code, UNKNOWN)


@dataclass(frozen=True)
class Failures:
    """Of one error code."""

    code: str
    jobs: int
    items: int
    """Items of batches that failed before they had a job: a file that is missing, say."""
    latest: int
    """When the last of these jobs failed, milliseconds; 0 when there are items alone."""


def by_code(session: Session, org_id: str) -> list[Failures]:
    """The most frequent first."""
    jobs = {
        code: (number, latest or 0)
        for code, number, latest in session.execute(
            select(_code, func.count(), func.max(Job.finished)).where(_open(org_id)).group_by(_code)
        )
    }
    items: dict[str, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(func.coalesce(BatchItem.error_code, UNKNOWN), func.count())
            .join(Batch, Batch.id == BatchItem.batch_id)
            .where(_without_job(org_id))
            .group_by(BatchItem.error_code)
        )
    }
    found = []
    for code in {*jobs, *items}:
        number, latest = jobs.get(code, (0, 0))
        found.append(Failures(code, number, items.get(code, 0), latest))
    return sorted(found, key=lambda one: (-one.jobs - one.items, one.code))


def jobs_of(session: Session, org_id: str, code: str, *, limit: int) -> Sequence[str]:
    """Ids of unsettled jobs with this code."""
    query = select(Job.id).where(_open(org_id), _code == code)
    return session.scalars(query.order_by(Job.id).limit(limit)).all()


def batches_of(session: Session, org_id: str, code: str) -> Sequence[str]:
    """Batches with items that failed with this code before they had a job."""
    query = (
        select(BatchItem.batch_id)
        .join(Batch, Batch.id == BatchItem.batch_id)
        .where(_without_job(org_id), func.coalesce(BatchItem.error_code, UNKNOWN) == code)
    )
    return session.scalars(query.distinct().order_by(BatchItem.batch_id)).all()


def count_of(session: Session, org_id: str, code: str) -> int:
    query = select(func.count()).select_from(Job).where(_open(org_id), _code == code)
    return session.scalar(query) or 0


def page(
    session: Session,
    org_id: str,
    *,
    status: str | None,
    code: str | None,
    unsettled: bool,
    limit: int,
    after: tuple[int, str] | None,
) -> Sequence[Job]:
    """Jobs of the organisation, newest first."""
    query = select(Job).where(Job.org_id == org_id)
    if status is not None:
        query = query.where(Job.status == status)
    if code is not None:
        query = query.where(Job.status == "failed", _code == code)
    if unsettled:
        query = query.where(_open(org_id))
    if after is not None:
        query = query.where(tuple_(Job.created, Job.id) < after)
    return session.scalars(query.order_by(Job.created.desc(), Job.id.desc()).limit(limit)).all()


def follower(session: Session, job: Job) -> Job | None:
    """The job that was made after this one failed, of the same thing with the same template."""
    return session.scalars(
        select(Job)
        .where(
            Job.consultation_id == job.consultation_id,
            Job.id != job.id,
            Job.created >= (job.finished or 0),
            Job.template.is_(None) if job.template is None else Job.template == job.template,
        )
        .order_by(Job.created, Job.id)
        .limit(1)
    ).first()


def item_of(session: Session, job: Job) -> BatchItem | None:
    """The item of a batch that this job was made for, and still is that of."""
    return session.scalars(
        select(BatchItem)
        .where(
            BatchItem.org_id == job.org_id,
            BatchItem.consultation_id == job.consultation_id,
            BatchItem.job_id == job.id,
        )
        .limit(1)
    ).first()


def _open(org_id: str) -> ColumnElement[bool]:
    later = aliased(Job)
    followed = exists().where(
        later.consultation_id == Job.consultation_id,
        later.id != Job.id,
        later.created >= Job.finished,
        or_(
            later.template == Job.template,
            and_(later.template.is_(None), Job.template.is_(None)),
        ),
    )
    waits = exists().where(
        BatchItem.consultation_id == Job.consultation_id,
        BatchItem.job_id == Job.id,
        BatchItem.status == "waiting",
    )
    return and_(Job.org_id == org_id, Job.status == "failed", ~followed, ~waits)


def _without_job(org_id: str) -> ColumnElement[bool]:
    return and_(
        BatchItem.org_id == org_id,
        BatchItem.status == "failed",
        BatchItem.job_id.is_(None),
        # What was cancelled is not begun again.
        Batch.status.in_(("running", "completed")),
    )
