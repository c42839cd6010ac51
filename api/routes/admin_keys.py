"""API keys of the caller's organisation: listed, issued, given a new secret, revoked. What
``anamnese apikeys`` does, for who has no shell."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import Field

from api.auth import Manager, actor
from api.problem import responses
from api.service import Used
from api.wire import Wire, iso
from jobs.errors import Conflict
from jobs.store import access, audit
from jobs.store.access import Role, Scope
from jobs.store.tables import DAY_MS, HOUR_MS, ApiKey, now_ms

router = APIRouter(prefix="/v1/admin/keys", tags=["administration"])
KeyId = Annotated[str, Path(max_length=40, description="As in the list.")]


class OwnKey(Conflict):
    code = "own_key"
    hint = "Use another key for it, or anamnese apikeys on the machine of the service."


class NewKey(Wire):
    name: str = Field(
        min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"
    )
    """What or whom it is for. It stands beside what is changed and signed with the key."""
    role: Role = Role.clinician
    scopes: list[Scope] | None = Field(default=None, min_length=1, max_length=len(Scope))
    """Fewer than the role has; all of them when not given."""
    days: int | None = Field(default=365, ge=1, le=3650)
    """That it is valid; null: until it is revoked."""


class KeyOut(Wire):
    id: str
    name: str
    role: Role
    scopes: list[Scope]
    created: str
    expires: str | None
    revoked: str | None
    last_used: str | None
    """To the hour."""
    valid: bool
    own: bool
    """Whether this request was made with it."""


class KeyMade(KeyOut):
    secret: str
    """The key itself, shown this once and kept nowhere."""


class Keys(Wire):
    organisation: str
    items: list[KeyOut]


class Grace(Wire):
    grace_hours: float = Field(default=24, strict=True, ge=0, le=30 * 24)
    """How long the old secret is still taken."""


@router.get("", responses=responses())
def index(used: Used, who: Manager) -> Keys:
    """All of the organisation, those that are over included; the oldest first."""
    with used.store.database.read() as session:
        return Keys(
            organisation=access.organisation_name(session, who.org_id),
            items=[_out(row, who.key_id) for row, _ in access.keys(session, who.org_id)],
        )


@router.post("", status_code=201, responses=responses())
def create(wanted: NewKey, request: Request, used: Used, who: Manager) -> KeyMade:
    """Issue a key for this organisation. Where its answer was lost, revoke it and issue another
    one: it cannot be shown again."""
    expires = now_ms() + wanted.days * DAY_MS if wanted.days else None
    with used.store.database.write() as session:
        row, text = access.issue(
            session,
            org_id=who.org_id,
            name=wanted.name.strip(),
            role=wanted.role,
            scopes=frozenset(wanted.scopes) if wanted.scopes is not None else None,
            expires=expires,
        )
        audit.append(used.store.database, session, actor(request, who), "apikey.new", row.id)
        return KeyMade(**_out(row, who.key_id).model_dump(), secret=text)


@router.post("/{key_id}/rotate", responses=responses(404))
def rotate(key_id: KeyId, wanted: Grace, request: Request, used: Used, who: Manager) -> KeyMade:
    """A new secret for a key, shown this once; the old one is taken for a while."""
    with used.store.database.write() as session:
        access.own(session, who.org_id, key_id)
        row, text = access.rotate(session, key_id, grace_ms=int(wanted.grace_hours * HOUR_MS))
        audit.append(used.store.database, session, actor(request, who), "apikey.rotate", row.id)
        return KeyMade(**_out(row, who.key_id).model_dump(), secret=text)


@router.post("/{key_id}/revoke", responses=responses(404, 409))
def revoke(key_id: KeyId, request: Request, used: Used, who: Manager) -> KeyOut:
    """From now on the key is refused, with both of its secrets; it cannot be given back. Twice is
    as once. 409 for the key that this request is made with."""
    with used.store.database.write() as session:
        row = access.own(session, who.org_id, key_id)
        if row.id == who.key_id:
            raise OwnKey("this is the key that you are using")
        if row.revoked is None:
            access.revoke(session, row.id)
            audit.append(used.store.database, session, actor(request, who), "apikey.revoke", row.id)
        return _out(row, who.key_id)


def _out(row: ApiKey, own: str) -> KeyOut:
    at = now_ms()
    return KeyOut(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        scopes=sorted(Scope(scope) for scope in row.scopes.split()),
        created=iso(row.created),
        expires=iso(row.expires) if row.expires else None,
        revoked=iso(row.revoked) if row.revoked else None,
        last_used=iso(row.last_used) if row.last_used else None,
        valid=row.revoked is None and (row.expires is None or row.expires > at),
        own=row.id == own,
    )
