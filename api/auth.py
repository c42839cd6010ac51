"""Who asks, and whether they may. API keys as bearer tokens; roles give scopes."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problem import Forbidden, Unauthorized
from api.service import Used
from consultation.errors import InvalidOption
from jobs.service_settings import ServiceSettings
from jobs.store import access
from jobs.store.access import SCOPES, Principal, Role, Scope
from jobs.store.audit import Actor

LOCAL = "local"
"""The organisation of a service without authentication."""
bearer = HTTPBearer(auto_error=False, description="An API key: anamnese apikeys new")


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
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Principal:
    """Raises Unauthorized."""
    if used.settings.authentication == "none":
        with used.store.database.write() as session:
            org = access.organisation(session, LOCAL)
        return Principal(org, LOCAL, Role.admin, SCOPES[Role.admin])
    found = None
    if given is not None:
        with used.store.database.read() as session:
            found = access.identify(session, given.credentials)
    if found is None:
        raise Unauthorized("no valid API key was sent")
    request.state.key_id = found.key_id
    return found


def needs(scope: Scope) -> Callable[[Principal], Principal]:
    """A dependency: the principal, if the scope is theirs. Raises Forbidden."""

    def check(who: Annotated[Principal, Depends(principal)]) -> Principal:
        if scope not in who.scopes:
            raise Forbidden(f"this key may not: {scope.value}")
        return who

    return check


def actor(request: Request, who: Principal) -> Actor:
    return Actor(who.org_id, who.key_id, request.state.request_id)


Reader = Annotated[Principal, Depends(needs(Scope.read))]
Writer = Annotated[Principal, Depends(needs(Scope.write))]
Eraser = Annotated[Principal, Depends(needs(Scope.erase))]
Auditor = Annotated[Principal, Depends(needs(Scope.audit))]
Hooker = Annotated[Principal, Depends(needs(Scope.webhooks))]
