"""Around each try of a step: the log, the metrics, the trace and the alarm, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from consultation.provenance import Step
from jobs import logs
from jobs.alarm import Alarm, Outcome
from jobs.errors import StepFailed
from jobs.metrics import WorkerMetrics
from jobs.service_settings import ServiceSettings
from jobs.tracing import Tracer

log = logs.logger("anamnese.steps")


@dataclass
class Observer:
    settings: ServiceSettings
    metrics: WorkerMetrics
    tracer: Tracer

    @contextmanager
    def step(self, queue: str, job_id: str, attempt: int, trace: str | None) -> Iterator[Alarm]:
        """One try. What fails is counted by its code and raised on."""

        def stuck(outcome: Outcome) -> None:
            log.error("step_stuck", queue=queue, outcome=outcome)
            self.metrics.stuck(queue, outcome)

        alarm = Alarm(self.settings.stuck_seconds, self.settings.stuck_kill_seconds, stuck)
        self.metrics.running(queue, 1)
        try:
            with (
                logs.bound(job_id=job_id),
                self.tracer.span(queue, trace, job_id=job_id, attempt=attempt),
            ):
                log.info("step_begins", queue=queue, attempt=attempt)
                try:
                    yield alarm
                except StepFailed as error:
                    log.warning("step_failed", queue=queue, code=error.code)
                    self.metrics.failed(queue, error.code)
                    raise
                log.info("step_ends", queue=queue)
        finally:
            self.metrics.running(queue, -1)

    def cost(self, steps: Iterable[Step]) -> None:
        """Of a try whose result is stored."""
        done = tuple(steps)
        self.metrics.done(done)
        self.tracer.steps(done)
