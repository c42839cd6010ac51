"""Rows of what is sent to an EHR.

pending ─► accepted | failed ─► pending again, when it is asked for
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from jobs.store.push_tables import Push, PushAttempt
from jobs.store.tables import new_id, now_ms


def ask(
    session: Session,
    org_id: str,
    consultation_id: str,
    template: str,
    revision: int,
    targets: Sequence[str],
) -> list[Push]:
    """One a target. What was accepted stays so and is not sent twice; what failed is tried again,
    what waits is tried now."""
    at, found = now_ms(), []
    for target in targets:
        row = session.scalar(
            select(Push)
            .where(
                Push.consultation_id == consultation_id,
                Push.template == template,
                Push.revision == revision,
                Push.target == target,
            )
            .with_for_update()
        )
        if row is None:
            row = Push(
                id=new_id("psh"),
                org_id=org_id,
                consultation_id=consultation_id,
                template=template,
                revision=revision,
                target=target,
                status="pending",
                tries=0,
                under_way=False,
                next_at=at,
                created=at,
            )
            session.add(row)
        elif row.status == "failed":
            row.status, row.tries, row.next_at, row.finished = "pending", 0, at, None
        elif row.status == "pending" and not row.under_way:
            row.next_at = at
        found.append(row)
    session.flush()
    return found


def is_due(session: Session, targets: Sequence[str]) -> bool:
    """Looked at without a lock, because most of the time nothing is."""
    return session.scalar(select(Push.id).where(_due(targets)).limit(1)) is not None


def due(session: Session, targets: Sequence[str], limit: int, claim_ms: int) -> Sequence[Push]:
    """Those whose time has come, put off by ``claim_ms`` so that others leave them alone; the
    versions of one note in their order."""
    rows = session.scalars(
        select(Push)
        .where(_due(targets))
        .order_by(Push.next_at, Push.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.next_at = now_ms() + claim_ms
        row.tries, row.under_way = row.tries + 1, True
    session.flush()
    return rows


def tried(
    session: Session,
    push_id: str,
    *,
    at: int,
    duration_ms: int,
    answer: str | None,
    error: str | None,
    status: str,
    next_at: int,
) -> None:
    """Nothing where it was erased in the meantime. What another worker saw accepted stays so."""
    row = session.get(Push, push_id, with_for_update=True)
    if row is None:
        return
    session.add(
        PushAttempt(push_id=push_id, at=at, duration_ms=duration_ms, answer=answer, error=error)
    )
    if row.status == "accepted":
        return
    row.status, row.next_at, row.under_way = status, next_at, False
    row.finished = None if status == "pending" else now_ms()


def listed(session: Session, org_id: str, consultation_id: str) -> Sequence[Push]:
    """Oldest first."""
    return session.scalars(
        select(Push)
        .where(Push.org_id == org_id, Push.consultation_id == consultation_id)
        .order_by(Push.created, Push.id)
    ).all()


def attempts(session: Session, push_ids: Sequence[str]) -> Sequence[PushAttempt]:
    """Oldest first."""
    return session.scalars(
        select(PushAttempt).where(PushAttempt.push_id.in_(push_ids)).order_by(PushAttempt.id)
    ).all()


def _due(targets: Sequence[str]) -> ColumnElement[bool]:
    """An amendment waits for what it replaces, as long as that is tried."""
    earlier = aliased(Push)
    waits = exists().where(
        earlier.consultation_id == Push.consultation_id,
        earlier.template == Push.template,
        earlier.target == Push.target,
        earlier.revision < Push.revision,
        earlier.status == "pending",
    )
    return and_(
        Push.status == "pending", Push.next_at <= now_ms(), Push.target.in_(targets), ~waits
    )
