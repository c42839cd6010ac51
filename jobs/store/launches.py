"""Launches from an EHR, in rows: ``state`` is taken once, a session has one secret at a time."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jobs.store.crypto import digest, key_of, seal, unseal
from jobs.store.keys import KeyRing
from jobs.store.launch_tables import Launch, LaunchStart
from jobs.store.tables import is_id, new_id, now_ms

START_MS = 10 * 60 * 1000
"""How long a person may take to sign in at the EHR."""
HANDOFF_MS = 60 * 1000
"""How long the page may take to trade its cookie in."""
KEPT_MS = 24 * 3600 * 1000
MOST_STARTS = 10_000
_PREFIX = "lau"


@dataclass(frozen=True)
class Person:
    """Who was launched."""

    org_id: str
    person: str
    role: str


def begin(session: Session, ring: KeyRing, *, state: str, browser: str, body: bytes) -> bool:
    """False when too many wait: strangers may begin launches."""
    forget(session)
    if (session.scalar(select(func.count()).select_from(LaunchStart)) or 0) >= MOST_STARTS:
        return False
    row = LaunchStart(id=digest(state), browser=digest(browser), expires=now_ms() + START_MS)
    row.body = seal(body, context_of_start(row), ring)
    row.key_id = key_of(row.body)
    session.add(row)
    return True


def take(session: Session, ring: KeyRing, state: str) -> tuple[str, bytes] | None:
    """The hash of its browser's cookie and the body, once: the second time there is none."""
    row = session.get(LaunchStart, digest(state))
    if row is None:
        return None
    browser, body, expires = row.browser, row.body, row.expires
    where = context_of_start(row)
    session.expunge(row)
    # Which of two at once deleted it is the database's to say.
    gone = session.execute(
        delete(LaunchStart).where(LaunchStart.id == row.id).returning(LaunchStart.id)
    ).scalar()
    if gone is None or expires <= now_ms():
        return None
    return browser, unseal(body, where, ring)


def create(
    session: Session,
    ring: KeyRing,
    who: Person,
    *,
    patient: str,
    body: bytes,
    session_ms: int,
) -> tuple[Launch, str]:
    """And the secret that the page trades in."""
    at, secret = now_ms(), secrets.token_hex(32)
    row = Launch(
        id=new_id(_PREFIX),
        created=at,
        org_id=who.org_id,
        person=who.person,
        role=who.role,
        patient=patient,
        sha256=digest(secret),
        opened=False,
        session_until=at + session_ms,
        expires=at + session_ms + KEPT_MS,
    )
    row.body = seal(body, context_of(row), ring)
    row.key_id = key_of(row.body)
    session.add(row)
    session.flush()
    return row, secret


def trade(session: Session, launch_id: str, secret: str) -> str | None:
    """What the page sends from now on as its bearer; None where there is nothing to trade, or it
    was traded before."""
    row = session.get(Launch, launch_id, with_for_update=True) if is_id(launch_id) else None
    at = now_ms()
    late = row is None or row.opened or at > row.created + HANDOFF_MS
    if row is None or late or not hmac.compare_digest(row.sha256, digest(secret)):
        return None
    fresh = secrets.token_hex(32)
    row.sha256, row.opened = digest(fresh), True
    return f"{row.id}_{fresh}"


def identify(session: Session, bearer: str) -> Launch | None:
    """Whose session this is, while it lasts."""
    launch_id, _, secret = bearer.rpartition("_")
    row = session.get(Launch, launch_id) if is_id(launch_id) else None
    if row is None or not row.opened or row.session_until <= now_ms():
        return None
    return row if hmac.compare_digest(row.sha256, digest(secret)) else None


def find(session: Session, org_id: str, person: str, launch_id: str) -> Launch | None:
    """One of this person's, also after its session while it is kept."""
    row = session.get(Launch, launch_id) if is_id(launch_id) else None
    if row is None or row.org_id != org_id or row.person != person or row.expires <= now_ms():
        return None
    return row


def end(session: Session, launch_id: str) -> None:
    """The session; what was recorded in it is still filed."""
    row = session.get(Launch, launch_id, with_for_update=True) if is_id(launch_id) else None
    if row is not None:
        row.session_until = min(row.session_until, now_ms())


def forget(session: Session) -> None:
    """What is over."""
    for kind in (LaunchStart, Launch):
        session.execute(delete(kind).where(kind.expires <= now_ms()))


def erase(session: Session, org_id: str, patient: str) -> None:
    """All that is known of a patient by launches; their sessions end."""
    session.execute(delete(Launch).where(Launch.org_id == org_id, Launch.patient == patient))


def body_of(row: Launch, ring: KeyRing) -> bytes:
    return unseal(row.body, context_of(row), ring)


def context_of(row: Launch) -> str:
    return f"launch|{row.org_id}|{row.id}"


def context_of_start(row: LaunchStart) -> str:
    return f"launch start|{row.id}|{row.browser}"
