"""Notes: another one of a stored transcript, or one of a transcript that is sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from api.auth import Reader, Writer, actor
from api.form import check_consent, check_template
from api.problem import responses
from api.routes.consultations import IdempotencyKey
from api.sent_transcript import BODY, read_sent, sent_transcript
from api.service import Used
from api.wire import (
    Accepted,
    NewSummary,
    TemplateOut,
    Templates,
    TranscriptToSummarise,
    job_out,
)
from consultation.transcript import Transcript
from jobs.intake import Incoming, add_consultation, add_job
from jobs.store import artefacts, consultations, idempotency
from jobs.store.artefacts import TRANSCRIPT
from jobs.store.crypto import digest
from jobs.store.tables import Job, new_id
from jobs.tasks import JobOptions
from prompts import library

router = APIRouter(prefix="/v1", tags=["notes"])


@router.get("/templates", responses=responses())
def templates(_: Reader) -> Templates:
    """The kinds of note, by language."""
    return Templates(
        items=[
            TemplateOut(language=spoken, name=name, title=library.template(spoken, name).title)
            for spoken, name in library.templates()
        ]
    )


@router.post(
    "/consultations/{consultation_id}/summaries", status_code=202, responses=responses(404, 409)
)
def again(
    consultation_id: str,
    wanted: NewSummary,
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    idempotency_key: IdempotencyKey = None,
) -> Accepted:
    """Write a note with another template, or the same one again; nothing is transcribed again."""
    used.admission.job()
    with used.store.database.read() as session:
        consultations.find(session, who.org_id, consultation_id)
        stored = artefacts.get(
            session,
            used.store.ring,
            org_id=who.org_id,
            consultation_id=consultation_id,
            kind=TRANSCRIPT,
        )
    said = artefacts.require(stored, "transcript of this consultation")
    language = Transcript.model_validate_json(said.content).language
    check_template(wanted.template, language)

    by = actor(request, who)

    def make(session: Session) -> Job:
        consultations.find(session, who.org_id, consultation_id)
        return add_job(
            session,
            used.store,
            used.enqueuer,
            by,
            consultation_id=consultation_id,
            kind="summary",
            template=wanted.template,
            action="summary.create",
        )

    asked = digest(f"again {consultation_id} {wanted.model_dump_json()}")
    job = idempotency.once(used.store.database, who.org_id, idempotency_key, asked, make)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return Accepted(consultation_id=job.consultation_id, job=job_out(job))


@router.post("/summaries", status_code=202, responses=responses(409, 413, 415), openapi_extra=BODY)
def from_transcript(
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    sent: Annotated[TranscriptToSummarise, Depends(sent_transcript)],
    idempotency_key: IdempotencyKey = None,
) -> Accepted:
    """A note of a transcript or dialogue that was written elsewhere; no recording is needed.

    As JSON, or as plain text, WebVTT or SubRip with ``language`` and ``template`` in the query.
    """
    used.admission.job()
    transcript = read_sent(sent)
    check_template(sent.template, transcript.language)
    check_consent(sent.consent, used.settings)
    incoming = Incoming(
        id=new_id("con"),
        content=transcript,
        kind="summary",
        template=sent.template,
        patient=sent.patient,
        beside=JobOptions(consent=sent.consent) if sent.consent is not None else None,
    )
    by = actor(request, who)

    def make(session: Session) -> Job:
        return add_consultation(session, used.store, used.enqueuer, used.settings, by, incoming)

    asked = digest(f"summary {sent.model_dump_json()}")
    job = idempotency.once(used.store.database, who.org_id, idempotency_key, asked, make)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return Accepted(consultation_id=job.consultation_id, job=job_out(job))
