"""What a worker counts, for Prometheus. Labels are names of steps, queues and codes, never ids.

Models work in child processes; what a job cost comes over the pipe as numbers (``Cost``) when it
is done, and is counted here, once.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from pydantic import ValidationError

from consultation.provenance import Step

_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
_FACTORS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 4)
_RATES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,59}")


class WorkerMetrics:
    """One a process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        to = self.registry
        self._steps = Histogram(
            "anamnese_step_seconds", "Duration of a step.", ["step"], buckets=_SECONDS, registry=to
        )
        self._factors = Histogram(
            "anamnese_step_real_time_factor",
            "Duration of a step over that of the recording.",
            ["step"],
            buckets=_FACTORS,
            registry=to,
        )
        self._tokens = Counter(
            "anamnese_tokens", "Tokens of the language model: prompt, cached, completion.",
            ["kind"], registry=to,
        )  # fmt: skip
        self._rate = Histogram(
            "anamnese_completion_tokens_per_second",
            "Completion tokens of a note over the seconds that it took.",
            buckets=_RATES,
            registry=to,
        )
        self._failures = Counter(
            "anamnese_step_failures",
            "Tries of a step that failed, by code, those that were tried again included.",
            ["queue", "code"],
            registry=to,
        )
        self._stuck = Counter(
            "anamnese_steps_stuck", "Steps without progress: seen, then killed.",
            ["queue", "outcome"], registry=to,
        )  # fmt: skip
        self._running = Gauge(
            "anamnese_jobs_running", "Jobs that this worker runs now.", ["queue"], registry=to
        )
        self._memory = Gauge(
            "anamnese_admitted_megabytes", "Estimated memory of the recordings being worked on.",
            registry=to,
        )  # fmt: skip
        self._held_back = Counter(
            "anamnese_jobs_held_back",
            "Jobs that waited for memory before their models ran.",
            registry=to,
        )
        self._pushes = Counter(
            "anamnese_pushes", "Tries to send a signed document to an EHR.",
            ["target", "outcome"], registry=to,
        )  # fmt: skip
        self.registry.register(Cards())

    def done(self, steps: Iterable[Step]) -> None:
        """What a job cost that ended well."""
        for step in steps:
            self._steps.labels(_known(step.name)).observe(step.duration)
            if step.real_time_factor is not None:
                self._factors.labels(_known(step.name)).observe(step.real_time_factor)
            counts = {
                "prompt": step.prompt_tokens,
                "cached": step.cached_tokens,
                "completion": step.completion_tokens,
            }
            for kind, tokens in counts.items():
                if tokens:
                    self._tokens.labels(kind).inc(tokens)
            if step.completion_tokens and step.duration > 0:
                self._rate.observe(step.completion_tokens / step.duration)

    def running(self, queue: str, change: int) -> None:
        self._running.labels(queue).inc(change)

    def failed(self, queue: str, code: str) -> None:
        self._failures.labels(queue, _known(code)).inc()

    def stuck(self, queue: str, outcome: str) -> None:
        self._stuck.labels(queue, outcome).inc()

    def admitted(self, megabytes: float) -> None:
        self._memory.set(megabytes)

    def pushed(self, target: str, outcome: str) -> None:
        self._pushes.labels(target, outcome).inc()

    def held_back(self) -> None:
        self._held_back.inc()


class Cards(Collector):
    """Memory of NVIDIA cards, where nvidia-ml-py and a card are; nothing elsewhere."""

    def collect(self) -> Iterator[Metric]:
        used = GaugeMetricFamily("anamnese_gpu_memory_used_bytes", "", labels=["device"])
        total = GaugeMetricFamily("anamnese_gpu_memory_total_bytes", "", labels=["device"])
        for device, (taken, size) in enumerate(cards()):
            used.add_metric([str(device)], taken)
            total.add_metric([str(device)], size)
        if used.samples:
            yield used
            yield total


def cards() -> Sequence[tuple[int, int]]:
    """Bytes taken and bytes in all, a card each."""
    try:
        nvml: Any = importlib.import_module("pynvml")
    except ImportError:
        return ()
    try:
        nvml.nvmlInit()
        try:
            handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
            found = [nvml.nvmlDeviceGetMemoryInfo(handle) for handle in handles]
            return [(int(one.used), int(one.total)) for one in found]
        finally:
            nvml.nvmlShutdown()
    except nvml.NVMLError:
        return ()


def cost(said: object) -> tuple[Step, ...]:
    """The steps in a child's last message; those that are none are left out."""
    found = []
    for one in said if isinstance(said, list) else []:
        try:
            found.append(Step.model_validate(one))
        except ValidationError:
            continue
    return tuple(found)


def _known(name: str) -> str:
    """A label of ours, whatever a child said."""
    return name if _NAME.fullmatch(name) else "other"
