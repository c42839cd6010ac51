"""Which workers live. A worker moves its ``beat``; who sees it stand still too long takes over."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from jobs.store.tables import WorkerLease, now_ms


def register(session: Session, worker: str) -> None:
    at = now_ms()
    session.add(WorkerLease(id=worker, beat=0, started=at, seen=at))


def renew(session: Session, worker: str) -> bool:
    """False when the lease is gone: somebody took over, and this worker must end at once."""
    renewed = session.execute(
        update(WorkerLease)
        .where(WorkerLease.id == worker)
        .values(beat=WorkerLease.beat + 1, seen=now_ms())
        .returning(WorkerLease.id)
    ).first()
    return renewed is not None


def beats(session: Session) -> dict[str, int]:
    """Worker → its beat."""
    return {row.id: row.beat for row in session.execute(select(WorkerLease.id, WorkerLease.beat))}


def seen_within(session: Session, seconds: float) -> int:
    """How many workers were heard of lately, for people: it compares clocks."""
    since = now_ms() - int(seconds * 1000)
    count = select(func.count()).select_from(WorkerLease).where(WorkerLease.seen >= since)
    return session.scalar(count) or 0


def take(session: Session, worker: str, beat: int) -> bool:
    """End a lease whose beat has not moved; False when it has, or when another was faster."""
    taken = session.execute(
        delete(WorkerLease)
        .where(WorkerLease.id == worker, WorkerLease.beat == beat)
        .returning(WorkerLease.id)
    ).first()
    return taken is not None


def release(session: Session, worker: str) -> None:
    session.execute(delete(WorkerLease).where(WorkerLease.id == worker))
