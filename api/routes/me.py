"""Who the caller is: for a page that shows it, and what it may offer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from api.auth import author, principal
from api.problem import responses
from api.service import Used
from jobs.store import access
from jobs.store.access import Principal, Role, Scope

router = APIRouter(prefix="/v1", tags=["identity"])


class Me(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Of the key; of a person with a token, a hash."""
    name: str | None
    """Of the key, or as the EHR gave it at a launch; None for a token, whose names are not kept."""
    role: Role
    scopes: list[Scope]
    organisation: str
    """Its name."""
    live: bool
    """Whether words can be shown while they are spoken: WebSocket /v1/consultations/live."""


@router.get("/me", responses=responses())
def me(used: Used, who: Annotated[Principal, Depends(principal)]) -> Me:
    """The key or token that is sent, and what it may do."""
    with used.store.database.read() as session:
        return Me(
            id=who.key_id,
            name=author(session, who).name,
            role=who.role,
            scopes=sorted(who.scopes),
            organisation=access.organisation_name(session, who.org_id),
            live=used.settings.live_sessions > 0,
        )
