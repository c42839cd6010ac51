"""Who asks, and whether they may. API keys, and tokens of an identity provider where one is set;
roles give scopes."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from api.problem import Forbidden, Unauthorized
from api.service import Service, Used
from api.smart.stages import Launched
from api.tokens import Identity
from consultation.author import Author
from consultation.errors import InvalidOption
from jobs.service_settings import ServiceSettings
from jobs.store import access, launches, people, pseudonyms
from jobs.store.access import SCOPES, Principal, Role, Scope
from jobs.store.audit import Actor
from jobs.store.database import DatabaseAway
from jobs.store.store import Store


class PersonBlocked(Forbidden):
    code = "person_blocked"
    hint = "An administrator of this service has blocked this person; ask them why."


LOCAL = "local"
"""The organisation of a service without authentication."""
bearer = HTTPBearer(
    auto_error=False,
    description="An API key (anamnese apikeys new), or a token of the identity provider",
)


def check_address(settings: ServiceSettings) -> None:
    """Raises InvalidOption where strangers could reach a service that lets everyone in."""
    if settings.authentication == "keys":
        return
    try:
        loopback = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        loopback = settings.host == "localhost"
    if not loopback:
        raise InvalidOption(
            "without authentication, the service listens on this machine only",
            hint="Set ANAMNESE_AUTHENTICATION=keys, or ANAMNESE_HOST=127.0.0.1.",
        )


def principal(
    used: Used,
    request: HTTPConnection,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Principal:
    """Raises Unauthorized."""
    if used.settings.authentication == "none":
        with used.store.database.write() as session:
            org = access.organisation(session, LOCAL)
        return Principal(org, LOCAL, Role.admin, SCOPES[Role.admin])
    if given is None:
        raise Unauthorized("no API key or token was sent")
    address = request.client.host if request.client else ""
    used.rates.before(address, given.credentials)
    try:
        found = _identified(used, given.credentials)
    except Unauthorized:
        used.rates.failed(address)
        raise
    used.rates.right(given.credentials)
    request.state.rate = used.rates.take(found.key_id).headers()
    return found


def _identified(used: Service, credentials: str) -> Principal:
    """Raises Unauthorized, Forbidden or ProviderAway."""
    if used.tokens is not None and credentials.count(".") == 2:
        return _noted(used, of_token(used.store, used.tokens.identify(credentials)))
    if credentials.startswith("lau_"):
        return _noted(used, _launched(used, credentials))
    with used.store.database.read() as session:
        found = access.identify(session, credentials)
    if found is None:
        raise Unauthorized("no valid API key was sent")
    if found.unseen:
        # What it is for is people who look for keys to revoke: losing one is no error.
        with contextlib.suppress(DatabaseAway), used.store.database.write() as session:
            access.seen(session, found.key_id)
    return found


def _noted(used: Service, who: Principal) -> Principal:
    """A person, and when they came."""
    if who.unseen:
        with contextlib.suppress(DatabaseAway), used.store.database.write() as session:
            people.seen(session, who.org_id, who.key_id, who.role)
    return who


def _launched(used: Service, credentials: str) -> Principal:
    """A person whom an EHR launched, with the role of its settings. Raises Unauthorized and
    PersonBlocked."""
    with used.store.database.read() as session:
        row = launches.identify(session, credentials)
        if row is None:
            raise Unauthorized("the session is over", hint="Open the page from the EHR again.")
        name = Launched.model_validate_json(launches.body_of(row, used.store.ring)).practitioner
        role = Role(row.role)
        unseen = _let_in(session, row.person, role)
        scopes = SCOPES[role]
        return Principal(row.org_id, row.person, role, scopes, unseen, name, launch_id=row.id)


def of_token(store: Store, identity: Identity) -> Principal:
    """Whom a token is about, by a hash: no name gets into rows or the audit log. Raises
    PersonBlocked."""
    name, who = identity.organisation, (identity.issuer, identity.subject)
    with store.database.read() as session:
        org = access.known_organisation(session, name)
        if org is not None and pseudonyms.has_key(session, org):
            person = pseudonyms.person(session, store.ring, org, *who)
            unseen = _let_in(session, person, identity.role)
            return Principal(org, person, identity.role, identity.scopes, unseen)
    # The first one of this organisation.
    with store.database.write() as session:
        org = access.organisation(session, name)
        person = pseudonyms.person(session, store.ring, org, *who)
    return Principal(org, person, identity.role, identity.scopes, unseen=True)


def _let_in(session: Session, person: str, role: Role) -> bool:
    """Whether it is to be noted that they came. Raises PersonBlocked."""
    if people.is_blocked(session, person):
        raise PersonBlocked("this person is blocked here")
    return people.to_be_noted(session, person, role)


def needs(scope: Scope) -> Callable[[Principal], Principal]:
    """A dependency: the principal, if the scope is theirs. Raises Forbidden."""

    def check(who: Annotated[Principal, Depends(principal)]) -> Principal:
        if scope not in who.scopes:
            raise Forbidden(f"this key may not: {scope.value}")
        return who

    return check


def actor(request: HTTPConnection, who: Principal) -> Actor:
    return Actor(who.org_id, who.key_id, request.state.request_id)


def author(session: Session, who: Principal) -> Author:
    """Who changes a note: with the name of the key, or as the EHR gave it at a launch; that of a
    token's person is not known."""
    return Author(id=who.key_id, name=who.name or access.key_name(session, who.key_id))


Reader = Annotated[Principal, Depends(needs(Scope.read))]
Writer = Annotated[Principal, Depends(needs(Scope.write))]
Signer = Annotated[Principal, Depends(needs(Scope.sign))]
Eraser = Annotated[Principal, Depends(needs(Scope.erase))]
Auditor = Annotated[Principal, Depends(needs(Scope.audit))]
Monitor = Annotated[Principal, Depends(needs(Scope.metrics))]
Hooker = Annotated[Principal, Depends(needs(Scope.webhooks))]
Manager = Annotated[Principal, Depends(needs(Scope.manage))]
