"""Jobs: where they are, as a document or as a stream of events; cancel, try again."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.auth import Reader, Writer, actor
from api.problem import responses
from api.service import Service, Used
from api.wire import JobOut, Wire, iso, job_out
from jobs import retries
from jobs.store import audit, job_rows

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
POLL_SECONDS = 0.5
BEAT_SECONDS = 15.0
"""A comment is sent so often, so that nothing on the way closes a silent connection."""


_EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "For Last-Event-ID."},
        "event": {"type": "string", "const": "progress"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "job_id, status, step, progress (of the step, 0 to 1), at.",
        },
    },
}


@router.get("/{job_id}", responses=responses(404))
def show(job_id: str, used: Used, who: Reader) -> JobOut:
    with used.store.database.read() as session:
        return job_out(job_rows.find(session, who.org_id, job_id))


@router.post("/{job_id}/cancel", responses=responses(404, 409))
def cancel(job_id: str, request: Request, used: Used, who: Writer) -> JobOut:
    """Cancelled at once; what runs ends within seconds. 409 when the job is over already."""
    with used.store.database.write() as session:
        job = job_rows.cancel(session, who.org_id, job_id)
        audit.append(used.store.database, session, actor(request, who), "job.cancel", job_id)
    used.enqueuer.cancel(job_id)
    return job_out(job)


class RetryOut(Wire):
    job: JobOut | None
    """The new job, or the one that was made before; None for the item of a batch, which waits
    again and gets a job when its turn comes."""
    batch_id: str | None
    again: bool
    """False: it was asked before, and nothing was done."""


@router.post("/{job_id}/retry", status_code=202, responses=responses(404, 409, 410))
def retry(
    job_id: str,
    request: Request,
    used: Used,
    who: Writer,
    force: Annotated[
        bool, Query(description="Also where what was sent was the cause: 409 same_input else.")
    ] = False,
) -> RetryOut:
    """Try a failed job again: a new job of the same consultation or record, which keeps what was
    finished. Asked twice, the second answer names what the first one made. 409 when the job has not
    failed; 410 when its recording is gone."""
    used.admission.job()
    done = retries.retry(used.store, used.enqueuer, actor(request, who), job_id, force=force)
    return RetryOut(
        job=job_out(done.job) if done.job else None, batch_id=done.batch_id, again=done.again
    )


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={
        **responses(404),
        200: {
            "description": "Server-sent events named progress; the last one has a final status.",
            "content": {"text/event-stream": {"schema": _EVENT}},
        },
    },
)
async def events(
    job_id: str,
    used: Used,
    who: Reader,
    last_event_id: Annotated[str | None, Header(max_length=40, pattern=r"^[0-9]{1,18}$")] = None,
) -> StreamingResponse:
    """Progress as it happens. After a lost connection, Last-Event-ID goes on where it was."""
    await run_in_threadpool(_require, used, who.org_id, job_id)
    stream = _events(used, who.org_id, job_id, int(last_event_id or 0))
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


def _require(used: Service, org_id: str, job_id: str) -> None:
    with used.store.database.read() as session:
        job_rows.find(session, org_id, job_id)


async def _events(used: Service, org_id: str, job_id: str, after: int) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    spoke = time.monotonic()
    while True:
        found, over = await run_in_threadpool(_look, used, org_id, job_id, after)
        for number, text in found:
            after = number
            yield text
        if over:
            return
        if found:
            spoke = time.monotonic()
        elif time.monotonic() - spoke > BEAT_SECONDS:
            spoke = time.monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(POLL_SECONDS)


def _look(
    used: Service, org_id: str, job_id: str, after: int
) -> tuple[list[tuple[int, str]], bool]:
    """Events later than ``after``, and whether no more will come."""
    with used.store.database.read() as session:
        found = [
            (
                event.id,
                f"id: {event.id}\nevent: progress\ndata: "
                + json.dumps(
                    {
                        "job_id": event.job_id,
                        "status": event.status,
                        "step": event.step,
                        "progress": event.progress,
                        "at": iso(event.at),
                    }
                )
                + "\n\n",
            )
            for event in job_rows.events(session, org_id, job_id, after)
        ]
        over = not found and job_rows.is_over(session, org_id, job_id)
    return found, over
