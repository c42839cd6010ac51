"""People whom an identity provider named: who came when, and who is kept out.

The service has no accounts of its own. A person is the hash in the audit log (``pseudonyms.py``);
names, passwords and roles are the provider's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from jobs.errors import NotFound
from jobs.store.admin_tables import Person
from jobs.store.tables import AuditEntry, now_ms

_SEEN_MS = 3600 * 1000
_PREFIX = "usr_"


@dataclass(frozen=True)
class Known:
    id: str
    role: str | None
    first_seen: int
    last_seen: int
    last_action: int | None
    """When the audit log has last heard of them."""
    blocked: int | None
    blocked_by: str | None


def is_blocked(session: Session, person: str) -> bool:
    row = session.get(Person, person)
    return row is not None and row.blocked is not None


def to_be_noted(session: Session, person: str, role: str) -> bool:
    """Whether ``seen`` has something to write."""
    row = session.get(Person, person)
    return row is None or row.role != role or now_ms() - row.last_seen >= _SEEN_MS


def seen(session: Session, org_id: str, person: str, role: str) -> None:
    """Note that somebody came; to the hour."""
    at = now_ms() // _SEEN_MS * _SEEN_MS
    row = session.get(Person, person)
    if row is None:
        row = Person(id=person, org_id=org_id, role=role, first_seen=at, last_seen=at)
        # Of two requests at once, the slower one finds the row there.
        with suppress(IntegrityError), session.begin_nested():
            session.add(row)
            return
        row = session.get_one(Person, person)
    row.role, row.last_seen = role, at


def listed(session: Session, org_id: str) -> list[Known]:
    """Those who came last first; also who acted before people were noted."""
    acted = _acted(session, org_id)
    rows = session.scalars(select(Person).where(Person.org_id == org_id)).all()
    found = [_known(row, acted) for row in rows]
    missing = set(acted) - {one.id for one in found}
    found += [
        Known(one, None, acted[one][0], acted[one][1], acted[one][1], None, None) for one in missing
    ]
    return sorted(found, key=lambda one: (-one.last_seen, one.id))


def find(session: Session, org_id: str, person: str) -> Known:
    """Raises NotFound, also for another organisation's."""
    found = next((one for one in listed(session, org_id) if one.id == person), None)
    if found is None:
        raise NotFound(
            "nobody like this has used the service",
            hint="People are known here from their first request on; take ids from the list.",
        )
    return found


def block(session: Session, org_id: str, person: str, by: str) -> bool:
    """From now on their tokens are refused. False when they were already. Raises NotFound."""
    row = _row(session, org_id, person)
    if row.blocked is not None:
        return False
    row.blocked, row.blocked_by = now_ms(), by
    session.flush()
    return True


def unblock(session: Session, org_id: str, person: str) -> bool:
    """False when they were not blocked. Raises NotFound."""
    row = _row(session, org_id, person)
    if row.blocked is None:
        return False
    row.blocked = row.blocked_by = None
    session.flush()
    return True


def _row(session: Session, org_id: str, person: str) -> Person:
    known = find(session, org_id, person)
    row = session.get(Person, person, with_for_update=True, populate_existing=True)
    if row is None:
        row = Person(
            id=person,
            org_id=org_id,
            role=None,
            first_seen=known.first_seen,
            last_seen=known.last_seen,
        )
        session.add(row)
        session.flush()
    return row


def _acted(session: Session, org_id: str) -> dict[str, tuple[int, int]]:
    """Person → first and last entry of the audit log."""
    query = (
        select(AuditEntry.actor, func.min(AuditEntry.at), func.max(AuditEntry.at))
        .where(AuditEntry.org_id == org_id, AuditEntry.actor.startswith(_PREFIX, autoescape=True))
        .group_by(AuditEntry.actor)
    )
    return {actor: (first, last) for actor, first, last in session.execute(query)}


def _known(row: Person, acted: dict[str, tuple[int, int]]) -> Known:
    last = acted.get(row.id)
    return Known(
        id=row.id,
        role=row.role,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        last_action=last[1] if last else None,
        blocked=row.blocked,
        blocked_by=row.blocked_by,
    )
