"""Whose documents these are: patient, practitioners, letterhead, encounter, as the caller knows
them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth import Reader, Writer, actor
from api.openapi import header
from api.preconditions import IfMatch, check_match
from api.problem import responses
from api.service import Used
from api.wire import Wire
from consultation.export.completeness import Lacking, lacking
from jobs.document_context import ContextIn, check_numbers
from jobs.errors import NotFound
from jobs.store import audit, consultations, notes

router = APIRouter(prefix="/v1/consultations/{consultation_id}/document-context", tags=["sign-off"])


class Completeness(Wire):
    version: int | None
    """Of what was sent, as its ETag has it; null when nothing was."""
    lacking: tuple[Lacking, ...]
    """What a record needs to file a document, and nobody has told; empty when it can be filed."""


@router.get("", responses=responses(404))
def show_context(consultation_id: str, response: Response, used: Used, who: Reader) -> ContextIn:
    """As it was sent."""
    with used.store.database.read() as session:
        consultations.find(session, who.org_id, consultation_id)
        kept = notes.document_context(session, used.store.ring, who.org_id, consultation_id)
    if kept is None:
        raise NotFound("no context was sent for this consultation", hint="PUT one.")
    response.headers["ETag"] = f'"v{kept.version}"'
    return ContextIn.model_validate_json(kept.content)


@router.put(
    "",
    responses=responses(404, 412, 428),
    openapi_extra={
        "parameters": [
            header("If-Match", "The ETag of the one that is replaced, or *.", maxLength=200)
            | {"required": False}
        ]
    },
)
def put_context(
    consultation_id: str,
    context: ContextIn,
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    if_match: IfMatch = None,
) -> ContextIn:
    """Patient, practitioners, organisation, encounter: for documents, stored encrypted. If-Match is
    needed to replace one. 422 ``wrong_number`` where the key of an INS, RPPS or FINESS does not
    fit."""
    check_numbers(context)
    ring, org = used.store.ring, who.org_id
    with used.store.database.write() as session:
        consultations.find(session, org, consultation_id)
        notes.hold(session, org, consultation_id)
        kept = notes.document_context(session, ring, org, consultation_id)
        if kept is not None or if_match is not None:
            check_match(if_match, f'"v{kept.version}"' if kept is not None else "")
        version = notes.put_context(
            session,
            ring,
            org_id=org,
            consultation_id=consultation_id,
            content=context.to_json().encode(),
            by=who.key_id,
        )
        audit.append(
            used.store.database, session, actor(request, who), "context.change", consultation_id
        )
    response.headers["ETag"] = f'"v{version}"'
    return context


@router.get("/completeness", responses=responses(404))
def completeness(consultation_id: str, used: Used, who: Reader) -> Completeness:
    """What is lacking for a final document that a record can file under its patient. Documents are
    made without it, too: nothing is invented in its place."""
    with used.store.database.read() as session:
        consultations.find(session, who.org_id, consultation_id)
        kept = notes.document_context(session, used.store.ring, who.org_id, consultation_id)
    given = ContextIn.model_validate_json(kept.content) if kept else None
    return Completeness(version=kept.version if kept else None, lacking=lacking(given))
