"""A request that is sent twice with the same Idempotency-Key is done once."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete
from sqlalchemy.orm import Session

from jobs.errors import Conflict
from jobs.store.tables import IdempotencyRecord, now_ms

KEPT_MS = 24 * 3600 * 1000


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    hint = "This Idempotency-Key was used for another request: take a new one."


def earlier(session: Session, org_id: str, key: str, request_sha256: str) -> str | None:
    """The job that the same request made before. Raises KeyReused for another request."""
    row = session.get(IdempotencyRecord, (org_id, _digest(key)))
    if row is None:
        return None
    if row.request_sha256 != request_sha256:
        raise KeyReused("this Idempotency-Key belongs to a different request")
    return row.job_id


def remember(session: Session, org_id: str, key: str, request_sha256: str, job_id: str) -> None:
    """In the transaction that makes the job; two at once, and the second one fails. Old ones go."""
    at = now_ms()
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created < at - KEPT_MS))
    session.add(
        IdempotencyRecord(
            org_id=org_id,
            key_sha256=_digest(key),
            request_sha256=request_sha256,
            job_id=job_id,
            created=at,
        )
    )
    session.flush()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
