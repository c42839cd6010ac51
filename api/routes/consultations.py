"""Consultations: a recording comes in, is listed, is erased with everything made from it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.auth import Eraser, Reader, Writer, actor
from api.form import described
from api.problem import responses
from api.service import Used
from api.smart.filed import LAUNCH, upload_fields
from api.upload import announced_size, receive
from api.wire import (
    Accepted,
    ConsultationLine,
    ConsultationOut,
    ConsultationPage,
    consultation_out,
    from_cursor,
    iso,
    job_out,
    next_cursor,
)
from jobs.erasure import erase_consultation
from jobs.intake import Incoming, add_consultation, add_recording
from jobs.store import artefacts, consultations
from jobs.store.tables import Job, new_id

router = APIRouter(prefix="/v1/consultations", tags=["consultations"])
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        description="Sent again within 24 hours, the same request is done once; another one is"
        " refused.",
    ),
]
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "The recording: wav, mp3, m4a, flac, ogg, webm, mp4…",
                        },
                        **described(),
                        "launch": LAUNCH,
                    },
                }
            }
        },
    }
}


@router.post("", status_code=202, responses=responses(409, 413, 507), openapi_extra=_UPLOAD)
async def create(
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    idempotency_key: IdempotencyKey = None,
) -> Accepted:
    """Send a recording. It is stored encrypted as it arrives; a job makes transcript and note."""
    consultation_id = new_id("con")
    limit = used.settings.upload_limit_mb << 20
    announced = announced_size(request, limit)
    await run_in_threadpool(used.admission.recording, who.org_id, announced)
    with used.admission.upload(announced) as room:
        writer = used.store.audio.writer(who.org_id, consultation_id)
        try:
            form = await receive(request, writer, limit, arrived=room.arrived)
            asked = form.digest()
            filed = await run_in_threadpool(
                upload_fields, used.store, used.settings, who, form.fields
            )
        except BaseException:
            writer.discard()
            raise
    incoming = Incoming(
        id=consultation_id,
        content=filed.options,
        template=filed.template,
        priority=filed.priority,
        audio_bytes=form.audio_bytes,
        patient=filed.patient,
        context=filed.context,
    )
    by = actor(request, who)

    def make(session: Session) -> Job:
        return add_consultation(session, used.store, used.enqueuer, used.settings, by, incoming)

    def keep() -> Job:
        # On a thread that nothing stops half way.
        return add_recording(
            used.store,
            by,
            consultation_id,
            writer,
            make,
            key=idempotency_key,
            request_sha256=asked,
        )

    job = await run_in_threadpool(keep)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return Accepted(consultation_id=job.consultation_id, job=job_out(job))


@router.get("", responses=responses())
def index(
    used: Used,
    who: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ConsultationPage:
    """Newest first, a page at a time."""
    with used.store.database.read() as session:
        rows = consultations.page(session, who.org_id, limit=limit + 1, after=from_cursor(cursor))
        items = [
            ConsultationLine(
                id=row.id, created=iso(row.created), has_audio=row.audio_bytes is not None
            )
            for row in rows[:limit]
        ]
        more = next_cursor(rows, limit)
    return ConsultationPage(items=items, next_cursor=more)


@router.get("/{consultation_id}", responses=responses(404))
def show(consultation_id: str, used: Used, who: Reader) -> ConsultationOut:
    """What there is of it, and its jobs."""
    with used.store.database.read() as session:
        row = consultations.find(session, who.org_id, consultation_id)
        jobs = [job_out(job) for job in consultations.jobs(session, who.org_id, row.id)]
        return consultation_out(row, artefacts.listed(session, who.org_id, row.id), jobs)


@router.delete("/{consultation_id}", status_code=204, responses=responses(404))
def erase(consultation_id: str, request: Request, used: Used, who: Eraser) -> Response:
    """Erase the recording, the transcript, the notes, the jobs, and what the engine knows of them.

    A step that runs is stopped; its result is refused. The audit log keeps that it was erased.
    """
    erase_consultation(used.store, used.enqueuer, actor(request, who), consultation_id)
    return Response(status_code=204)
