"""Notes as documents: as they stand, marked drafts until they are signed; and final ones, which
there are of signed notes alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, Response

from api.auth import Reader
from api.disclosure import DISCLOSED, disclosed
from api.negotiate import negotiate
from api.note_wire import note_out
from api.problem import responses
from api.routes.notes import Template, read_note
from api.service import Service, Used
from consultation.export.context import DocumentContext
from consultation.export.document import to_docx, to_pdf
from consultation.export.fhir import to_fhir
from consultation.export.hl7v2 import to_mdm
from consultation.export.note_markdown import to_markdown
from consultation.export.plain import to_plain
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript
from jobs.document_context import document_context
from jobs.notes import signed_version
from jobs.store import artefacts
from jobs.store.access import Principal
from summarize.note_oncology import note_oncology

router = APIRouter(prefix="/v1/consultations/{consultation_id}", tags=["sign-off"])
Accept = Annotated[str | None, Header(max_length=1000)]
Export = Callable[[NoteVersion, Transcript, DocumentContext], str | bytes]


def _json(version: NoteVersion, _: Transcript, __: DocumentContext) -> str:
    return note_out(version, ()).to_json()


def _fhir(version: NoteVersion, transcript: Transcript, context: DocumentContext) -> str:
    return json.dumps(
        to_fhir(version, transcript, context, note_oncology(version.note)), ensure_ascii=False
    )


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
    "headers": DISCLOSED,
    "content": {
        media: {"schema": {"type": "object"} if media.endswith("json") else {"type": "string"}}
        for media in EXPORTS
    },
}
_HEADERS = DISCLOSED | {
    "Link": {
        "description": 'With rel="working-copy": an amendment is being made, and is there.',
        "schema": {"type": "string"},
    }
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
    return _document(used, who, consultation_id, read.standing.version, read.transcript, accept)


@router.get(
    "/notes/{template}/final",
    response_class=Response,
    responses={
        **responses(404, 406, 409),
        200: {**_DOCUMENT, "headers": _HEADERS},
    },
)
def final(
    consultation_id: str, template: Template, used: Used, who: Reader, accept: Accept = None
) -> Response:
    """What was signed last, in the same formats: 409 ``not_signed`` while nobody has signed. An
    amendment replaces it when that is signed; until then ``Link`` with ``rel="working-copy"`` (RFC
    5829) says that one is under way, and where."""
    read = read_note(used, who, consultation_id, template)
    standing = read.standing.version
    version = standing
    if not standing.signed:
        with used.store.database.read() as session:
            version = signed_version(
                session, used.store.ring, who.org_id, consultation_id, template
            )
    answer = _document(used, who, consultation_id, version, read.transcript, accept)
    if version is not standing:
        draft = f"/v1/consultations/{consultation_id}/notes/{template}"
        answer.headers["Link"] = f'<{draft}>; rel="working-copy"'
    return answer


def _document(
    used: Service,
    who: Principal,
    consultation_id: str,
    version: NoteVersion,
    transcript: Transcript | None,
    accept: str | None,
) -> Response:
    media = negotiate(accept, tuple(EXPORTS))
    write, ending = EXPORTS[media]
    said = artefacts.present(transcript, "transcript of this consultation")
    with used.store.database.read() as session:
        context = document_context(
            session, used.store.ring, used.settings, who.org_id, consultation_id, version
        )
    content = write(version, said, context)
    state = "signed" if version.signed else "draft"
    name = f"{consultation_id}-r{version.revision}-{state}.{ending}"
    headers = {
        "ETag": f'W/"r{version.revision}"',
        "Vary": "Accept",
        **disclosed(signed=version.signed),
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    body = content.encode() if isinstance(content, str) else content
    return Response(body, media_type=media, headers=headers)
