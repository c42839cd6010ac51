"""People whom the identity provider named: who came when, and who is kept out.

The service has no accounts of its own and makes none up: a person is a keyed hash, as in the audit
log. Names, passwords and roles are the provider's.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import Field

from api.auth import Manager, actor
from api.problem import responses
from api.service import Used
from api.wire import Wire, iso
from jobs.errors import Conflict
from jobs.store import audit, people, pseudonyms
from jobs.store.people import Known

router = APIRouter(prefix="/v1/admin/people", tags=["administration"])
PersonId = Annotated[str, Path(max_length=40, description="As in the list, and in the audit log.")]


class NoProvider(Conflict):
    code = "no_identity_provider"
    hint = "Set ANAMNESE_OIDC_ISSUER; without it, people are told apart by their API keys."


class OwnPerson(Conflict):
    code = "own_person"
    hint = "Another administrator has to do it."


class PersonOut(Wire):
    id: str
    """``usr_`` and a keyed hash of issuer and subject."""
    role: str | None
    """That of their last token; None when an older version has seen them."""
    first_seen: str
    last_seen: str
    """To the hour."""
    last_action: str | None
    """In the audit log."""
    blocked: str | None
    blocked_by: str | None
    own: bool
    """Whether it is who asks."""


class People(Wire):
    issuer: str | None
    """The identity provider, whose accounts these are; None: people come with API keys alone."""
    items: list[PersonOut]


class Subject(Wire):
    subject: str = Field(min_length=1, max_length=255)
    """As the provider names them in ``sub``."""


@router.get("", responses=responses())
def index(used: Used, who: Manager) -> People:
    """All that came with a token, those who came last first."""
    issuer = used.settings.oidc_issuer
    with used.store.database.read() as session:
        items = [_out(one, who.key_id) for one in people.listed(session, who.org_id)]
    return People(issuer=str(issuer) if issuer is not None else None, items=items)


@router.post("/find", responses=responses(404, 409))
def find(wanted: Subject, used: Used, who: Manager) -> PersonOut:
    """Who it is that the provider calls by this subject. It is hashed and not kept."""
    issuer = used.settings.oidc_issuer
    if issuer is None:
        raise NoProvider("there is no identity provider")
    with used.store.database.write() as session:
        person = pseudonyms.person(
            session, used.store.ring, who.org_id, str(issuer), wanted.subject.strip()
        )
        return _out(people.find(session, who.org_id, person), who.key_id)


@router.post("/{person_id}/block", responses=responses(404, 409))
def block(person_id: PersonId, request: Request, used: Used, who: Manager) -> PersonOut:
    """From now on every token of this person is refused (403 person_blocked), whatever the provider
    says. API keys that they know are not: revoke these. Twice is as once."""
    if person_id == who.key_id:
        raise OwnPerson("you cannot block yourself")
    with used.store.database.write() as session:
        if people.block(session, who.org_id, person_id, who.key_id):
            audit.append(
                used.store.database, session, actor(request, who), "person.block", person_id
            )
        return _out(people.find(session, who.org_id, person_id), who.key_id)


@router.post("/{person_id}/unblock", responses=responses(404))
def unblock(person_id: PersonId, request: Request, used: Used, who: Manager) -> PersonOut:
    """They are let in again, as the provider says. Twice is as once."""
    with used.store.database.write() as session:
        if people.unblock(session, who.org_id, person_id):
            by = actor(request, who)
            audit.append(used.store.database, session, by, "person.unblock", person_id)
        return _out(people.find(session, who.org_id, person_id), who.key_id)


def _out(one: Known, own: str) -> PersonOut:
    return PersonOut(
        id=one.id,
        role=one.role,
        first_seen=iso(one.first_seen),
        last_seen=iso(one.last_seen),
        last_action=iso(one.last_action) if one.last_action else None,
        blocked=iso(one.blocked) if one.blocked else None,
        blocked_by=one.blocked_by,
        own=one.id == own,
    )
