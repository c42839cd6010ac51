"""Items of batches: written in thousands, read a page at a time, counted by state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from jobs.store.batch_tables import Batch, BatchItem
from jobs.store.crypto import key_of, seal, unseal
from jobs.store.job_rows import FINAL
from jobs.store.keys import KeyRing
from jobs.store.tables import Job

STATES = ("waiting", "active", "completed", "failed", "cancelled", "duplicate")


def add_items(
    session: Session, ring: KeyRing, org_id: str, batch_id: str, sources: list[tuple[int, bytes]]
) -> None:
    """``sources``: number and content of each."""
    rows: list[dict[str, Any]] = []
    for number, content in sources:
        body = seal(content, item_context(org_id, batch_id, number), ring)
        rows.append(
            {
                "batch_id": batch_id,
                "number": number,
                "org_id": org_id,
                "status": "waiting",
                "attempts": 0,
                "key_id": key_of(body),
                "body": body,
            }
        )
    if rows:
        session.execute(insert(BatchItem), rows)


def unfinished_jobs(session: Session, batch_id: str) -> list[str]:
    """Of active items."""
    query = (
        select(Job.id)
        .join(BatchItem, Job.id == BatchItem.job_id)
        .where(
            BatchItem.batch_id == batch_id,
            BatchItem.status == "active",
            Job.status.not_in(sorted(FINAL)),
        )
    )
    return list(session.scalars(query))


def counts(session: Session, batch_id: str) -> dict[str, int]:
    """Items by state, and ``erased``: those whose consultation was erased."""
    found = dict.fromkeys(STATES, 0)
    for state, number in session.execute(
        select(BatchItem.status, func.count())
        .where(BatchItem.batch_id == batch_id)
        .group_by(BatchItem.status)
    ):
        found[state] = number
    total = session.scalar(select(Batch.total).where(Batch.id == batch_id)) or 0
    return {**found, "erased": max(0, total - sum(found.values()))}


def errors(session: Session, batch_id: str) -> dict[str, int]:
    """Error code → failed items."""
    return {
        code or "internal_error": number
        for code, number in session.execute(
            select(BatchItem.error_code, func.count())
            .where(BatchItem.batch_id == batch_id, BatchItem.status == "failed")
            .group_by(BatchItem.error_code)
            .order_by(func.count().desc())
        )
    }


def items(
    session: Session, org_id: str, batch_id: str, *, limit: int, after: int, state: str | None
) -> list[tuple[BatchItem, Job | None]]:
    """In order, from the one after ``after`` on; each with its job."""
    query = (
        select(BatchItem, Job)
        .outerjoin(Job, Job.id == BatchItem.job_id)
        .where(BatchItem.org_id == org_id, BatchItem.batch_id == batch_id, BatchItem.number > after)
    )
    if state is not None:
        query = query.where(BatchItem.status == state)
    found = session.execute(query.order_by(BatchItem.number).limit(limit))
    return [(row[0], row[1]) for row in found]


def over(session: Session, batch_id: str) -> list[tuple[BatchItem, Job]]:
    """Active items whose job is over, with it."""
    found = session.execute(
        select(BatchItem, Job)
        .join(Job, Job.id == BatchItem.job_id)
        .where(
            BatchItem.batch_id == batch_id,
            BatchItem.status == "active",
            Job.status.in_(sorted(FINAL)),
        )
    )
    return [(row[0], row[1]) for row in found]


def waiting(session: Session, batch_id: str, limit: int) -> Sequence[BatchItem]:
    """The next ones."""
    return session.scalars(
        select(BatchItem)
        .where(BatchItem.batch_id == batch_id, BatchItem.status == "waiting")
        .order_by(BatchItem.number)
        .limit(limit)
    ).all()


def count(session: Session, batch_id: str, state: str, most: int) -> int:
    """How many items are in this state, counted up to ``most``."""
    some = (
        select(BatchItem.number)
        .where(BatchItem.batch_id == batch_id, BatchItem.status == state)
        .limit(most)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0


def twin(session: Session, item: BatchItem, content_sha256: str) -> int | None:
    """Another item with this content and these options, which is done or being done."""
    return session.scalar(
        select(BatchItem.number)
        .where(
            BatchItem.batch_id == item.batch_id,
            BatchItem.content_sha256 == content_sha256,
            BatchItem.number != item.number,
            BatchItem.status.in_(("active", "completed")),
        )
        .limit(1)
    )


def source_of(row: BatchItem, ring: KeyRing) -> bytes:
    return unseal(row.body, item_context(row.org_id, row.batch_id, row.number), ring)


def set_source(row: BatchItem, content: bytes, ring: KeyRing) -> None:
    row.body = seal(content, item_context(row.org_id, row.batch_id, row.number), ring)
    row.key_id = key_of(row.body)


def item_context(org_id: str, batch_id: str, number: int) -> str:
    return f"batch item|{org_id}|{batch_id}|{number}"
