"""Batches: made whole or not at all, tried again, cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consultation.engines import Progress, no_progress
from consultation.errors import InvalidOption
from jobs.batch_source import BadManifest, BadRow, GoodRow
from jobs.errors import Conflict, NotFound
from jobs.queue import Enqueuer
from jobs.store import audit, batch_items, batches, job_rows
from jobs.store.audit import Actor
from jobs.store.crypto import digest
from jobs.store.idempotency import KeyReused
from jobs.store.store import Store

ITEMS_MOST = 200_000
_AT_ONCE = 500
"""Items that are written in one transaction: others write between two of them."""
_SHOWN = 100


@dataclass(frozen=True)
class NewBatch:
    actor: Actor
    folder: Path | None = None
    """What the items' paths are in."""
    keep_audio: bool = True
    key: str | None = None
    """Idempotency-Key."""
    request_sha256: str = ""


def create(
    store: Store,
    new: NewBatch,
    rows: Iterable[GoodRow | BadRow],
    progress: Progress = no_progress,
) -> str:
    """Its id; that of the batch that the same request made before, under the same key.

    Rows are written as they come, so that memory stays flat; it starts when all are good. Raises
    BadManifest, InvalidOption when there are none, KeyReused, Conflict.
    """
    made, before = _begin(store, new)
    if before is not None:
        return before
    try:
        total = _write(store, new, made, rows, progress)
        with store.database.write() as session:
            batches.start(session, made, total)
            audit.append(store.database, session, new.actor, "batch.create", made)
    except BaseException:
        with store.database.write() as session:
            batches.drop(session, made)
        raise
    return made


def _begin(store: Store, new: NewBatch) -> tuple[str, str | None]:
    key = digest(new.key) if new.key is not None else None
    try:
        with store.database.write() as session:
            before = _before(session, new, key)
            if before is not None:
                return "", before
            made = batches.create(
                session,
                store.ring,
                org_id=new.actor.org_id,
                by=new.actor.id,
                folder=str(new.folder or ""),
                keep_audio=new.keep_audio,
                key_sha256=key,
                request_sha256=new.request_sha256 if key else None,
            )
    except IntegrityError:
        # Another one came with the same key in the same moment.
        with store.database.read() as session:
            before = _before(session, new, key)
        return "", before
    return made, None


def _before(session: Session, new: NewBatch, key: str | None) -> str | None:
    found = batches.by_key(session, new.actor.org_id, key) if key is not None else None
    if found is None:
        return None
    if found.request_sha256 != new.request_sha256:
        raise KeyReused("this Idempotency-Key belongs to a different request")
    if found.status == "preparing":
        raise Conflict("the same request is being worked on", hint="Send it again in a minute.")
    return found.id


@dataclass
class _Seen:
    first: dict[bytes, int] = field(default_factory=dict)
    """First 16 bytes of an item's identity → its line."""

    def twin(self, row: GoodRow) -> int | None:
        name = bytes.fromhex(row.source.identity())[:16]
        line = self.first.setdefault(name, row.line)
        return None if line == row.line else line


def _write(
    store: Store, new: NewBatch, batch_id: str, rows: Iterable[GoodRow | BadRow], progress: Progress
) -> int:
    bad: list[BadRow] = []
    seen, wrong, total = _Seen(), 0, 0
    chunk: list[tuple[int, bytes]] = []

    def flush() -> None:
        with store.database.write() as session:
            batch_items.add_items(session, store.ring, new.actor.org_id, batch_id, chunk)
        chunk.clear()
        progress("prepare", total, 0)

    for row in rows:
        if isinstance(row, GoodRow) and (twin := seen.twin(row)) is not None:
            row = BadRow(row.line, f"the same input with the same options as line {twin}")
        if isinstance(row, BadRow):
            wrong += 1
            if len(bad) < _SHOWN:
                bad.append(row)
            continue
        total += 1
        if total > ITEMS_MOST:
            raise InvalidOption(f"a batch has at most {ITEMS_MOST} items", hint="Make several.")
        # Once a row is bad nothing will start: the rest is only read.
        if not wrong:
            chunk.append((total, row.source.model_dump_json(exclude_defaults=True).encode()))
        if len(chunk) >= _AT_ONCE:
            flush()
    if wrong:
        raise BadManifest(bad, wrong)
    if total == 0:
        raise InvalidOption("there is nothing to do", hint="The folder or manifest has no items.")
    flush()
    return total


def retry(
    store: Store,
    actor: Actor,
    batch_id: str,
    *,
    numbers: Sequence[int] | None = None,
    code: str | None = None,
) -> int:
    """Failed items are tried again, of these numbers or with this error code where given; how many.
    Raises NotFound, Conflict."""
    with store.database.write() as session:
        again = batches.retry(session, actor.org_id, batch_id, numbers=numbers, code=code)
        audit.append(store.database, session, actor, "batch.retry", batch_id)
    return again


def cancel(store: Store, enqueuer: Enqueuer, actor: Actor, batch_id: str) -> None:
    """Items that wait are cancelled at once, what runs ends within seconds.

    Raises NotFound, or Conflict when it is completed.
    """
    with store.database.write() as session:
        batches.cancel(session, actor.org_id, batch_id)
        audit.append(store.database, session, actor, "batch.cancel", batch_id)
    cancel_jobs(store, enqueuer, actor.org_id, batch_id)


def cancel_jobs(store: Store, enqueuer: Enqueuer, org_id: str, batch_id: str) -> None:
    """Those of a cancelled batch; a worker does it again where this was stopped half way."""
    with store.database.read() as session:
        jobs = batch_items.unfinished_jobs(session, batch_id)
    # One at a time: a worker that finishes one of them must not wait for all of them.
    for job_id in jobs:
        try:
            with store.database.write() as session:
                job_rows.cancel(session, org_id, job_id)
        except (Conflict, NotFound):
            continue
        enqueuer.cancel(job_id)
