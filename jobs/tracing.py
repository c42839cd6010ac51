"""OpenTelemetry traces: a request, the job that it made, the steps of the job. Ids and times only.

Off unless ``ANAMNESE_OTLP_ENDPOINT`` is set; then the extra ``traces`` is needed. A span of a job
goes on in another process, later: its beginning is kept beside the job's row. An exception is its
class and our code; its text never leaves.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Protocol

from consultation.errors import EngineMissing
from consultation.provenance import Step
from jobs.service_settings import ServiceSettings

_NS = 1_000_000_000


class Tracer(Protocol):
    """Who makes spans, or makes none."""

    @contextmanager
    def span(
        self, name: str, parent: str | None = None, **ids: str | int
    ) -> Iterator[dict[str, Any]]:
        """What is put into the dictionary becomes attributes at the end; ``name`` renames."""
        ...

    def steps(self, steps: Iterable[Step]) -> None:
        """Spans of steps that ended just now, one after the other, inside the current one."""

    def current(self) -> str | None:
        """The current span, as W3C's traceparent."""

    def close(self) -> None: ...


class NoTracer:
    """Nothing is configured."""

    @contextmanager
    def span(
        self, name: str, parent: str | None = None, **ids: str | int  # noqa: ARG002
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        yield {}

    def steps(self, steps: Iterable[Step]) -> None:
        pass

    def current(self) -> str | None:
        return None

    def close(self) -> None:
        pass


class OtlpTracer:
    """Sends spans by OTLP over HTTP, in the background; a collector that is away stops nothing."""

    def __init__(self, endpoint: str, service: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        # Not Resource.create: that asks the machine for its name and the process for its arguments.
        self._provider = TracerProvider(resource=Resource({"service.name": service}))
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("anamnese")

    @contextmanager
    def span(
        self, name: str, parent: str | None = None, **ids: str | int
    ) -> Iterator[dict[str, Any]]:
        from opentelemetry.trace import Status, StatusCode

        said: dict[str, Any] = {}
        with self._tracer.start_as_current_span(
            name,
            context=_context(parent),
            attributes={key.replace("_", "."): value for key, value in ids.items()},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield said
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_attribute("error.code", str(getattr(error, "code", "internal_error")))
                span.set_status(Status(StatusCode.ERROR))
                raise
            finally:
                span.update_name(said.pop("name", name))
                for key, value in said.items():
                    span.set_attribute(key, value)

    def steps(self, steps: Iterable[Step]) -> None:
        done = list(steps)
        at = time.time_ns() - int(sum(step.duration for step in done) * _NS)
        for step in done:
            span = self._tracer.start_span(step.name, start_time=at)
            at += int(step.duration * _NS)
            span.end(at)

    def current(self) -> str | None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier)
        return carrier.get("traceparent")

    def close(self) -> None:
        self._provider.shutdown()


def _context(parent: str | None) -> Any:
    if parent is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": parent})


def make_tracer(settings: ServiceSettings, service: str) -> Tracer:
    """Raises EngineMissing where an endpoint is set and the libraries are not there."""
    if settings.otlp_endpoint is None:
        return NoTracer()
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
        raise EngineMissing(
            "ANAMNESE_OTLP_ENDPOINT is set and OpenTelemetry is not installed",
            hint="Install it with: pip install 'anamnese[traces]'",
        )
    return OtlpTracer(str(settings.otlp_endpoint), service)
