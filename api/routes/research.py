"""Research functions on a record: off unless the service is set to offer them, labelled, and never
a decision about a patient."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field
from sqlalchemy.orm import Session

from api.auth import Reader, Writer, actor
from api.disclosure import disclosed
from api.negotiate import negotiate
from api.problem import responses
from api.record_upload import wanted_of
from api.record_wire import RecordAccepted
from api.routes.consultations import IdempotencyKey
from api.routes.results import Accept, formats
from api.service import Used
from api.wire import Wire, iso, job_out
from consultation.errors import InvalidOption
from consultation.export.research_text import (
    efficacy_to_markdown,
    factors_to_markdown,
    screening_to_markdown,
)
from consultation.export.timeline import timeline_svg
from consultation.research import LABELS, Efficacy, ToxicityFactors, require_research
from consultation.settings import Settings
from jobs.errors import NotFound
from jobs.record_intake import Intake, Wanted
from jobs.record_research import (
    Function,
    ResearchAsked,
    Result,
    TrialCriteria,
    function_of,
    opened,
    template_of,
)
from jobs.store import artefacts, idempotency, job_rows, records
from jobs.store.crypto import digest
from jobs.store.records import RESEARCH
from jobs.store.tables import Job


def allowed() -> None:
    """Raises ResearchOff, once the caller is known and before anything is looked at."""
    require_research(Settings())


router = APIRouter(prefix="/v1/records/{record_id}/research", tags=["research"])
Allowed = Annotated[None, Depends(allowed)]
JSON, MARKDOWN, SVG = "application/json", "text/markdown", "image/svg+xml"
AnswerId = Annotated[str, Path(max_length=60, description="The id of the job that made it.")]


class NewResearch(Wire):
    """Research only, not validated for care."""

    function: Function
    """trials: criteria beside what the record says. toxicity: what it tells of that publications
    tie to readmission after chemotherapy. efficacy: treatments beside responses and markers."""
    criteria: list[TrialCriteria] = Field(default=[], max_length=50)
    """Of each trial, for ``trials`` alone."""
    as_of: str | None = Field(default=None, max_length=10)
    """The day ages count to, YYYY-MM-DD; today."""
    language: Literal["fr", "en"] | None = None
    """Of the answer; the record's."""


class ResearchAccepted(RecordAccepted):
    label: str
    """Research only: it is on every answer."""


class ResearchLine(Wire):
    id: str
    """Of its job, and in its address."""
    function: Function
    created: str


class ResearchList(Wire):
    label: str
    items: list[ResearchLine]


@router.post("", status_code=202, responses=responses(403, 404, 409))
def create(
    record_id: str,
    wanted: NewResearch,
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    _: Allowed,
    idempotency_key: IdempotencyKey = None,
) -> ResearchAccepted:
    """Ask a research function of the documents as they are. 403 ``research_off`` unless the
    service has ANAMNESE_RESEARCH=1. The answer is read at its address when the job is completed."""
    used.admission.job()
    if (wanted.function == "trials") != bool(wanted.criteria):
        raise InvalidOption(
            "criteria: for trials, and for nothing else",
            hint="Send the criteria of at least one trial, each with a name and its text.",
        )
    as_of = wanted_of(None, wanted.as_of).as_of
    asked = ResearchAsked(criteria=tuple(wanted.criteria), language=wanted.language)
    chosen = Wanted(template_of(wanted.function), as_of, research=asked)
    intake = Intake(used.store, used.enqueuer, used.settings, actor(request, who))

    def make(session: Session) -> Job:
        return intake.synthesis(session, record_id, chosen, "research.create")

    with used.store.database.read() as session:
        records.find(session, who.org_id, record_id)
    sent = digest(f"{record_id} {wanted.model_dump_json()}")
    job = idempotency.once(used.store.database, who.org_id, idempotency_key, sent, make)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return ResearchAccepted(
        record_id=job.consultation_id, job=job_out(job), label=LABELS[wanted.language or "en"]
    )


@router.get("", responses=responses(403, 404))
def index(record_id: str, used: Used, who: Reader, _: Allowed) -> ResearchList:
    """What there is to read, oldest first. It goes when a document is removed."""
    items = []
    with used.store.database.read() as session:
        records.find(session, who.org_id, record_id)
        for job_id in artefacts.names(session, who.org_id, record_id, RESEARCH):
            job = job_rows.find(session, who.org_id, job_id)
            function = function_of(job.template)
            if function is not None:
                items.append((job.created, ResearchLine(
                    id=job.id, function=function, created=iso(job.created)
                )))  # fmt: skip
    items.sort(key=lambda one: (one[0], one[1].id))
    return ResearchList(label=LABELS["en"], items=[one for _, one in items])


@router.get(
    "/{answer_id}",
    response_class=Response,
    responses={**responses(403, 404, 406), 200: formats(JSON, MARKDOWN, SVG)},
)
def show(
    record_id: str, answer_id: AnswerId, used: Used, who: Reader, _: Allowed, accept: Accept = None
) -> Response:
    """One answer, labelled: JSON with the evidence of all that is told, Markdown to read, and for
    ``efficacy`` a plot as SVG."""
    with used.store.database.read() as session:
        records.find(session, who.org_id, record_id)
        ring = used.store.ring
        content = records.get(session, ring, who.org_id, record_id, RESEARCH, answer_id)
        function = None
        if content is not None:
            function = function_of(job_rows.find(session, who.org_id, answer_id).template)
    if content is None or function is None:
        raise NotFound(
            "there is no such answer",
            hint="Look at the job; what was said goes when a document is removed.",
        )
    said = opened(function, content)
    kinds = (JSON, MARKDOWN, SVG) if isinstance(said, Efficacy) else (JSON, MARKDOWN)
    media = negotiate(accept, kinds)
    headers = {"ETag": 'W/"v1"', "Vary": "Accept", **disclosed()}
    return Response(_written(said, media), media_type=media, headers=headers)


def _written(said: Result, media: str) -> str:
    if media == JSON:
        return said.to_json()
    if isinstance(said, Efficacy):
        return timeline_svg(said) if media == SVG else efficacy_to_markdown(said)
    if isinstance(said, ToxicityFactors):
        return factors_to_markdown(said)
    return screening_to_markdown(said)
