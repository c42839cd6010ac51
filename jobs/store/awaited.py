"""Who waits for an answer, and is still there: what was sent with a synchronous call is kept only
as long as somebody waits for it, also when the process that waited was killed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from jobs.store.tables import now_ms
from jobs.store.upload_tables import Awaited

LASTS_MS = 5 * 60 * 1000
"""After the last sign of who waits; clocks of machines differ by less."""


def begin(session: Session, org_id: str, consultation_id: str) -> None:
    session.add(
        Awaited(consultation_id=consultation_id, org_id=org_id, expires=now_ms() + LASTS_MS)
    )


def still(session: Session, consultation_id: str) -> None:
    """Somebody waits on."""
    session.execute(
        update(Awaited)
        .where(Awaited.consultation_id == consultation_id)
        .values(expires=now_ms() + LASTS_MS)
    )


def end(session: Session, consultation_id: str) -> None:
    """It is kept from now on."""
    session.execute(delete(Awaited).where(Awaited.consultation_id == consultation_id))


def forsaken(session: Session) -> Sequence[tuple[str, str]]:
    """Organisation and consultation of those that nobody waits for any more."""
    rows = session.execute(
        select(Awaited.org_id, Awaited.consultation_id).where(Awaited.expires < now_ms()).limit(200)
    )
    return [(org_id, consultation_id) for org_id, consultation_id in rows]
