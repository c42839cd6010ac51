"""A request that is sent twice with the same Idempotency-Key is done once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from jobs.errors import Conflict
from jobs.store import job_rows
from jobs.store.database import Database
from jobs.store.tables import IdempotencyRecord, Job, now_ms

KEPT_MS = 24 * 3600 * 1000


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    hint = "This Idempotency-Key was used for another request: take a new one."


def once(
    database: Database,
    org_id: str,
    key: str | None,
    request_sha256: str,
    make: Callable[[Session], Job],
) -> Job:
    """The job that ``make`` makes, or the one that the same request made before.

    Raises KeyReused for another request under the same key, NotFound when that job was erased.
    """
    with database.write() as session:
        if key is None:
            return make(session)
        key_sha256 = _digest(key)
        # Two at once: the second one waits, and finds what the first one made.
        database.lock(session, int(_digest(f"{org_id} {key_sha256}")[:15], 16))
        row = session.get(IdempotencyRecord, (org_id, key_sha256))
        at = now_ms()
        if row is not None and row.created >= at - KEPT_MS:
            if row.request_sha256 != request_sha256:
                raise KeyReused("this Idempotency-Key belongs to a different request")
            return job_rows.find(session, org_id, row.job_id)
        session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created < at - KEPT_MS))
        job = make(session)
        session.add(
            IdempotencyRecord(
                org_id=org_id,
                key_sha256=key_sha256,
                request_sha256=request_sha256,
                job_id=job.id,
                created=at,
            )
        )
        return job


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
