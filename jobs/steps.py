"""The durable steps, as the engine runs them: ids in, nothing out, codes for errors.

    transcribe(job) ─► the transcript is stored ─► summarise(job) ─► the note is stored

A job that wants the transcript alone ends after the first one; the synthesis of a record is one
step, ``synthesise(job)``.

At least once: a step whose result is there returns at once, and the one that is killed is run
again by another worker.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Literal, NoReturn

from dbos import DBOS
from sqlalchemy.orm import Session

from jobs.errors import Cancelled, LostJob, NotFound, StepFailed
from jobs.observer import Observer
from jobs.queue import NOTES, SUMMARISE, SYNTHESISE, TRANSCRIBE, Enqueuer, queue_of
from jobs.service_settings import ServiceSettings
from jobs.slots import Slots
from jobs.store import job_rows
from jobs.store.database import Database, DatabaseAway
from jobs.store.operations_tables import trace_of
from jobs.store.tables import Job

MOST_RECOVERIES = 5
"""A job that has taken down so many workers is not given to another one."""
LOST_EXIT = 75
"""Exit status of a worker whose jobs were taken over."""


class Steps:
    """What the steps of one worker use."""

    def __init__(
        self,
        database: Database,
        enqueuer: Enqueuer,
        worker: str,
        slots: dict[str, Slots],
        observer: Observer,
    ) -> None:
        self._database, self._enqueuer = database, enqueuer
        self._worker, self._slots, self._observer = worker, slots, observer

    def run(self, job_id: str, step: str) -> None:
        """One try. Raises StepFailed, whose code is on the job's row by then."""
        part: Literal["transcript", "summary"] = "transcript" if step == TRANSCRIBE else "summary"

        def begin(session: Session) -> tuple[Job | None, str | None]:
            return job_rows.begin(session, job_id, part, self._worker), trace_of(session, job_id)

        job, trace = self._database.persist(begin)
        if job is None:
            return
        fence = job.fence

        def watch(name: str | None, progress: float) -> None:
            # A database that is away for a while stops no work.
            with contextlib.suppress(DatabaseAway), self._database.write() as session:
                if name is None:
                    job_rows.held(session, job_id, fence)
                else:
                    job_rows.advance(session, job_id, fence, name, progress)

        def finish(session: Session) -> None:
            job = job_rows.ready(session, job_id, fence, part)
            if job.status not in job_rows.FINAL:
                self._enqueuer.add(session, job)

        try:
            with self._observer.step(queue_of(step), job_id, job.attempts, trace) as alarm:
                cost = self._slots[step].run(step, job_id, fence, watch, alarm)
                self._database.persist(finish)
                self._observer.cost(cost)
        except (Cancelled, NotFound):
            return
        except LostJob:
            leave()
        except StepFailed as error:
            self._failed(job_id, fence, error)
            raise

    def _failed(self, job_id: str, fence: int, error: StepFailed) -> None:
        try:
            self._database.persist(
                lambda session: job_rows.note(session, job_id, fence, error.code, error.hint)
            )
        except (Cancelled, NotFound):
            raise StepFailed("cancelled") from None
        except LostJob:
            leave()

    def give_up(self, job_id: str) -> None:
        """No further try: the job failed with the code of the last one."""
        self._database.persist(lambda session: job_rows.give_up(session, job_id, self._worker))


def leave() -> NoReturn:
    """Another worker does this worker's jobs: whatever is said or written now is wrong."""
    sys.stderr.write("this worker was taken for dead and its jobs were taken over; it ends\n")
    sys.stderr.flush()
    os._exit(LOST_EXIT)


def register(settings: ServiceSettings, steps: Steps, over: Callable[..., None]) -> None:
    """Tell the engine of our steps. Once a process, before it is launched.

    ``over`` is told the queues of which there is now room for another, or a next step.
    """

    def workflow(name: str) -> Callable[[str], None]:
        @DBOS.step(
            name=f"{name}.step",
            retries_allowed=settings.step_attempts > 1,
            max_attempts=settings.step_attempts,
            interval_seconds=settings.retry_seconds,
            backoff_rate=2.0,
            should_retry=_may_pass,
        )
        def step(job_id: str) -> None:
            try:
                steps.run(job_id, name)
            except StepFailed:
                raise
            except Exception as error:  # noqa: BLE001 - its text may quote what it worked on
                raise StepFailed(
                    getattr(error, "code", "internal_error"), retryable=_may_pass(error)
                ) from None

        @DBOS.workflow(name=name, max_recovery_attempts=MOST_RECOVERIES)
        def run(job_id: str) -> None:
            try:
                step(job_id)
            except Exception:  # noqa: BLE001 - the code is on our row; the engine keeps none
                steps.give_up(job_id)
            finally:
                over(*{queue_of(name), NOTES})

        return run

    workflow(TRANSCRIBE)
    workflow(SUMMARISE)
    workflow(SYNTHESISE)


def _may_pass(error: BaseException) -> bool:
    return bool(getattr(error, "retryable", False))
