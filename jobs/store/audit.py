"""Who did what, when: append-only (the database refuses changes), each entry holding the hash of
the one before. Ids and names of actions only, nothing that was said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.errors import Damaged
from jobs.store.database import Database
from jobs.store.tables import AuditEntry, now_ms

_LOCK = 0x617564
_FIRST = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acts: an API key's id, or ``cli`` or ``worker``."""

    org_id: str
    id: str
    request_id: str = ""


def append(
    database: Database, session: Session, actor: Actor, action: str, subject: str = ""
) -> None:
    """In the transaction of what is done, so that neither is kept without the other."""
    # One at a time: two entries must not follow the same one.
    database.lock(session, _LOCK)
    last = session.execute(
        select(AuditEntry.seq, AuditEntry.sha256).order_by(AuditEntry.seq.desc()).limit(1)
    ).first()
    entry = AuditEntry(
        seq=(last.seq if last else 0) + 1,
        org_id=actor.org_id,
        at=now_ms(),
        actor=actor.id,
        action=action,
        subject=subject,
        request_id=actor.request_id,
        before=last.sha256 if last else _FIRST,
    )
    entry.sha256 = _digest(entry)
    session.add(entry)
    session.flush()


@dataclass(frozen=True)
class Broken:
    """The first entry that is not as it was written."""

    seq: int
    org_id: str
    at: int
    action: str
    reason: Literal["missing", "changed", "unlinked"]
    """Entries before it are gone; its content does not fit its hash; or it does not follow the
    entry before."""


@dataclass(frozen=True)
class Chain:
    """What a look at the whole chain found."""

    entries: int
    """That are as they were written, from the first one on."""
    last: str
    """Hash of the last of these, to be kept elsewhere: entries that are cut off the end show only
    there."""
    broken: Broken | None


def examine(session: Session) -> Chain:
    """The chain from its first entry to the first one that is wrong, over all organisations."""
    number, before = 0, _FIRST
    for entry in _all(session):
        reason = _wrong(entry, number + 1, before)
        if reason is not None:
            broken = Broken(entry.seq, entry.org_id, entry.at, entry.action, reason)
            return Chain(number, before, broken)
        number, before = number + 1, entry.sha256
    return Chain(number, before, None)


def verify(session: Session) -> tuple[int, str]:
    """Number of entries and the last hash. Raises Damaged, which names the first wrong entry."""
    found = examine(session)
    if found.broken is not None:
        raise Damaged(
            f"the audit log was altered at entry {found.broken.seq}",
            hint="Compare it with a backup; everything from this entry on is in doubt.",
        )
    return found.entries, found.last


@dataclass(frozen=True)
class Wanted:
    """Which entries: all that is given must hold. Texts are beginnings."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: int | None = None
    until: int | None = None
    """Times in milliseconds, UTC; ``until`` itself is not in it."""


def page(
    session: Session,
    org_id: str,
    *,
    after: int,
    limit: int,
    wanted: Wanted = Wanted(),
    newest: bool = False,
) -> Sequence[AuditEntry]:
    """Of one organisation, oldest first, from the one after ``after`` on; ``newest``: newest first,
    down from the one before ``after``, or from the last one where that is 0."""
    query = select(AuditEntry).where(AuditEntry.org_id == org_id)
    for column, beginning in (
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.action, wanted.action),
        (AuditEntry.subject, wanted.subject),
    ):
        if beginning:
            query = query.where(column.startswith(beginning, autoescape=True))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if newest:
        query = query.where(AuditEntry.seq < after) if after else query
        return session.scalars(query.order_by(AuditEntry.seq.desc()).limit(limit)).all()
    query = query.where(AuditEntry.seq > after)
    return session.scalars(query.order_by(AuditEntry.seq).limit(limit)).all()


def _wrong(
    entry: AuditEntry, number: int, before: str
) -> Literal["missing", "changed", "unlinked"] | None:
    if entry.sha256 != _digest(entry):
        return "changed"
    if entry.seq != number:
        return "missing"
    return "unlinked" if entry.before != before else None


def _all(session: Session) -> Iterator[AuditEntry]:
    after = 0
    while entries := session.scalars(
        select(AuditEntry).where(AuditEntry.seq > after).order_by(AuditEntry.seq).limit(1000)
    ).all():
        yield from entries
        after = entries[-1].seq
        session.expunge_all()


def _digest(entry: AuditEntry) -> str:
    content = [
        entry.seq,
        entry.org_id,
        entry.at,
        entry.actor,
        entry.action,
        entry.subject,
        entry.request_id,
        entry.before,
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
