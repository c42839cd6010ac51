"""What failed is tried again: one job, or all with one error code.

A new job is made of the same consultation or record: what the failed one finished is kept, and it
stays as it was. Asked twice, the second time finds what the first one made. The item of a batch
waits again instead, so that the batch counts it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation import document_errors  # noqa: F401 - so that all kinds of errors are known
from consultation.errors import InputError, kinds
from jobs import record_tasks, source_files  # noqa: F401 - as above
from jobs.errors import AudioDeleted, Conflict, NotFound
from jobs.intake import start_job
from jobs.queue import Enqueuer
from jobs.record_intake import Intake, Wanted
from jobs.record_options import Asked
from jobs.store import artefacts, audit, batches, failures, job_rows, records
from jobs.store.artefacts import OPTIONS, TRANSCRIPT
from jobs.store.audit import Actor
from jobs.store.batch_tables import Batch
from jobs.store.record_tables import is_record
from jobs.store.store import Store
from jobs.store.tables import Consultation, Job

AT_ONCE = 200
"""Most jobs of one request: more are left for the next one."""


class SameInput(Conflict):
    code = "same_input"
    hint = "What was sent is the cause and would be again; force tries it all the same."


@dataclass(frozen=True)
class Retried:
    job: Job | None
    """The new one, or the one that was made before; None for an item of a batch, which waits."""
    batch_id: str | None
    again: bool
    """False: it was asked before, and nothing was done."""


@dataclass(frozen=True)
class Many:
    code: str
    jobs: int
    """That were begun again."""
    items: int
    """Of batches, that wait again."""
    skipped: int
    """Whose recording is gone, say, or that another request was faster with."""
    left: int
    """For the next request."""


def helps(code: str) -> bool:
    """Whether another try may end differently: not where what was sent is the cause. What a model,
    a disk or a server caused may have been mended."""
    return code not in {kind.code for kind in kinds(InputError)}


def retry(
    store: Store, enqueuer: Enqueuer, actor: Actor, job_id: str, *, force: bool = False
) -> Retried:
    """Raises NotFound, Conflict for a job that has not failed, SameInput, or AudioDeleted."""
    with store.database.write() as session:
        found = job_rows.find(session, actor.org_id, job_id)
        # One at a time for each consultation: the second one sees what the first one made.
        session.execute(
            select(Consultation.id)
            .where(Consultation.id == found.consultation_id)
            .with_for_update()
        )
        session.refresh(found)
        if found.status != "failed":
            raise Conflict(
                f"the job is {found.status}", hint="Only a job that failed is tried again."
            )
        before = failures.follower(session, found)
        if before is not None:
            return Retried(before, None, again=False)
        if not force and not helps(found.error_code or ""):
            raise SameInput("another try would fail for the same reason")
        done = _batched(session, found) or _anew(session, store, enqueuer, actor, found)
        if done.again:
            audit.append(store.database, session, actor, "job.retry", found.id)
    return done


def retry_code(
    store: Store, enqueuer: Enqueuer, actor: Actor, code: str, *, force: bool = False
) -> Many:
    """All unsettled failures with this code, up to ``AT_ONCE`` jobs. Raises SameInput."""
    if not force and not helps(code):
        raise SameInput("another try would fail for the same reason")
    with store.database.read() as session:
        wanted = failures.jobs_of(session, actor.org_id, code, limit=AT_ONCE)
        whole = failures.batches_of(session, actor.org_id, code)
    jobs = items = skipped = 0
    for job_id in wanted:
        try:
            one = retry(store, enqueuer, actor, job_id, force=True)
        except (Conflict, NotFound):
            skipped += 1
            continue
        jobs += one.again and one.job is not None
        items += one.again and one.batch_id is not None
        skipped += not one.again
    for batch_id in whole:
        with suppress(Conflict, NotFound), store.database.write() as session:
            again = batches.retry(session, actor.org_id, batch_id, code=code)
            if again:
                audit.append(store.database, session, actor, "batch.retry", batch_id)
            items += again
    with store.database.read() as session:
        left = max(0, failures.count_of(session, actor.org_id, code) - skipped)
    return Many(code, jobs, items, skipped, left)


def _batched(session: Session, job: Job) -> Retried | None:
    """None where the job is no batch's, or that of a cancelled one."""
    item = failures.item_of(session, job)
    batch = session.get(Batch, item.batch_id) if item is not None else None
    if item is None or batch is None or batch.status == "cancelled":
        return None
    if item.status == "active":
        raise Conflict(
            "its batch has not settled this item yet", hint="Send it again in a few seconds."
        )
    again = batches.retry(session, job.org_id, batch.id, numbers=[item.number])
    return Retried(None, batch.id, again=again > 0)


def _anew(session: Session, store: Store, enqueuer: Enqueuer, actor: Actor, job: Job) -> Retried:
    if is_record(job.consultation_id):
        kept = records.get(session, store.ring, job.org_id, job.consultation_id, OPTIONS, job.id)
        asked = Asked.model_validate_json(kept) if kept else None
        wanted = Wanted(
            cast(str, job.template),
            asked.as_of if asked else None,
            priority=job.priority,
            research=asked.research if asked else None,
        )
        intake = Intake(store, enqueuer, None, actor)
        return Retried(intake.synthesis(session, job.consultation_id, wanted), None, again=True)
    there = {one.kind for one in artefacts.listed(session, job.org_id, job.consultation_id)}
    kind = cast(job_rows.Kind, job.kind)
    if kind == "consultation" and TRANSCRIPT in there:
        kind = "summary"
    if kind != "summary":
        row = session.get(Consultation, job.consultation_id)
        if row is None or row.audio_bytes is None:
            raise AudioDeleted("the recording is gone: there is nothing to try again")
    elif TRANSCRIPT not in there:
        raise NotFound("the transcript is gone: there is nothing to try again")
    made = start_job(
        session,
        enqueuer,
        org_id=job.org_id,
        consultation_id=job.consultation_id,
        kind=kind,
        template=job.template,
        priority=job.priority,
    )
    return Retried(made, None, again=True)
