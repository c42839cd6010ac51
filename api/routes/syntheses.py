"""Syntheses of a record: another one, each version in the format that the caller accepts, what
changed between two, and the history of cancer in the formats of oncology."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.auth import Reader, Writer, actor
from api.disclosure import disclosed
from api.negotiate import negotiate
from api.problem import responses
from api.record_upload import wanted_of
from api.record_wire import (
    ChangesOut,
    NewSynthesis,
    RecordAccepted,
    Syntheses,
    synthesis_out,
)
from api.routes.consultations import IdempotencyKey
from api.routes.results import Accept, formats
from api.service import Service, Used
from api.wire import job_out
from consultation.errors import InvalidOption
from consultation.export.fhir.codes import MADE_BY_AI
from consultation.export.mcode import to_mcode
from consultation.export.osiris import to_osiris
from consultation.export.synthesis_text import synthesis_to_markdown
from consultation.synthesis import Synthesis
from jobs.errors import NotFound
from jobs.record_intake import Intake
from jobs.store import idempotency, records
from jobs.store.crypto import digest
from jobs.store.records import SYNTHESIS
from jobs.store.tables import Job
from summarize.changes import changes

router = APIRouter(prefix="/v1/records/{record_id}/syntheses", tags=["records"])
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
JSON, MARKDOWN = "application/json", "text/markdown"
FHIR, ZIP, CSV = "application/fhir+json", "application/zip", "text/csv"


@router.post("", status_code=202, responses=responses(404, 409))
def create(
    record_id: str,
    wanted: NewSynthesis,
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    idempotency_key: IdempotencyKey = None,
) -> RecordAccepted:
    """Another synthesis of the documents as they are: a new version."""
    used.admission.job()
    chosen = wanted_of(wanted.template, wanted.as_of)
    intake = Intake(used.store, used.enqueuer, used.settings, actor(request, who))

    def make(session: Session) -> Job:
        return intake.synthesis(session, record_id, chosen)

    with used.store.database.read() as session:
        records.find(session, who.org_id, record_id)
    asked = digest(f"{record_id} {wanted.model_dump_json()}")
    job = idempotency.once(used.store.database, who.org_id, idempotency_key, asked, make)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return RecordAccepted(record_id=job.consultation_id, job=job_out(job))


@router.get("", responses=responses(404))
def index(record_id: str, used: Used, who: Reader) -> Syntheses:
    """All versions, of all templates; oldest first."""
    with used.store.database.read() as session:
        records.find(session, who.org_id, record_id)
        made = records.syntheses(session, who.org_id, record_id)
        return Syntheses(items=[synthesis_out(one) for one in made])


@router.get(
    "/{version}",
    response_class=Response,
    responses={**responses(404, 406), 200: formats(JSON, MARKDOWN)},
)
def show(
    record_id: str, version: Version, used: Used, who: Reader, accept: Accept = None
) -> Response:
    """One version: JSON with the evidence of each line, or Markdown to read."""
    made = _read(used, who.org_id, record_id, version)
    media = negotiate(accept, (JSON, MARKDOWN))
    text = made.to_json() if media == JSON else synthesis_to_markdown(made)
    return _content(text.encode(), media, version)


@router.get("/{version}/changes", responses=responses(404))
def changed(
    record_id: str,
    version: Version,
    used: Used,
    who: Reader,
    earlier: Annotated[
        int | None,
        Query(
            alias="from",
            ge=1,
            le=2**31 - 1,
            description="The version to compare with; the one before of the same template.",
        ),
    ] = None,
) -> ChangesOut:
    """What this version says otherwise than an earlier one, and which document did it."""
    if earlier is None:
        earlier = _before(used, who.org_id, record_id, version)
    after = _read(used, who.org_id, record_id, version)
    if earlier is None:
        return ChangesOut(earlier=None, version=version, changes=[])
    before = _read(used, who.org_id, record_id, earlier)
    if before.template != after.template or before.language != after.language:
        raise InvalidOption(
            "the two versions are of different templates or languages",
            hint="GET the syntheses: compare versions of one template.",
        )
    return ChangesOut(earlier=earlier, version=version, changes=list(changes(before, after)))


@router.get(
    "/{version}/oncology",
    response_class=Response,
    responses={**responses(404, 406), 200: formats(JSON, FHIR, ZIP, CSV)},
)
def oncology(
    record_id: str,
    version: Version,
    used: Used,
    who: Reader,
    table: Annotated[
        str | None,
        Query(
            max_length=40,
            description="For text/csv: TumorPathologyEvent, Biomarker, Treatment,"
            " ResponseEvaluation, AdverseEvent or PerformanceStatus.",
        ),
    ] = None,
    accept: Accept = None,
) -> Response:
    """The history of cancer: our JSON, a FHIR bundle in the shape of mCODE, or CSV in the shape of
    OSIRIS: a ZIP of all tables, or one of them as text/csv."""
    made = _read(used, who.org_id, record_id, version).oncology
    media = negotiate(accept, (CSV,) if table is not None else (JSON, FHIR, ZIP))
    if media == JSON:
        return _content(made.to_json().encode(), media, version)
    if media == FHIR:
        entries = [{"resource": one} for one in to_mcode(made, patient=f"Patient/{record_id}")]
        bundle = {
            "resourceType": "Bundle",
            "meta": {"security": [dict(MADE_BY_AI)]},
            "type": "collection",
            "entry": entries,
        }
        return _content(json.dumps(bundle, ensure_ascii=False).encode(), media, version)
    tables = to_osiris(made, patient=record_id)
    if table is not None:
        found = tables.get(f"{table}.csv")
        if found is None:
            raise NotFound(
                "there is no such table", hint=f"Known: {', '.join(n[:-4] for n in tables)}."
            )
        return _content(found.encode(), media, version)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            # A date of its own would make two downloads differ.
            archive.writestr(zipfile.ZipInfo(name), text)
    return _content(packed.getvalue(), media, version)


def _read(used: Service, org_id: str, record_id: str, version: int) -> Synthesis:
    """Raises NotFound."""
    with used.store.database.read() as session:
        records.find(session, org_id, record_id)
        ring, name = used.store.ring, str(version)
        content = records.get(session, ring, org_id, record_id, SYNTHESIS, name)
    if content is None:
        raise NotFound("there is no such version", hint="GET the syntheses, or look at the job.")
    return Synthesis.model_validate_json(content)


def _before(used: Service, org_id: str, record_id: str, version: int) -> int | None:
    """The version before, of the same template and language."""
    with used.store.database.read() as session:
        records.find(session, org_id, record_id)
        made = {one.version: one for one in records.syntheses(session, org_id, record_id)}
        mine = made.get(version)
        return max(
            (
                one.version
                for one in made.values()
                if mine is not None
                and one.version < version
                and (one.template, one.language) == (mine.template, mine.language)
            ),
            default=None,
        )


def _content(content: bytes, media: str, version: int) -> Response:
    headers = {"ETag": f'W/"v{version}"', "Vary": "Accept", **disclosed()}
    return Response(content, media_type=media, headers=headers)
