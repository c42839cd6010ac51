"""The door to the engine of jobs (DBOS) for who only adds and cancels jobs. Ids only go through.

Three queues, one a resource: ``speech`` (recognition and diarisation), ``notes`` (the language
model) and ``records`` (documents and rules, so that no note waits behind a thick record). A
job's first step is added in the transaction that makes the job, so that neither exists
without the other; the step that ends adds the next one in the same way.
"""

from __future__ import annotations

from collections.abc import Callable

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy.orm import Session

from jobs.store.database import Database
from jobs.store.operations_tables import start_trace
from jobs.store.tables import Job

APPLICATION = "anamnese"
VERSION = "1"
"""Of the steps, as the engine sees them. Jobs of another version are left alone: drain first."""
SPEECH, NOTES, RECORDS = "speech", "notes", "records"
TRANSCRIBE, SUMMARISE, SYNTHESISE = "transcribe", "summarise", "synthesise"
_QUEUES = {TRANSCRIBE: SPEECH, SUMMARISE: NOTES, SYNTHESISE: RECORDS}


class Enqueuer:
    """Cheap to make, safe to use from threads; needs no running worker."""

    def __init__(self, database: Database, trace: Callable[[], str | None] = lambda: None) -> None:
        """``trace`` tells the span in which a job is made, where traces are made."""
        self._database, self._trace = database, trace
        self._client: DBOSClient | None = None

    def migrate(self) -> None:
        """The engine's own tables. Several processes may do so at once."""
        DBOS.migrate(self._database.url)

    def add(self, session: Session, job: Job) -> None:
        """The job's first step, or the next one, in the caller's transaction."""
        trace = self._trace()
        if trace is not None:
            start_trace(session, job.id, trace)
        step = step_of(job)
        options: EnqueueOptions = {
            "workflow_name": step,
            "queue_name": _QUEUES[step],
            "workflow_id": workflow_id(job.id, step),
            "priority": job.priority,
            "app_version": VERSION,
        }
        self._engine.enqueue_in_transaction(session.connection(), options, job.id)

    def cancel(self, job_id: str) -> None:
        """Nothing of the job starts any more. A step that runs is stopped by its worker."""
        self._engine.cancel_workflows([workflow_id(job_id, step) for step in _QUEUES])

    def forget(self, job_ids: list[str]) -> None:
        """Remove what the engine knows of these jobs."""
        if job_ids:
            self._engine.delete_workflows(
                [workflow_id(job, step) for job in job_ids for step in _QUEUES]
            )

    @property
    def _engine(self) -> DBOSClient:
        if self._client is None:
            self._client = DBOSClient(
                system_database_url=self._database.url,
                serializer=DBOSPortableJSONSerializer(),
                application_name=APPLICATION,
                lazy=True,
                retry_connection_errors=False,
            )
        return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.destroy()
            self._client = None


def step_of(job: Job) -> str:
    """The one that comes next."""
    if job.kind == "synthesis":
        return SYNTHESISE
    return TRANSCRIBE if job.transcript_status != "ready" else SUMMARISE


def queue_of(step: str) -> str:
    return _QUEUES[step]


def workflow_id(job_id: str, step: str) -> str:
    return f"{job_id}:{step}"
