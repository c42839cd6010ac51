"""Organisations and API keys. A key is ``ana_<id>_<secret>``; only the secret's hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.errors import InvalidOption
from jobs.errors import NotFound
from jobs.roles import SCOPES, Role, Scope
from jobs.store.tables import ApiKey, Organisation, new_id, now_ms

__all__ = ["SCOPES", "Role", "Scope"]
_SEEN_MS = 3600 * 1000


@dataclass(frozen=True)
class Principal:
    """Who asks."""

    org_id: str
    key_id: str
    role: Role
    scopes: frozenset[Scope]
    unseen: bool = False
    """Whether its use is to be noted: see ``seen``."""
    name: str | None = None
    """Of a person whom an EHR launched."""
    launch_id: str | None = None


def organisation(session: Session, name: str) -> str:
    """The id of the organisation of this name; made when there is none."""
    row = session.scalar(select(Organisation).where(Organisation.name == name))
    if row is None:
        row = Organisation(id=new_id("org"), name=name, created=now_ms())
        session.add(row)
        session.flush()
    return row.id


def known_organisation(session: Session, name: str) -> str | None:
    """Its id, if there is one of this name."""
    return session.scalar(select(Organisation.id).where(Organisation.name == name))


def organisation_name(session: Session, org_id: str) -> str:
    """Raises NotFound."""
    row = session.get(Organisation, org_id)
    if row is None:
        raise NotFound("there is no such organisation")
    return row.name


def key_name(session: Session, key_id: str) -> str | None:
    """What a key is for; None for what is no key."""
    row = session.get(ApiKey, key_id)
    return row.name if row is not None else None


def issue(
    session: Session,
    *,
    org_id: str,
    name: str,
    role: Role,
    scopes: frozenset[Scope] | None = None,
    expires: int | None,
) -> tuple[ApiKey, str]:
    """A new key, and the text that is shown this once. Raises InvalidOption."""
    secret = secrets.token_hex(32)
    row = ApiKey(
        id=secrets.token_hex(8),
        org_id=org_id,
        name=name,
        role=role.value,
        scopes=_within(role, scopes),
        sha256=_digest(secret),
        created=now_ms(),
        expires=expires,
    )
    session.add(row)
    session.flush()
    return row, f"ana_{row.id}_{secret}"


def identify(session: Session, text: str) -> Principal | None:
    """Who has this key; None when it is unknown, expired or revoked. Takes the same time."""
    start, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    ours = start == "ana" and re.fullmatch(r"[0-9a-f]{16}", key_id)
    row = session.get(ApiKey, key_id) if ours else None
    at, given = now_ms(), _digest(secret)
    # Compared also where there is no such key, so that the time tells nothing.
    right = hmac.compare_digest(row.sha256 if row else _digest(""), given)
    before = hmac.compare_digest((row.previous_sha256 if row else None) or _digest(""), given)
    if row is None or row.revoked is not None or (row.expires is not None and row.expires <= at):
        return None
    in_grace = row.previous_until is not None and at < row.previous_until
    if not right and not (before and row.previous_sha256 is not None and in_grace):
        return None
    scopes = frozenset(Scope(scope) for scope in row.scopes.split())
    unseen = row.last_used is None or at - row.last_used >= _SEEN_MS
    return Principal(row.org_id, row.id, Role(row.role), scopes, unseen)


def seen(session: Session, key_id: str) -> None:
    """Note that it is used; to the hour, so that not every request is a write."""
    at = now_ms() // _SEEN_MS * _SEEN_MS
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used=at))


def rotate(session: Session, key_id: str, *, grace_ms: int) -> tuple[ApiKey, str]:
    """A new secret for the same key, and its text; the old one is taken for ``grace_ms`` more.

    Raises NotFound, also for a key that is revoked or expired.
    """
    row = session.get(ApiKey, key_id, with_for_update=True)
    at = now_ms()
    if row is None or row.revoked is not None or (row.expires is not None and row.expires <= at):
        raise NotFound("there is no such API key that is valid")
    secret = secrets.token_hex(32)
    row.previous_sha256 = row.sha256 if grace_ms else None
    row.previous_until = at + grace_ms if grace_ms else None
    row.sha256 = _digest(secret)
    session.flush()
    return row, f"ana_{row.id}_{secret}"


def rescope(session: Session, key_id: str, scopes: frozenset[Scope] | None = None) -> ApiKey:
    """What the key may do from now on: all that its role may, by this version, or fewer.

    A key keeps the scopes that it was issued with: those that a later version knows are not given
    to it in silence. Raises NotFound, InvalidOption.
    """
    row = session.get(ApiKey, key_id, with_for_update=True)
    if row is None or row.revoked is not None:
        raise NotFound("there is no such API key that is valid")
    row.scopes = _within(Role(row.role), scopes)
    return row


def _within(role: Role, scopes: frozenset[Scope] | None) -> str:
    """As they are stored. Raises InvalidOption."""
    wanted = scopes if scopes is not None else SCOPES[role]
    if not wanted <= SCOPES[role]:
        raise InvalidOption(
            f"a key of the role {role} cannot have all of these scopes",
            hint=f"It may have: {', '.join(sorted(SCOPES[role]))}.",
        )
    return " ".join(sorted(wanted))


def revoke(session: Session, key_id: str) -> ApiKey:
    """Raises NotFound."""
    row = session.get(ApiKey, key_id)
    if row is None:
        raise NotFound("there is no such API key")
    row.revoked = row.revoked or now_ms()
    return row


def own(session: Session, org_id: str, key_id: str) -> ApiKey:
    """A key of this organisation. Raises NotFound."""
    row = session.get(ApiKey, key_id) if re.fullmatch(r"[0-9a-f]{16}", key_id) else None
    if row is None or row.org_id != org_id:
        raise NotFound("there is no such API key")
    return row


def keys(session: Session, org_id: str | None = None) -> Sequence[tuple[ApiKey, str]]:
    """All keys, or those of one organisation, each with the name of its organisation."""
    query = select(ApiKey, Organisation.name).join(Organisation, ApiKey.org_id == Organisation.id)
    if org_id is not None:
        query = query.where(ApiKey.org_id == org_id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(ApiKey.created))]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
