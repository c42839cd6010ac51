"""Records: the documents of a patient come in, are listed, are erased with everything made of
them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.auth import Eraser, Reader, Writer, actor
from api.problem import responses
from api.record_upload import described, receive_documents, spooled
from api.record_wire import (
    RecordAccepted,
    RecordLine,
    RecordOut,
    RecordPage,
    document_out,
    synthesis_out,
)
from api.routes.consultations import IdempotencyKey
from api.service import Used
from api.wire import from_cursor, iso, job_out, next_cursor
from jobs.erasure import erase_consultation
from jobs.record_intake import Intake
from jobs.store import consultations, idempotency, records
from jobs.store.record_tables import PREFIX
from jobs.store.tables import Job, new_id

router = APIRouter(prefix="/v1/records", tags=["records"])


@router.post(
    "", status_code=202, responses=responses(409, 413, 507), openapi_extra=described(new=True)
)
async def create(
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    idempotency_key: IdempotencyKey = None,
) -> RecordAccepted:
    """Send the documents of one patient: many files, or ZIP files of them. They are stored
    encrypted; a job reads them and makes a synthesis. One that cannot be read stops no other."""
    intake = Intake(used.store, used.enqueuer, used.settings, actor(request, who))
    with spooled(used) as spool:
        sent = await receive_documents(request, used, who, spool, new=True)

        def make(session: Session) -> Job:
            return intake.record(
                session, new_id(PREFIX), sent.documents, sent.wanted, sent.options, sent.patient
            )

        job = await run_in_threadpool(
            idempotency.once, used.store.database, who.org_id, idempotency_key, sent.sha256, make
        )
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return RecordAccepted(record_id=job.consultation_id, job=job_out(job))


@router.get("", responses=responses())
def index(
    used: Used,
    who: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> RecordPage:
    """Newest first, a page at a time."""
    with used.store.database.read() as session:
        rows = records.page(session, who.org_id, limit=limit + 1, after=from_cursor(cursor))
        items = [RecordLine(id=row.id, created=iso(row.created)) for row in rows[:limit]]
        more = next_cursor(rows, limit)
    return RecordPage(items=items, next_cursor=more)


@router.get("/{record_id}", responses=responses(404))
def show(record_id: str, used: Used, who: Reader) -> RecordOut:
    """Its documents, each with what it is or why it was refused; its syntheses and jobs."""
    with used.store.database.read() as session:
        row = records.find(session, who.org_id, record_id)
        made = consultations.owner(session, who.org_id, row.id)
        return RecordOut(
            id=row.id,
            created=iso(made.created),
            documents=[
                document_out(one)
                for one in records.documents(session, used.store.ring, who.org_id, row.id)
            ],
            syntheses=[
                synthesis_out(one) for one in records.syntheses(session, who.org_id, row.id)
            ],
            jobs=[job_out(job) for job in consultations.jobs(session, who.org_id, row.id)],
        )


@router.delete("/{record_id}", status_code=204, responses=responses(404))
def erase(record_id: str, request: Request, used: Used, who: Eraser) -> Response:
    """Erase the documents, what was read of them, all syntheses, the jobs, and what the engine
    knows of them. The audit log keeps that it was erased."""
    with used.store.database.read() as session:
        records.find(session, who.org_id, record_id)
    erase_consultation(used.store, used.enqueuer, actor(request, who), record_id)
    return Response(status_code=204)
