"""Consultations: a recording comes in, is listed, is erased with everything made from it."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.auth import Eraser, Reader, Writer, actor
from api.form import FIELDS, read_fields, take_patient
from api.problem import responses
from api.service import Service, Used
from api.upload import OVERHEAD, Form, receive
from api.wire import (
    Accepted,
    ConsultationLine,
    ConsultationOut,
    ConsultationPage,
    consultation_out,
    from_cursor,
    iso,
    job_out,
    to_cursor,
)
from jobs.erasure import erase_consultation
from jobs.store import artefacts, audit, consultations, idempotency, job_rows, lives, quotas
from jobs.store.access import Principal
from jobs.store.artefacts import OPTIONS
from jobs.store.audio import AudioWriter
from jobs.store.database import DatabaseAway
from jobs.store.tables import Job, new_id
from jobs.tasks import JobOptions

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
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "The recording: wav, mp3, m4a, flac, ogg, webm, mp4…",
                        },
                        **{
                            name: {"type": "string", "description": meaning}
                            for name, meaning in FIELDS.items()
                        },
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
    await run_in_threadpool(_has_room, used, who, request.headers.get("content-length", ""))
    consultation_id = new_id("con")
    writer = used.store.audio.writer(who.org_id, consultation_id)
    try:
        form = await receive(request, writer, used.settings.upload_limit_mb << 20)
        asked = form.digest()
        patient = take_patient(form.fields)
        options = read_fields(form.fields, used.settings)
    except BaseException:
        writer.discard()
        raise
    job = await run_in_threadpool(
        _store,
        used,
        who,
        request,
        consultation_id,
        writer,
        form,
        options,
        patient,
        asked,
        idempotency_key,
    )
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return Accepted(consultation_id=job.consultation_id, job=job_out(job))


def _has_room(used: Service, who: Principal, announced: str) -> None:
    """Before the body is read; what counts is looked at again when it has arrived."""
    length = int(announced) if re.fullmatch(r"[0-9]{1,18}", announced) else 0
    with used.store.database.read() as session:
        quotas.check(session, used.settings, who.org_id, max(length - OVERHEAD, 0), None)


def _store(
    used: Service,
    who: Principal,
    request: Request,
    consultation_id: str,
    writer: AudioWriter,
    form: Form,
    read: tuple[JobOptions, str | None, int],
    patient: str | None,
    asked: str,
    key: str | None,
) -> Job:
    """On a thread that nothing stops half way: the file, then the job."""
    options, template, priority = read

    def make(session: Session) -> Job:
        quotas.admit(
            used.store.database, session, used.settings, who.org_id, form.audio_bytes, priority
        )
        consultations.create(
            session,
            org_id=who.org_id,
            consultation_id=consultation_id,
            by=who.key_id,
            audio_bytes=form.audio_bytes,
        )
        lives.belongs_to(session, used.store.ring, who.org_id, consultation_id, patient)
        artefacts.put(
            session,
            used.store.ring,
            org_id=who.org_id,
            consultation_id=consultation_id,
            kind=OPTIONS,
            content=options.to_json().encode(),
        )
        job = job_rows.create(
            session,
            org_id=who.org_id,
            consultation_id=consultation_id,
            kind="consultation",
            template=template,
            priority=priority,
        )
        used.enqueuer.add(session, job)
        audit.append(
            used.store.database,
            session,
            actor(request, who),
            "consultation.create",
            consultation_id,
        )
        return job

    try:
        # The file first: a job whose recording is not whole must never exist.
        writer.finish()
        job = idempotency.once(used.store.database, who.org_id, key, asked, make)
    except DatabaseAway:
        # Perhaps the job was made and the answer was lost: the file stays. One that belongs to
        # nothing is removed by a worker later.
        raise
    except BaseException:
        writer.discard()
        used.store.audio.delete(who.org_id, consultation_id)
        raise
    if job.consultation_id != consultation_id:
        # The same request came before: what it made is the answer, and this copy goes.
        used.store.audio.delete(who.org_id, consultation_id)
    return job


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
        more = to_cursor(rows[limit - 1].created, rows[limit - 1].id) if len(rows) > limit else None
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
