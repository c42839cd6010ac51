"""Erase a consultation: its rows, its recording, its jobs, and what the engine knows of them."""

from __future__ import annotations

import contextlib

from jobs.errors import NotFound
from jobs.queue import Enqueuer
from jobs.store import audit, awaited, consultations
from jobs.store.audit import Actor
from jobs.store.store import Store


def erase(store: Store, enqueuer: Enqueuer, actor: Actor, consultation_id: str) -> None:
    """A step that runs is stopped within seconds and its result is refused. Raises NotFound."""
    with store.database.write() as session:
        row = consultations.find(session, actor.org_id, consultation_id)
        jobs = [job.id for job in consultations.jobs(session, actor.org_id, row.id)]
        consultations.erase(session, actor.org_id, row.id)
        audit.append(store.database, session, actor, "consultation.erase", row.id)
    store.audio.delete(actor.org_id, consultation_id)
    enqueuer.forget(jobs)


def erase_forsaken(store: Store, enqueuer: Enqueuer) -> int:
    """What was sent with a synchronous call whose process is gone; how many there were."""
    with store.database.read() as session:
        found = awaited.forsaken(session)
    for org_id, consultation_id in found:
        with contextlib.suppress(NotFound):
            erase(store, enqueuer, Actor(org_id, "worker"), consultation_id)
    return len(found)
