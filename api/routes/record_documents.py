"""The documents of a record: added later, opened at the passage that evidence names, removed."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.auth import Eraser, Reader, Writer, actor
from api.problem import responses
from api.record_upload import described, receive_documents, spooled
from api.record_wire import DocumentRemoved, RecordAccepted
from api.routes.consultations import IdempotencyKey
from api.service import Service, Used
from api.wire import job_out
from consultation.documents import SourceDocument
from jobs.errors import NotFound
from jobs.record_intake import Intake
from jobs.store import idempotency, records
from jobs.store.crypto import digest
from jobs.store.records import BYTES, READING, Document
from jobs.store.tables import Job

router = APIRouter(prefix="/v1/records/{record_id}/documents", tags=["records"])
DocumentId = Annotated[str, Path(max_length=12, description="As evidence names it: d001.")]


@router.post(
    "",
    status_code=202,
    responses=responses(404, 409, 413, 507),
    openapi_extra=described(new=False),
)
async def add(
    record_id: str,
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    idempotency_key: IdempotencyKey = None,
) -> RecordAccepted:
    """Further documents: only they are read, and a new version of the synthesis is made. A file
    that the record has already is not taken twice."""
    await run_in_threadpool(_require, used, who.org_id, record_id)
    intake = Intake(used.store, used.enqueuer, used.settings, actor(request, who))
    with spooled(used) as spool:
        sent = await receive_documents(request, used, who, spool, new=False)

        def make(session: Session) -> Job:
            return intake.documents(session, record_id, sent.documents, sent.wanted)

        asked = f"{record_id} {sent.sha256}"
        job = await run_in_threadpool(
            idempotency.once,
            used.store.database,
            who.org_id,
            idempotency_key,
            digest(asked),
            make,
        )
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return RecordAccepted(record_id=job.consultation_id, job=job_out(job))


@router.get(
    "/{document_id}",
    response_class=Response,
    responses={
        **responses(404),
        200: {
            "description": "The document as it was read: paragraphs with page and offsets.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    },
)
def show(record_id: str, document_id: DocumentId, used: Used, who: Reader) -> Response:
    """Its numbered paragraphs, so that a page can open a piece of evidence at its words."""
    with used.store.database.read() as session:
        one = _found(used, session, who.org_id, record_id, document_id)
        name = str(one.number)
        content = records.get(session, used.store.ring, who.org_id, record_id, READING, name)
    if content is None:
        raise NotFound(
            "this document was not read", hint="GET the record: it tells why, or that it waits."
        )
    # Kept without what is a field's default; told in full.
    whole = SourceDocument.model_validate_json(content).to_json()
    return Response(whole, media_type="application/json", headers={"ETag": 'W/"v1"'})


@router.get(
    "/{document_id}/original",
    response_class=Response,
    responses={
        **responses(404),
        200: {
            "description": "The bytes as they were sent.",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        },
    },
)
def original(record_id: str, document_id: DocumentId, used: Used, who: Reader) -> Response:
    """As it was sent; of an attached document, the file that it came within."""
    with used.store.database.read() as session:
        one = _found(used, session, who.org_id, record_id, document_id)
        if one.parent is not None:
            row = records.document_row(session, who.org_id, record_id, one.parent)
            one = records.opened(row, used.store.ring)
        name = str(one.number)
        content = records.get(session, used.store.ring, who.org_id, record_id, BYTES, name)
    if content is None:
        raise NotFound("nothing is stored of this document", hint="It could not be unpacked.")
    # Percent-encoded, so that no name can end the header or begin another; never shown inline.
    file = quote(one.about.file.rsplit("/", 1)[-1], safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{file}",
        "ETag": f'"{one.digest}"',
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.delete("/{document_id}", status_code=202, responses=responses(404))
def remove(
    record_id: str, document_id: DocumentId, request: Request, used: Used, who: Eraser
) -> DocumentRemoved:
    """Erase a document, what is attached to it, and everything made from it: each version of a
    synthesis that read it goes, and the latest one is made anew without it."""
    intake = Intake(used.store, used.enqueuer, used.settings, actor(request, who))
    with used.store.database.write() as session:
        records.find(session, who.org_id, record_id)
        job = intake.without(session, record_id, _number(document_id))
    return DocumentRemoved(record_id=record_id, job=job_out(job) if job else None)


def _require(used: Service, org_id: str, record_id: str) -> None:
    with used.store.database.read() as session:
        records.find(session, org_id, record_id)


def _found(
    used: Service, session: Session, org_id: str, record_id: str, document_id: str
) -> Document:
    """Raises NotFound."""
    records.find(session, org_id, record_id)
    row = records.document_row(session, org_id, record_id, _number(document_id))
    return records.opened(row, used.store.ring)


def _number(document_id: str) -> int:
    if not re.fullmatch(r"d[0-9]{3,9}", document_id):
        raise NotFound("there is no such document in this record")
    return int(document_id[1:])
