"""The recording for a player: any part of it, decrypted as it is sent; and how loud it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Reader
from api.problem import responses
from api.ranges import span
from api.service import Used
from consultation.media import MEDIA, SNIFFED, media_type
from jobs.errors import AudioDeleted, NotFound
from jobs.store import artefacts, consultations
from jobs.store.access import Principal
from jobs.store.artefacts import WAVEFORM

router = APIRouter(prefix="/v1/consultations/{consultation_id}", tags=["playback"])
_BYTES = {
    "description": "The recording as it was sent.",
    "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA},
}


class WaveformOut(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    duration_ms: int
    peaks_per_second: int
    peaks: list[Annotated[int, Field(ge=0, le=255)]]
    """The loudest sample of each part of a second; on a square root."""


@router.get(
    "/audio",
    response_class=StreamingResponse,
    responses={
        **responses(404, 410, 416),
        200: _BYTES,
        206: {**_BYTES, "description": "The part that Range asks for."},
    },
)
def audio(
    consultation_id: str,
    used: Used,
    who: Reader,
    range_: Annotated[str | None, Header(alias="Range", max_length=200)] = None,
    if_range: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """The recording, whole or the part that Range asks for. 410 ``audio_deleted`` when it was
    signed off, is too old, or was deleted."""
    with used.store.database.read() as session:
        _recorded(session, who, consultation_id)
    store, org = used.store.audio, who.org_id
    total = store.length(org, consultation_id)
    with closing(store.span(org, consultation_id, 0, SNIFFED)) as first:
        media = media_type(b"".join(first))
    # A recording is never written twice: its name is as good as a hash.
    etag = f'"{consultation_id}"'
    wanted = span(range_, total) if if_range in {None, etag} else None
    start, end = wanted or (0, total)
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Content-Length": str(end - start)}
    if wanted is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{total}"
    return StreamingResponse(
        _begun(store.span(org, consultation_id, start, end)),
        206 if wanted is not None else 200,
        headers,
        media_type=media,
    )


@router.get("/waveform", responses=responses(404, 410))
def waveform(consultation_id: str, used: Used, who: Reader) -> WaveformOut:
    """How loud the recording is, ten times a second. There with the transcript."""
    with used.store.database.read() as session:
        _recorded(session, who, consultation_id)
        stored = artefacts.get(
            session,
            used.store.ring,
            org_id=who.org_id,
            consultation_id=consultation_id,
            kind=WAVEFORM,
        )
    return WaveformOut.model_validate_json(artefacts.require(stored, "waveform yet").content)


def _recorded(session: Session, who: Principal, consultation_id: str) -> None:
    """Raises NotFound, AudioDeleted."""
    row = consultations.find(session, who.org_id, consultation_id)
    if row.audio_bytes is not None:
        return
    jobs = consultations.jobs(session, who.org_id, consultation_id)
    if any(job.kind in {"consultation", "transcript"} for job in jobs):
        raise AudioDeleted("the recording was deleted")
    raise NotFound("this consultation came without a recording", hint="It was sent as text.")


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """With its first part read, so that what is damaged there is an error, not half an answer."""
    first = next(parts, b"")
    return chain((first,), parts)
