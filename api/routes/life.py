"""The end of what is stored: a recording alone, a consultation, everything of a patient."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.auth import Eraser, actor
from api.problem import responses
from api.service import Used
from jobs import erasure, retention
from jobs.errors import Conflict
from jobs.store import consultations, lives

router = APIRouter(prefix="/v1", tags=["life cycle"])


class AudioInUse(Conflict):
    code = "audio_in_use"
    hint = "A job needs the recording: wait for it, or cancel it."


class Erasure(BaseModel):
    """One of the two."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    patient: str | None = Field(default=None, min_length=1, max_length=200)
    """The reference that consultations and records were sent with. In the body: addresses get
    into logs."""
    consultation: str | None = Field(default=None, max_length=40)
    """An id, also of a record."""

    @model_validator(mode="after")
    def _one(self) -> Erasure:
        if (self.patient is None) == (self.consultation is None):
            raise ValueError("one of patient and consultation")
        return self


class ErasureReceipt(BaseModel):
    """How much was erased, all of it with everything derived."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """As in the audit log."""
    consultations: int
    records: int
    recordings: int
    artefacts: int
    """Options, transcripts, notes with their revisions, documents, syntheses, and what jobs kept on
    the way."""
    jobs: int
    events: int
    idempotency_records: int


@router.post("/erasures", responses=responses(404))
def erase(wanted: Erasure, request: Request, used: Used, who: Eraser) -> ErasureReceipt:
    """Erase a consultation or a record, or all of a patient, and everything made from them.

    Zeros when nothing was sent with this reference. What was sent without one is not found.
    """
    by = actor(request, who)
    if wanted.consultation is not None:
        receipt = erasure.erase_consultation(used.store, used.enqueuer, by, wanted.consultation)
    else:
        assert wanted.patient is not None  # the validator
        receipt = erasure.erase_patient(used.store, used.enqueuer, by, wanted.patient)
    return ErasureReceipt(**asdict(receipt))


@router.delete(
    "/consultations/{consultation_id}/audio", status_code=204, responses=responses(404, 409)
)
def delete_audio(consultation_id: str, request: Request, used: Used, who: Eraser) -> Response:
    """Delete the recording; transcript and notes stay. 409 while a job needs it."""
    with used.store.database.read() as session:
        consultations.find(session, who.org_id, consultation_id)
        if lives.audio_is_needed(session, who.org_id, consultation_id):
            raise AudioInUse("the recording is still being worked on")
    retention.release(used.store, actor(request, who), consultation_id)
    return Response(status_code=204)
