"""``anamnese worker``: takes jobs from the queues until it is told to stop.

It beats its lease, takes over the jobs of dead workers, and puts right what the engine and our own
rows say differently. SIGTERM: no new job begins; what runs may finish within ``drain_seconds``;
what does not is taken over by another worker.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from consultation.settings import Settings
from jobs import steps
from jobs.abilities import Abilities
from jobs.budget import Budget
from jobs.chores import chores
from jobs.lease import Lease
from jobs.metrics import WorkerMetrics
from jobs.metrics_door import MetricsDoor
from jobs.observer import Observer
from jobs.pace import Pace
from jobs.queue import (
    APPLICATION,
    NOTES,
    RECORDS,
    SPEECH,
    SUMMARISE,
    SYNTHESISE,
    TRANSCRIBE,
    VERSION,
    Enqueuer,
)
from jobs.service_settings import ServiceSettings
from jobs.slots import Life, Slots
from jobs.store.database import Database
from jobs.store.store import open_store
from jobs.sweep import Sweep
from jobs.tracing import make_tracer
from jobs.waiting import Waiting

log = logging.getLogger("anamnese.worker")


class Worker:
    """One process; unique by its name in every start."""

    def __init__(self, settings: ServiceSettings) -> None:
        # Built here only to find a wrong value before a job does.
        Settings()
        self._settings = settings
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        # Opened for the keys too: a worker that cannot decrypt must not take a job.
        self._store = open_store(settings, migrate=True)
        self._database: Database = self._store.database
        self._enqueuer = Enqueuer(self._database)
        self._enqueuer.migrate()
        self._folder = settings.work / self.name
        metrics = WorkerMetrics()
        self._observer = Observer(settings, metrics, make_tracer(settings, "anamnese-worker"))
        budget = Budget.of(settings, metrics.admitted, metrics.held_back)
        self._metrics_door = MetricsDoor(settings, metrics.registry)
        life = Life(settings.child_jobs, settings.child_growth_mb)
        self._slots = {
            TRANSCRIBE: Slots(self._folder, TRANSCRIBE, settings.speech_parallel, budget, life),
            SUMMARISE: Slots(self._folder, SUMMARISE, settings.notes_parallel, budget, life),
            SYNTHESISE: Slots(self._folder, SYNTHESISE, settings.records_parallel, budget, life),
        }
        self._abilities = Abilities(self._database, self.name, settings)
        self._lease = Lease(
            self._database,
            self.name,
            settings.lease_seconds,
            executors=_executors,
            recover=self._take_over,
            lost=steps.leave,
        )
        self._sweep = Sweep(self._database, self._enqueuer)
        self._stopping = threading.Event()
        self._chores = chores(self._store, self._enqueuer, settings, self.name, metrics)

    def run(self, *, follow: int | None = None) -> None:
        """Until SIGTERM, SIGINT or ``stop``; with ``follow``, until that parent process ends.

        Its id is told rather than asked for: it may have ended before this one was ready.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        self._metrics_door.open()
        self._lease.start()
        self._launch()
        beating = threading.Thread(target=self._beat, name="lease", daemon=True)
        beating.start()
        self._abilities.start()
        for chore in self._chores:
            chore.start(self._stopping)
        log.info("worker %s takes jobs", self.name)
        while not self._stopping.wait(1.0):
            if follow is not None and os.getppid() != follow:
                self.stop()
        self._drain()

    def stop(self) -> None:
        self._stopping.set()

    def _told_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _launch(self) -> None:
        settings = self._settings
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._database.url,
            "executor_id": self.name,
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
            "run_migrations": False,
        }
        DBOS(config=config)
        register = steps.Steps(
            self._database, self._enqueuer, self.name, self._slots, self._observer
        )
        queues = [SPEECH, NOTES, RECORDS]
        pace = Pace(queues, Waiting(self._database).at)
        pace.take_over()
        steps.register(settings, register, pace.nudge)
        DBOS.listen_queues(queues)
        DBOS.launch()
        for queue, parallel in (
            (SPEECH, settings.speech_parallel),
            (NOTES, settings.notes_parallel),
            (RECORDS, settings.records_parallel),
        ):
            DBOS.register_queue(
                queue,
                worker_concurrency=parallel,
                polling_interval_sec=settings.poll_seconds,
                on_conflict="always_update",
            )

    def _beat(self) -> None:
        """On a thread of its own: nothing that a job does may keep it from beating."""
        pause = self._settings.lease_seconds / 4
        while True:
            try:
                if self._lease.beat() and not self._stopping.is_set():
                    self._sweep.look()
                    self._tidy()
            except Exception as error:  # noqa: BLE001 - a beat that ends would kill every job
                log.warning("lease: %s", type(error).__name__)
            time.sleep(pause)

    def _take_over(self, dead: str) -> None:
        log.warning("worker %s is gone: its jobs are taken over", dead)
        # Private, and so the engine's version is pinned and a contract test runs it.
        DBOS._recover_pending_workflows([dead])

    def _tidy(self) -> None:
        """Remove what killed workers of this machine left in the work folder."""
        alive = self._sweep.living()
        mine = f"{socket.gethostname()}-"
        for folder in _folders(self._settings.work):
            if folder.name.startswith(mine) and folder.name not in alive:
                shutil.rmtree(folder, ignore_errors=True)

    def _drain(self) -> None:
        log.info("worker %s is stopping: jobs that run may finish", self.name)
        self._lease.leaving()
        DBOS.destroy(workflow_completion_timeout_sec=int(self._settings.drain_seconds))
        for slots in self._slots.values():
            slots.end()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._observer.tracer.close()
        # What did not finish belongs to nobody once the lease is gone: others take it at once.
        with contextlib.suppress(Exception):
            self._lease.stop()
        self._enqueuer.close()
        self._store.close()
        sys.stdout.flush()
        # Threads of steps that did not finish must not go on without a lease.
        os._exit(0)


def _executors() -> Iterable[str]:
    pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    return {one.executor_id for one in pending if one.executor_id}


def _folders(work: Path) -> list[Path]:
    try:
        return [path for path in work.iterdir() if path.is_dir()]
    except OSError:
        return []
