"""Notes: another one of a stored transcript, or one of a transcript that is sent."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.auth import Reader, Writer, actor
from api.form import check_consent, check_template
from api.problem import responses
from api.routes.consultations import IdempotencyKey
from api.service import Used
from api.wire import (
    Accepted,
    NewSummary,
    TemplateOut,
    Templates,
    TranscriptToSummarise,
    job_out,
)
from consultation.errors import InvalidTranscript
from consultation.transcript import Transcript
from jobs.store import artefacts, audit, consultations, idempotency, job_rows, lives
from jobs.store.artefacts import OPTIONS, TRANSCRIPT
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

    def make(session: Session) -> Job:
        consultations.find(session, who.org_id, consultation_id)
        job = job_rows.create(
            session,
            org_id=who.org_id,
            consultation_id=consultation_id,
            kind="summary",
            template=wanted.template,
        )
        used.enqueuer.add(session, job)
        audit.append(
            used.store.database, session, actor(request, who), "summary.create", consultation_id
        )
        return job

    asked = digest(f"again {consultation_id} {wanted.model_dump_json()}")
    job = idempotency.once(used.store.database, who.org_id, idempotency_key, asked, make)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return Accepted(consultation_id=job.consultation_id, job=job_out(job))


@router.post("/summaries", status_code=202, responses=responses(409, 413))
def from_transcript(
    sent: TranscriptToSummarise,
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    idempotency_key: IdempotencyKey = None,
) -> Accepted:
    """A note of a transcript that was made elsewhere; a consultation without a recording."""
    try:
        transcript = Transcript.model_validate(sent.transcript)
    except ValidationError as error:
        places = sorted({".".join(str(part)[:40] for part in e["loc"]) for e in error.errors()})
        raise InvalidTranscript(
            "transcript: not one",
            hint=f"See docs/schema/transcript.json; wrong at: {', '.join(places[:5])}"[:300],
        ) from None
    check_template(sent.template, transcript.language)
    check_consent(sent.consent, used.settings)
    consultation_id = new_id("con")

    def make(session: Session) -> Job:
        consultations.create(
            session,
            org_id=who.org_id,
            consultation_id=consultation_id,
            by=who.key_id,
            audio_bytes=None,
        )
        lives.belongs_to(session, used.store.ring, who.org_id, consultation_id, sent.patient)
        if sent.consent is not None:
            artefacts.put(
                session,
                used.store.ring,
                org_id=who.org_id,
                consultation_id=consultation_id,
                kind=OPTIONS,
                content=JobOptions(consent=sent.consent).to_json().encode(),
            )
        artefacts.put(
            session,
            used.store.ring,
            org_id=who.org_id,
            consultation_id=consultation_id,
            kind=TRANSCRIPT,
            content=transcript.to_json().encode(),
        )
        job = job_rows.create(
            session,
            org_id=who.org_id,
            consultation_id=consultation_id,
            kind="summary",
            template=sent.template,
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

    whose = json.dumps([sent.template, sent.consent, sent.patient])
    asked = digest(f"summary {whose} {transcript.sha256()}")
    job = idempotency.once(used.store.database, who.org_id, idempotency_key, asked, make)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return Accepted(consultation_id=job.consultation_id, job=job_out(job))
