"""Workers as those who look after the service see them: leases, what each has, what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jobs.store.admin_tables import WorkerCard, WorkerModels
from jobs.store.operations_tables import WorkerReport
from jobs.store.tables import Job, WorkerLease, now_ms


@dataclass(frozen=True)
class Card:
    device: int
    used_bytes: int
    total_bytes: int


@dataclass(frozen=True)
class Worker:
    id: str
    """The last part of its name: no name of a machine."""
    alive: bool
    """Whether its lease was renewed lately."""
    started: int
    seen: int
    weights: str
    """ok, missing, or unknown: it has not said yet."""
    language_model: str
    models: tuple[str, ...]
    cards: tuple[Card, ...]
    jobs: int
    """That it has now, of all organisations."""


def describe(
    session: Session, worker: str, models: Sequence[str], cards: Sequence[tuple[int, int]]
) -> None:
    """What a worker runs with, in place of what it said before; nothing when its lease is gone.

    ``cards``: bytes taken and bytes in all, of each.
    """
    if session.get(WorkerLease, worker) is None:
        return
    session.merge(WorkerModels(worker=worker, names=" ".join(models)))
    session.execute(delete(WorkerCard).where(WorkerCard.worker == worker))
    for device, (used, total) in enumerate(cards):
        session.add(WorkerCard(worker=worker, device=device, used_bytes=used, total_bytes=total))


def listed(session: Session, lease_seconds: float) -> list[Worker]:
    """All with a lease, those that started first first."""
    since = now_ms() - int(lease_seconds * 1000)
    running = select(Job.owner, func.count()).where(Job.status == "processing").group_by(Job.owner)
    jobs = {row[0]: row[1] for row in session.execute(running)}
    cards: dict[str, list[Card]] = {}
    for one in session.scalars(select(WorkerCard).order_by(WorkerCard.device)):
        cards.setdefault(one.worker, []).append(Card(one.device, one.used_bytes, one.total_bytes))
    query = (
        select(WorkerLease, WorkerReport, WorkerModels)
        .outerjoin(WorkerReport, WorkerReport.worker == WorkerLease.id)
        .outerjoin(WorkerModels, WorkerModels.worker == WorkerLease.id)
        .order_by(WorkerLease.started, WorkerLease.id)
    )
    return [
        Worker(
            id=lease.id.rpartition("-")[2],
            alive=lease.seen >= since,
            started=lease.started,
            seen=lease.seen,
            weights=said.weights if said else "unknown",
            language_model=said.language_model if said else "unknown",
            models=tuple(models.names.split()) if models else (),
            cards=tuple(cards.get(lease.id, ())),
            jobs=jobs.get(lease.id, 0),
        )
        for lease, said, models in session.execute(query)
    ]
