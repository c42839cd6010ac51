"""Jobs of the organisation for who looks after them: listed, failures by code, tried again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field, StrictBool

from api.auth import Manager, actor
from api.problem import responses
from api.service import Used
from api.wire import JobOut, JobStatus, Wire, from_cursor, iso, job_out, next_cursor
from jobs import retries
from jobs.store import failures

router = APIRouter(prefix="/v1/admin", tags=["administration"])
Code = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_.-]*$")]


class JobPage(Wire):
    items: list[JobOut]
    next_cursor: str | None


class FailureOut(Wire):
    code: str
    jobs: int
    """That failed with it and were not tried again since."""
    items: int
    """Of batches, that failed before they had a job: a file that is missing, say."""
    latest: str | None
    """When the last of these jobs failed."""
    retry_helps: bool
    """False where what was sent is the cause: it is tried again only by force."""


class FailureList(Wire):
    items: list[FailureOut]


class RetryCode(Wire):
    code: Code
    force: StrictBool = False
    """Also where what was sent was the cause."""


class RetriedMany(Wire):
    code: str
    jobs: int
    """That were begun again, each as a new job."""
    items: int
    """Of batches, that wait again."""
    skipped: int
    """Whose recording is gone, or that another request was faster with."""
    left: int
    """A request does some hundreds: send it again for the rest."""


@router.get("/jobs", responses=responses())
def jobs(
    used: Used,
    who: Manager,
    status: JobStatus | None = None,
    code: Annotated[str | None, Query(max_length=60, pattern=r"^[a-z][a-z0-9_.-]*$")] = None,
    unsettled: Annotated[
        bool, Query(description="Only what failed and was not tried again since.")
    ] = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> JobPage:
    """Newest first, a page at a time; with this state, or that failed with this code."""
    with used.store.database.read() as session:
        rows = failures.page(
            session,
            who.org_id,
            status=status,
            code=code,
            unsettled=unsettled,
            limit=limit + 1,
            after=from_cursor(cursor),
        )
        return JobPage(
            items=[job_out(row) for row in rows[:limit]], next_cursor=next_cursor(rows, limit)
        )


@router.get("/failures", responses=responses())
def by_code(used: Used, who: Manager) -> FailureList:
    """What failed and was not tried again since, by error code, the most frequent first."""
    with used.store.database.read() as session:
        found = failures.by_code(session, who.org_id)
    return FailureList(
        items=[
            FailureOut(
                code=one.code,
                jobs=one.jobs,
                items=one.items,
                latest=iso(one.latest) if one.latest else None,
                retry_helps=retries.helps(one.code),
            )
            for one in found
        ]
    )


@router.post("/failures/retry", status_code=202, responses=responses(409))
def retry(wanted: RetryCode, request: Request, used: Used, who: Manager) -> RetriedMany:
    """Try again all that failed with this code. Asked twice, nothing is done twice. 409 same_input
    where what was sent is the cause, unless forced."""
    used.admission.job()
    done = retries.retry_code(
        used.store, used.enqueuer, actor(request, who), wanted.code, force=wanted.force
    )
    return RetriedMany(
        code=done.code, jobs=done.jobs, items=done.items, skipped=done.skipped, left=done.left
    )
