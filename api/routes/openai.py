"""What clients of OpenAI's API ask for: a transcription while they wait, and the list of models.

The recording makes a durable job as any upload does; this call waits for its end, gives the
transcript, and erases everything. When the caller goes away, or this process is killed, it is
erased too (``jobs.store.awaited``).
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api import openai_formats
from api.auth import Reader, Writer, actor
from api.disclosure import disclosed
from api.openai_fields import DESCRIBED, LISTS, Asked, read_asked
from api.openai_responses import responses
from api.service import Service, Used
from api.upload import announced_size, receive
from consultation.errors import AnamneseError, InputError, kinds
from jobs.erasure import erase_consultation
from jobs.errors import NotFound
from jobs.intake import Incoming, add_consultation, add_recording
from jobs.store import awaited, job_rows
from jobs.store.audit import Actor
from jobs.store.tables import Job, new_id
from jobs.tasks import read_transcript

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])
POLL_SECONDS = 0.3
STILL_SECONDS = 30.0


class Failed(AnamneseError):
    """The job ended without a transcript, through no fault of the caller's."""

    code = "transcription_failed"


class Refused(InputError):
    """The recording is at fault."""


class Model(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "anamnese"


class Models(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


class NoModel(NotFound):
    code = "model_not_found"
    hint = "GET /v1/models lists them."


def _names(used: Service) -> list[str]:
    return [name.strip() for name in used.settings.openai_models.split(",") if name.strip()]


@router.get("/models", responses=responses())
def models(used: Used, _: Reader) -> Models:
    """Names that a transcription may give as its model; all mean the workers' models."""
    return Models(data=[Model(id=name, created=0) for name in _names(used)])


@router.get("/models/{model}", responses=responses(404))
def model(model: str, used: Used, _: Reader) -> Model:
    if model not in _names(used):
        raise NoModel("model: there is none of this name")
    return Model(id=model, created=0)


_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": DESCRIBED}}}
}
_FORMATS: dict[str, Any] = {
    "description": "In the format that response_format names.",
    "content": {
        "application/json": {
            "schema": {
                "anyOf": [
                    {"$ref": f"#/components/schemas/{kind.__name__}"}
                    for kind in openai_formats.JSON_TYPES
                ]
            }
        },
        **{
            media: {"schema": {"type": "string"}}
            for media in sorted(set(openai_formats.MEDIA.values()) - {"application/json"})
        },
    },
}


@router.post(
    "/audio/transcriptions",
    response_class=Response,
    responses={**responses(400, 404, 413, 507), 200: _FORMATS},
    openapi_extra=_BODY,
)
async def transcribe(request: Request, used: Used, who: Writer) -> Response:
    """As OpenAI's: send a recording and wait for its transcript. Nothing is kept.

    All names of models mean the same. ``prompt`` gives words to expect. Corrections of names are
    off here, because these formats could not show them; use /v1/consultations for those, for
    roles, and for a note.
    """
    consultation_id = new_id("con")
    limit = used.settings.upload_limit_mb << 20
    announced = announced_size(request, limit)
    await run_in_threadpool(used.admission.recording, who.org_id, announced)
    with used.admission.upload(announced) as room:
        writer = used.store.audio.writer(who.org_id, consultation_id)
        try:
            form = await receive(request, writer, limit, arrived=room.arrived, lists=LISTS)
            asked = read_asked(form, used.settings)
            if asked.model not in _names(used):
                raise NoModel("model: there is none of this name")
        except BaseException:
            writer.discard()
            raise
    by, keep = actor(request, who), used.settings.openai_keep
    incoming = Incoming(
        id=consultation_id,
        content=asked.options,
        kind="transcript",
        audio_bytes=form.audio_bytes,
    )

    def make(session: Session) -> Job:
        job = add_consultation(session, used.store, used.enqueuer, used.settings, by, incoming)
        awaited.begin(session, by.org_id, consultation_id)
        return job

    try:
        job = await run_in_threadpool(add_recording, used.store, by, consultation_id, writer, make)
        await _end_of(request, used, job)
        body = await run_in_threadpool(_body, used, by, consultation_id, asked)
    except asyncio.CancelledError:
        # The server stops and waits for nobody: now, before the store is closed.
        _leave(used, by, consultation_id, keep=False)
        raise
    except BaseException:
        await run_in_threadpool(_leave, used, by, consultation_id, keep=False)
        raise
    await run_in_threadpool(_leave, used, by, consultation_id, keep=keep)
    return Response(body, media_type=openai_formats.MEDIA[asked.form], headers=disclosed())


async def _end_of(request: Request, used: Service, job: Job) -> None:
    """Returns when there is a transcript. Raises Failed or Refused, also when the caller left."""
    end, told = time.monotonic() + used.settings.openai_wait_seconds, time.monotonic()
    while True:
        row = await run_in_threadpool(_look, used, job)
        if row.status == "completed":
            return
        if row.status == "failed":
            raise _failed(row)
        if row.status == "cancelled":
            raise Failed("the job was cancelled", hint="Send the recording again.")
        if await request.is_disconnected():
            raise Failed("the caller left", hint="Wait for longer.")
        if time.monotonic() > end:
            raise Failed(
                "there is no transcript yet and waiting was given up",
                hint="Look at the workers, or raise ANAMNESE_OPENAI_WAIT_SECONDS.",
            )
        if time.monotonic() - told > STILL_SECONDS:
            told = time.monotonic()
            await run_in_threadpool(_still, used, job)
        await asyncio.sleep(POLL_SECONDS)


def _look(used: Service, job: Job) -> Job:
    with used.store.database.read() as session:
        row = job_rows.find(session, job.org_id, job.id)
        session.expunge(row)
        return row


def _still(used: Service, job: Job) -> None:
    with used.store.database.write() as session:
        awaited.still(session, job.consultation_id)


_INPUT_CODES = frozenset(kind.code for kind in kinds(InputError))


def _failed(row: Job) -> AnamneseError:
    code, hint = row.error_code or "internal_error", row.error_hint or ""
    kind = Refused if code in _INPUT_CODES else Failed
    error = kind("file: the recording could not be transcribed", hint=hint)
    error.code = code
    return error


def _body(used: Service, by: Actor, consultation_id: str, asked: Asked) -> str:
    transcript = read_transcript(used.store, by.org_id, consultation_id)
    return openai_formats.render(transcript, asked.form, asked.granularities)


def _leave(used: Service, by: Actor, consultation_id: str, *, keep: bool) -> None:
    if keep:
        with used.store.database.write() as session:
            awaited.end(session, consultation_id)
        return
    try:
        erase_consultation(used.store, used.enqueuer, by, consultation_id)
    except NotFound:
        # It was never made, or somebody erased it.
        used.store.audio.delete(by.org_id, consultation_id)
