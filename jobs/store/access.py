"""Organisations and API keys. A key is ``ana_<id>_<secret>``; only the secret's hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.errors import InvalidOption
from jobs.errors import NotFound
from jobs.store.tables import ApiKey, Organisation, new_id, now_ms


class Role(StrEnum):
    clinician = "clinician"
    integration = "integration"
    admin = "admin"
    auditor = "auditor"


class Scope(StrEnum):
    read = "consultations:read"
    write = "consultations:write"
    erase = "consultations:erase"
    audit = "audit:read"
    webhooks = "webhooks:manage"


SCOPES: dict[Role, frozenset[Scope]] = {
    Role.clinician: frozenset({Scope.read, Scope.write, Scope.erase}),
    Role.integration: frozenset({Scope.read, Scope.write, Scope.webhooks}),
    Role.admin: frozenset(Scope),
    Role.auditor: frozenset({Scope.audit}),
}
"""What each role may do. An auditor reads who did what, never what was said."""


@dataclass(frozen=True)
class Principal:
    """Who asks."""

    org_id: str
    key_id: str
    role: Role
    scopes: frozenset[Scope]


def organisation(session: Session, name: str) -> str:
    """The id of the organisation of this name; made when there is none."""
    row = session.scalar(select(Organisation).where(Organisation.name == name))
    if row is None:
        row = Organisation(id=new_id("org"), name=name, created=now_ms())
        session.add(row)
        session.flush()
    return row.id


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
    wanted = scopes if scopes is not None else SCOPES[role]
    if not wanted <= SCOPES[role]:
        raise InvalidOption(f"a key of the role {role} cannot have all of these scopes")
    secret = secrets.token_hex(32)
    row = ApiKey(
        id=secrets.token_hex(8),
        org_id=org_id,
        name=name,
        role=role.value,
        scopes=" ".join(sorted(wanted)),
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
    # Compared also where there is no such key, so that the time tells nothing.
    right = hmac.compare_digest(row.sha256 if row else _digest(""), _digest(secret))
    if row is None or not right or row.revoked is not None:
        return None
    if row.expires is not None and row.expires <= now_ms():
        return None
    scopes = frozenset(Scope(scope) for scope in row.scopes.split())
    return Principal(row.org_id, row.id, Role(row.role), scopes)


def revoke(session: Session, key_id: str) -> ApiKey:
    """Raises NotFound."""
    row = session.get(ApiKey, key_id)
    if row is None:
        raise NotFound("there is no such API key")
    row.revoked = row.revoked or now_ms()
    return row


def keys(session: Session) -> Sequence[tuple[ApiKey, str]]:
    """All keys, each with the name of its organisation."""
    query = select(ApiKey, Organisation.name).join(Organisation, ApiKey.org_id == Organisation.id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(ApiKey.created))]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
