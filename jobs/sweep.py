"""Puts right what our rows and the engine of jobs say differently.

The two are written in one transaction wherever that is possible; where the engine gave a job up
by itself (it took down too many workers), only the engine knows. A row that says "processing" for
ever is the worst answer to a caller.
"""

from __future__ import annotations

import time

from dbos import DBOS

from jobs.queue import Enqueuer, step_of, workflow_id
from jobs.store import job_rows, leases
from jobs.store.database import Database
from jobs.store.tables import Job, now_ms

_EVERY = 30.0
_UNTOUCHED_MS = 30_000
_AT_ONCE = 200


class Sweep:
    def __init__(self, database: Database, enqueuer: Enqueuer) -> None:
        self._database, self._enqueuer = database, enqueuer
        self._at, self._after = 0.0, ""

    def living(self) -> frozenset[str]:
        """Workers with a lease."""
        with self._database.read() as session:
            return frozenset(leases.beats(session))

    def look(self) -> None:
        """At some of the unfinished jobs, at most every half minute; in turn at all of them."""
        if time.monotonic() - self._at < _EVERY:
            return
        self._at = time.monotonic()
        with self._database.read() as session:
            jobs = job_rows.unfinished(
                session, before=now_ms() - _UNTOUCHED_MS, after=self._after, limit=_AT_ONCE
            )
            for job in jobs:
                session.expunge(job)
        self._after = jobs[-1].id if len(jobs) == _AT_ONCE else ""
        if not jobs:
            return
        wanted = {workflow_id(job.id, step_of(job)): job for job in jobs}
        found = {
            one.workflow_id: one.status
            for one in DBOS.list_workflows(
                workflow_ids=list(wanted), load_input=False, load_output=False
            )
        }
        for name, job in wanted.items():
            self._mend(job, found.get(name))

    def _mend(self, job: Job, status: str | None) -> None:
        if status is None:
            with self._database.write() as session:
                self._enqueuer.add(session, job)
        elif status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
            self._fail(job, "workers_lost", "Each worker that tried it ended: look at its memory.")
        elif status in {"ERROR", "SUCCESS", "CANCELLED"}:
            self._fail(job, "internal_error", "The job ended without a result: look at the log.")

    def _fail(self, job: Job, code: str, hint: str) -> None:
        with self._database.write() as session:
            now = session.get(Job, job.id, with_for_update=True)
            # Only if nothing happened since it was compared with the engine.
            if now is not None and now.updated == job.updated:
                job_rows.fail(session, job.id, job.fence, code, hint)
