"""What the service has and does now: queues, workers, models, cards, disk; what goes by its age."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request

from api.admission import disk_of
from api.auth import Manager, actor
from api.problem import responses
from api.service import Service, Used
from api.wire import Wire, iso
from jobs.retention import WORK, ages
from jobs.store import audit, census, forecast, lives, workers
from jobs.store.forecast import Forecast
from jobs.store.tables import HOUR_MS, now_ms

router = APIRouter(prefix="/v1/admin", tags=["administration"])


class QueueOut(Wire):
    queue: str
    priority: str
    waiting: int
    oldest_seconds: float


class CardOut(Wire):
    device: int
    used_bytes: int
    total_bytes: int


class WorkerOut(Wire):
    id: str
    """The last part of its name."""
    lease: Literal["held", "late"]
    """late: it was not renewed in time; another worker takes over what it does."""
    started: str
    seen: str
    weights: str
    """ok, missing, or unknown: it has not said yet."""
    language_model: str
    models: list[str]
    """That it is set to use."""
    cards: list[CardOut]
    """Graphics cards, where the library that asks them is installed."""
    jobs: int
    """That it works on now."""


class DiskOut(Wire):
    """Of the folder of recordings, as this HTTP process sees it."""

    free_bytes: int
    total_bytes: int
    reserve_bytes: int
    """Uploads stop with 507 when less would be left."""


class StateOut(Wire):
    at: str
    queues: list[QueueOut]
    """Of the whole service, as are jobs, workers and sizes here."""
    jobs: dict[str, int]
    """State → how many."""
    workers: list[WorkerOut]
    recordings_bytes: int
    database_bytes: int
    disk: DiskOut | None
    """None: recordings are in a bucket."""


class GoingOut(Wire):
    id: str
    """Of the consultation or record."""
    due: str
    reason: Literal["age", "signed"]
    waits: bool
    """A job that is not over holds it."""


class KeptOut(Wire):
    kind: Literal["recordings", "transcripts", "notes", "records"]
    keeps_hours: float | None
    """By the settings; None: until it is erased."""
    count: int
    bytes: int
    due_now: int
    due_day: int
    """Within 24 hours, those that are due now included."""
    due_week: int
    next: list[GoingOut]
    """Those that go next, soonest first."""


class RetentionOut(Wire):
    at: str
    kinds: list[KeptOut]
    """Of the organisation."""


@router.get("/service", responses=responses())
def state(used: Used, _who: Manager) -> StateOut:
    """Queues, jobs, workers with their leases, models and cards, sizes and disk."""
    seconds = used.settings.lease_seconds
    found = census.count(used.store.database, lease_seconds=seconds)
    with used.store.database.read() as session:
        all_workers = workers.listed(session, seconds)
    return StateOut(
        at=iso(now_ms()),
        queues=[
            QueueOut(
                queue=one.queue,
                priority=one.priority,
                waiting=one.depth,
                oldest_seconds=round(one.oldest_seconds, 1),
            )
            for one in found.waiting
        ],
        jobs=found.states,
        workers=[_worker(one) for one in all_workers],
        recordings_bytes=found.recordings_bytes,
        database_bytes=found.database_bytes,
        disk=_disk(used),
    )


@router.get("/retention", responses=responses())
def retention(used: Used, who: Manager) -> RetentionOut:
    """What there is, what goes by its age, and when: to look at, nothing is removed by it."""
    with used.store.database.read() as session:
        found = forecast.forecast(session, who.org_id, ages(used.settings))
    return RetentionOut(at=iso(now_ms()), kinds=[_kept(one) for one in found])


@router.post("/retention/run", status_code=202, responses=responses())
def run(request: Request, used: Used, who: Manager) -> RetentionOut:
    """A worker does it within seconds, by the settings and no other rule: what is due now, of the
    whole service. The answer is the forecast as it still stands."""
    with used.store.database.write() as session:
        lives.hurry(session, WORK)
        audit.append(used.store.database, session, actor(request, who), "retention.run", WORK)
    return retention(used, who)


def _kept(one: Forecast) -> KeptOut:
    return KeptOut.model_validate(
        {
            "kind": one.kind,
            "keeps_hours": one.keeps_ms / HOUR_MS if one.keeps_ms is not None else None,
            "count": one.count,
            "bytes": one.bytes,
            "due_now": one.due_now,
            "due_day": one.due_day,
            "due_week": one.due_week,
            "next": [
                {"id": each.id, "due": iso(each.due), "reason": each.reason, "waits": each.waits}
                for each in one.next
            ],
        }
    )


def _worker(one: workers.Worker) -> WorkerOut:
    return WorkerOut(
        id=one.id,
        lease="held" if one.alive else "late",
        started=iso(one.started),
        seen=iso(one.seen),
        weights=one.weights,
        language_model=one.language_model,
        models=list(one.models),
        cards=[
            CardOut(device=c.device, used_bytes=c.used_bytes, total_bytes=c.total_bytes)
            for c in one.cards
        ],
        jobs=one.jobs,
    )


def _disk(used: Service) -> DiskOut | None:
    settings = used.settings
    if settings.audio_url is not None and settings.audio_url.startswith("s3://"):
        return None
    disk = disk_of(settings.audio_folder)
    return DiskOut(
        free_bytes=disk.free,
        total_bytes=disk.total,
        reserve_bytes=settings.disk_reserve_mb << 20,
    )
