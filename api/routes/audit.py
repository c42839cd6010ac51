"""The audit log of the caller's organisation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import Auditor
from api.problem import responses
from api.service import Used
from api.wire import AuditPage, audit_line
from jobs.store import audit

router = APIRouter(prefix="/v1/audit", tags=["audit"])


@router.get("", responses=responses())
def index(
    used: Used,
    who: Auditor,
    after: Annotated[int, Query(ge=0, lt=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> AuditPage:
    """Oldest first. The chain of hashes runs over all organisations: anamnese audit verify."""
    with used.store.database.read() as session:
        items = [
            audit_line(entry) for entry in audit.page(session, who.org_id, after=after, limit=limit)
        ]
    return AuditPage(items=items, next_after=items[-1].seq if len(items) == limit else None)
