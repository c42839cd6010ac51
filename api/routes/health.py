"""Whether the process lives, and whether it can do its work. Without authentication or detail."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlalchemy import text

from api.service import Service, Used
from api.wire import Health
from jobs.store import leases
from jobs.store.database import DatabaseAway

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> Health:
    """The process answers."""
    return Health(status="ok", checks={})


@router.get("/ready", responses={503: {"model": Health, "description": "Something is missing."}})
def ready(response: Response, used: Used) -> Health:
    """The database answers, the disk has room for a recording, and how many workers there are.

    Without a worker, what is sent waits: that is reported and is no failure of this process.
    """
    checks = {"database": _database(used), "disk": _disk(used), "workers": _workers(used)}
    failing = "failing" in {checks["database"], checks["disk"]}
    if failing:
        response.status_code = 503
    return Health(status="failing" if failing else "ok", checks=checks)


def _database(used: Service) -> str:
    try:
        with used.store.database.read() as session:
            session.execute(text("SELECT 1"))
    except DatabaseAway:
        return "failing"
    return "ok"


def _disk(used: Service) -> str:
    """The folder of recordings, or the bucket."""
    return "ok" if used.store.audio.ready(used.settings.upload_limit_mb << 20) else "failing"


def _workers(used: Service) -> str:
    try:
        with used.store.database.read() as session:
            return str(leases.seen_within(session, used.settings.lease_seconds))
    except DatabaseAway:
        return "unknown"
