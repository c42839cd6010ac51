"""Notes as documents: as they stand, marked drafts until they are signed; and final ones, which
there are of signed notes alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from api.auth import Reader, Writer, actor
from api.negotiate import negotiate
from api.note_wire import note_out
from api.openapi import header
from api.preconditions import IfMatch, check_match
from api.problem import responses
from api.routes.notes import Read, Template, read_note
from api.service import Service, Used
from consultation.export.context import DocumentContext
from consultation.export.document import to_docx, to_pdf
from consultation.export.fhir import to_fhir
from consultation.export.hl7v2 import to_mdm
from consultation.export.note_markdown import to_markdown
from consultation.export.plain import to_plain
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript
from jobs.document_context import ContextIn, document_context
from jobs.errors import NotFound
from jobs.notes import NotSigned
from jobs.store import artefacts, audit, consultations, notes
from jobs.store.access import Principal

router = APIRouter(prefix="/v1/consultations/{consultation_id}", tags=["sign-off"])
Accept = Annotated[str | None, Header(max_length=1000)]
Export = Callable[[NoteVersion, Transcript, DocumentContext], str | bytes]


def _json(version: NoteVersion, _: Transcript, __: DocumentContext) -> str:
    return note_out(version, ()).to_json()


def _fhir(version: NoteVersion, transcript: Transcript, context: DocumentContext) -> str:
    return json.dumps(to_fhir(version, transcript, context), ensure_ascii=False)


EXPORTS: dict[str, tuple[Export, str]] = {
    "application/json": (_json, "json"),
    "text/markdown": (to_markdown, "md"),
    "text/plain": (to_plain, "txt"),
    "application/fhir+json": (_fhir, "fhir.json"),
    "application/pdf": (to_pdf, "pdf"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (to_docx, "docx"),
    "x-application/hl7-v2+er7": (to_mdm, "hl7"),
}
_DOCUMENT = {
    "description": "In the format that Accept prefers.",
    "content": {
        media: {"schema": {"type": "object"} if media.endswith("json") else {"type": "string"}}
        for media in EXPORTS
    },
}


@router.get(
    "/notes/{template}/export",
    response_class=Response,
    responses={**responses(404, 406), 200: _DOCUMENT},
)
def export(
    consultation_id: str, template: Template, used: Used, who: Reader, accept: Accept = None
) -> Response:
    """The note as it stands: JSON, Markdown, plain text, FHIR, PDF, DOCX or HL7 v2 (MDM^T02).
    Whatever is not signed is marked as a draft."""
    read = read_note(used, who, consultation_id, template)
    return _document(used, who, consultation_id, read, accept)


@router.get(
    "/notes/{template}/final",
    response_class=Response,
    responses={**responses(404, 406, 409), 200: _DOCUMENT},
)
def final(
    consultation_id: str, template: Template, used: Used, who: Reader, accept: Accept = None
) -> Response:
    """The signed note, in the same formats. 409 ``not_signed`` while nobody answers for the words
    as they stand, also where a signed note was changed since."""
    read = read_note(used, who, consultation_id, template)
    if not read.standing.version.signed:
        raise NotSigned("nobody signed the note as it stands")
    return _document(used, who, consultation_id, read, accept)


@router.get("/document-context", responses=responses(404))
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
    "/document-context",
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
    needed to replace one."""
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


def _document(
    used: Service, who: Principal, consultation_id: str, read: Read, accept: str | None
) -> Response:
    media = negotiate(accept, tuple(EXPORTS))
    write, ending = EXPORTS[media]
    version = read.standing.version
    said = artefacts.present(read.transcript, "transcript of this consultation")
    with used.store.database.read() as session:
        context = document_context(
            session, used.store.ring, used.settings, who.org_id, consultation_id, version
        )
    content = write(version, said, context)
    name = f"{consultation_id}-r{version.revision}.{ending}"
    headers = {
        "ETag": f'W/"r{version.revision}"',
        "Vary": "Accept",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    body = content.encode() if isinstance(content, str) else content
    return Response(body, media_type=media, headers=headers)
