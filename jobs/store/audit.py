"""Who did what, when: append-only (the database refuses changes), each entry holding the hash of
the one before. Ids and names of actions only, nothing that was said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


def verify(session: Session) -> tuple[int, str]:
    """Number of entries and the last hash, to be kept elsewhere: entries that are cut off the end
    show only there. Raises Damaged, which names the first wrong entry."""
    number, before = 0, _FIRST
    for entry in _all(session):
        number += 1
        if (entry.seq, entry.before, entry.sha256) != (number, before, _digest(entry)):
            raise Damaged(
                f"the audit log was altered at entry {number}",
                hint="Compare it with a backup; everything from this entry on is in doubt.",
            )
        before = entry.sha256
    return number, before


def page(session: Session, org_id: str, *, after: int, limit: int) -> Sequence[AuditEntry]:
    """Of one organisation, oldest first."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.org_id == org_id, AuditEntry.seq > after)
        .order_by(AuditEntry.seq)
        .limit(limit)
    ).all()


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
