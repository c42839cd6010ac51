"""What the HTTP service counts itself, and what it counts in the database when it is asked."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from jobs.store.census import Census, count
from jobs.store.database import Database, DatabaseAway

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class ApiMetrics:
    """One an app, in a registry of its own. Labels are patterns, never what a caller wrote."""

    def __init__(self, database: Database, lease_seconds: float) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "anamnese_http_requests",
            "Requests by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "anamnese_http_request_seconds",
            "From the first byte to the last, uploads and streams included.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.registry.register(_Store(database, lease_seconds))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class _Store(Collector):
    """Jobs, workers and sizes, as the database has them now; every HTTP process says the same."""

    def __init__(self, database: Database, lease_seconds: float) -> None:
        self._database, self._lease_seconds = database, lease_seconds

    def describe(self) -> Iterator[Metric]:
        # So that no look into the database is needed to register.
        return iter(())

    def collect(self) -> Iterator[Metric]:
        try:
            found = count(self._database, lease_seconds=self._lease_seconds)
        except DatabaseAway:
            yield GaugeMetricFamily("anamnese_database_up", "Whether it answers.", value=0)
            return
        yield GaugeMetricFamily("anamnese_database_up", "Whether it answers.", value=1)
        yield from _families(found)


def _families(found: Census) -> Iterator[Metric]:
    depth = GaugeMetricFamily(
        "anamnese_queue_depth", "Jobs that wait.", labels=["queue", "priority"]
    )
    oldest = GaugeMetricFamily(
        "anamnese_queue_oldest_seconds",
        "How long the first of them waits.",
        labels=["queue", "priority"],
    )
    for one in found.waiting:
        depth.add_metric([one.queue, one.priority], one.depth)
        oldest.add_metric([one.queue, one.priority], one.oldest_seconds)
    states = GaugeMetricFamily("anamnese_jobs", "Jobs by state, now.", labels=["state"])
    for state in sorted({"queued", "processing", "completed", "failed", "cancelled"}):
        states.add_metric([state], found.states.get(state, 0))
    failures = GaugeMetricFamily(
        "anamnese_jobs_failed", "Failed jobs by error code, now.", labels=["code"]
    )
    for code, number in sorted(found.failures.items()):
        failures.add_metric([code], number)
    store = GaugeMetricFamily("anamnese_store_bytes", "What is stored.", labels=["part"])
    store.add_metric(["recordings"], found.recordings_bytes)
    store.add_metric(["database"], found.database_bytes)
    workers = GaugeMetricFamily("anamnese_workers", "Workers heard of lately.", value=found.workers)
    yield from (depth, oldest, states, failures, store, workers)
