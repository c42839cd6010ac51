"""Rows of batches and their items.

    preparing ─► running ─► completed ─► running again, when what failed is tried again
                    └─────► cancelled

    item: waiting ─► active ─► completed | failed | cancelled
             └─► duplicate | failed | cancelled

Whoever changes items holds the batch's row, locked, so that there is one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, delete, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session

from jobs.errors import Conflict, NotFound
from jobs.store.batch_tables import Batch, BatchItem
from jobs.store.crypto import key_of, seal, unseal
from jobs.store.keys import KeyRing
from jobs.store.tables import is_id, new_id, now_ms


def create(
    session: Session,
    ring: KeyRing,
    *,
    org_id: str,
    by: str,
    folder: str,
    keep_audio: bool,
    key_sha256: str | None = None,
    request_sha256: str | None = None,
) -> str:
    """A batch that is being prepared: nothing of it runs until ``start``."""
    batch_id = new_id("bat")
    body = seal(folder.encode(), batch_context(org_id, batch_id), ring)
    session.add(
        Batch(
            id=batch_id,
            org_id=org_id,
            created=now_ms(),
            created_by=by,
            status="preparing",
            total=0,
            keep_audio=keep_audio,
            key_sha256=key_sha256,
            request_sha256=request_sha256,
            key_id=key_of(body),
            body=body,
        )
    )
    session.flush()
    return batch_id


def start(session: Session, batch_id: str, total: int) -> None:
    row = require(locked(session, batch_id))
    row.status, row.total, row.created = "running", total, now_ms()


def drop(session: Session, batch_id: str) -> None:
    """A batch that was never started, and its items."""
    session.execute(delete(Batch).where(Batch.id == batch_id, Batch.status == "preparing"))


def drop_abandoned(session: Session, before: int) -> None:
    """Those whose maker ended while it was preparing them."""
    session.execute(delete(Batch).where(Batch.status == "preparing", Batch.created < before))


def by_key(session: Session, org_id: str, key_sha256: str) -> Batch | None:
    return session.scalar(
        select(Batch).where(Batch.org_id == org_id, Batch.key_sha256 == key_sha256)
    )


def find(session: Session, org_id: str, batch_id: str) -> Batch:
    """Raises NotFound, also for another organisation's and for one that is not ready."""
    query = select(Batch).where(
        Batch.org_id == org_id, Batch.id == batch_id, Batch.status != "preparing"
    )
    return require(session.scalar(query) if is_id(batch_id) else None)


def require(row: Batch | None) -> Batch:
    """Raises NotFound."""
    if row is None:
        raise NotFound("there is no such batch")
    return row


def locked(session: Session, batch_id: str) -> Batch | None:
    return session.scalar(
        select(Batch)
        .where(Batch.id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def page(
    session: Session, org_id: str, *, limit: int, after: tuple[int, str] | None
) -> Sequence[Batch]:
    """Newest first; ``after`` is the (created, id) of the last one of the page before."""
    query = select(Batch).where(Batch.org_id == org_id, Batch.status != "preparing")
    if after is not None:
        query = query.where(tuple_(Batch.created, Batch.id) < after)
    return session.scalars(query.order_by(Batch.created.desc(), Batch.id.desc()).limit(limit)).all()


def unsettled(session: Session) -> list[str]:
    """Batches that run, and cancelled ones of which something still runs; the oldest first."""
    active = exists().where(BatchItem.batch_id == Batch.id, BatchItem.status == "active")
    return list(
        session.scalars(
            select(Batch.id)
            .where(or_(Batch.status == "running", and_(Batch.status == "cancelled", active)))
            .order_by(Batch.created)
        )
    )


def retry(
    session: Session,
    org_id: str,
    batch_id: str,
    *,
    numbers: Sequence[int] | None = None,
    code: str | None = None,
) -> int:
    """Failed items wait again, of these numbers or with this error code where given; how many.

    Raises NotFound, or Conflict for a cancelled batch.
    """
    find(session, org_id, batch_id)
    row = require(locked(session, batch_id))
    if row.status == "cancelled":
        raise Conflict("the batch is cancelled", hint="Start another one with what is left.")
    failed = update(BatchItem).where(BatchItem.batch_id == batch_id, BatchItem.status == "failed")
    if numbers is not None:
        failed = failed.where(BatchItem.number.in_(numbers))
    if code is not None:
        failed = failed.where(BatchItem.error_code == code)
    again = session.execute(
        failed.values(status="waiting", error_code=None, error_hint=None).returning(
            BatchItem.number
        )
    ).all()
    if again:
        row.status, row.finished = "running", None
    return len(again)


def cancel(session: Session, org_id: str, batch_id: str) -> None:
    """Nothing of it begins any more; its jobs are for the caller to cancel.

    Raises NotFound, or Conflict when it is completed.
    """
    find(session, org_id, batch_id)
    row = require(locked(session, batch_id))
    if row.status == "completed":
        raise Conflict("the batch is completed already", hint="There is nothing to cancel.")
    row.status, row.finished = "cancelled", row.finished or now_ms()
    session.execute(
        update(BatchItem)
        .where(BatchItem.batch_id == batch_id, BatchItem.status == "waiting")
        .values(status="cancelled")
    )


def folder_of(row: Batch, ring: KeyRing) -> str:
    return unseal(row.body, batch_context(row.org_id, row.id), ring).decode()


def batch_context(org_id: str, batch_id: str) -> str:
    return f"batch|{org_id}|{batch_id}"
