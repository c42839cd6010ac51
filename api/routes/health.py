"""Whether the process lives, and whether it can do its work. Without authentication or detail."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response
from sqlalchemy import text

from api.service import Service, Used
from api.wire import Health
from jobs.store import leases, operations_tables
from jobs.store.database import DatabaseAway

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> Health:
    """The process answers."""
    return Health(status="ok", checks={})


@router.get("/ready", responses={503: {"model": Health, "description": "Something is missing."}})
def ready(response: Response, used: Used) -> Health:
    """The database answers and the disk has room for a recording; how many workers there are, and
    whether they have the weights and a language model that answers.

    Without them, what is sent waits and what is there can be read: the status is then ``degraded``,
    and only what keeps this process from its work makes it ``failing`` (503).
    """
    weights, model = _abilities(used)
    checks = {
        "database": _database(used),
        "disk": _disk(used),
        "workers": _workers(used),
        "weights": weights,
        "language_model": model,
    }
    if "failing" in {checks["database"], checks["disk"]}:
        response.status_code = 503
        return Health(status="failing", checks=checks)
    whole = (weights, model) == ("ok", "ok")
    return Health(status="ok" if whole else "degraded", checks=checks)


def _database(used: Service) -> str:
    try:
        with used.store.database.read() as session:
            session.execute(text("SELECT 1"))
    except DatabaseAway:
        return "failing"
    return "ok"


def _disk(used: Service) -> str:
    """The folder of recordings, or the bucket."""
    needed = used.settings.upload_limit_mb + used.settings.disk_reserve_mb
    return "ok" if used.store.audio.ready(needed << 20) else "failing"


def _workers(used: Service) -> str:
    try:
        with used.store.database.read() as session:
            return str(leases.seen_within(session, used.settings.lease_seconds))
    except DatabaseAway:
        return "unknown"


def _abilities(used: Service) -> tuple[str, str]:
    """Weights, language model: ok as soon as one worker has it; unknown while none has said."""
    try:
        with used.store.database.read() as session:
            said = operations_tables.reports(session, used.settings.lease_seconds)
    except DatabaseAway:
        said = []
    if not said:
        return "unknown", "unknown"
    weights, models = zip(*said, strict=True)
    return _any(weights), _any(models)


def _any(said: Sequence[str]) -> str:
    return "ok" if "ok" in said else "missing"
