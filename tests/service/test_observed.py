"""What those who run the service see: metrics, log lines, traces, readiness. And what they do not:
ids in labels, or anything that was said."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from jobs.store.store import open_store
from tests.service.conftest import MakeSettings, environment, free_port
from tests.service.test_serve import command, events, start
from tests.service.work import recording

pytestmark = pytest.mark.slow
NAME = "Zylberszteyn"
TOKEN = "a-token-of-this-test-alone"


class Collector(HTTPServer):
    """Takes OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.bodies: list[bytes] = []

    def spans(self) -> list[tuple[str, str, str, bytes, bytes, dict[str, str]]]:
        """Service, name, and trace, own and parent ids, attributes."""
        found = []
        for body in self.bodies:
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = group.resource.attributes[0].value.string_value
                for scope in group.scope_spans:
                    for span in scope.spans:
                        about = {a.key: str(a.value) for a in span.attributes}
                        found.append(
                            (
                                service,
                                span.name,
                                span.trace_id.hex(),
                                span.span_id,
                                span.parent_span_id,
                                about,
                            )
                        )
        return found


class _Take(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def values(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def one(found: dict[tuple[str, tuple[tuple[str, str], ...]], float], name: str, **labels: str):  # type: ignore[no-untyped-def]
    return found[name, tuple(sorted(labels.items()))]


def test_a_job_seen_from_outside(
    make_settings: MakeSettings, tmp_path: Path, collector: Collector
) -> None:
    """A real service and a real worker; one good job and one bad one, both with a name in them."""
    said = tmp_path / "said.txt"
    said.write_text(f"Bonjour Madame {NAME}.\nJe suis {NAME}, j'ai de la fièvre.\n", "utf-8")
    token = tmp_path / "token"
    token.write_text(TOKEN)
    settings = make_settings(
        port=free_port(),
        metrics_port=free_port(),
        metrics_token_file=token,
        log_format="json",
        scripted_dialogue=said,
        otlp_endpoint=f"http://127.0.0.1:{collector.server_port}",
    )
    key = command(settings, "apikeys", "new", "test").strip().splitlines()[-1]
    watcher = command(settings, "apikeys", "new", "p", "--role", "monitor").strip().splitlines()[-1]
    log = tmp_path / "serve.log"
    process = start(settings, log, "--worker")
    url = f"http://127.0.0.1:{settings.port}"
    headers = {"Authorization": f"Bearer {key}"}
    watching = {"Authorization": f"Bearer {watcher}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
            made = [
                client.post(
                    "/v1/consultations",
                    files={"file": (f"{NAME}.wav", content)},
                    data={"vocabulary": NAME},
                    headers={"X-Request-ID": f"request-{number}"},
                ).json()
                for number, content in enumerate((recording(), f"no sound {NAME}".encode() * 99))
            ]
            running = type("R", (), {"url": url, "headers": headers})
            ends = [list(events(running, m["job"]["id"]))[-1]["status"] for m in made]  # type: ignore[arg-type]
            assert ends == ["completed", "failed"]
            assert client.get(f"/v1/nothing/{NAME}", params={"q": NAME}).status_code == 404
            # Who may read it, and who may not.
            assert httpx.get(f"{url}/metrics").status_code == 401
            auditor = command(settings, "apikeys", "new", "a", "--role", "auditor").splitlines()[-1]
            refused = client.get("/metrics", headers={"Authorization": f"Bearer {auditor}"})
            assert refused.status_code == 403
            assert client.get("/v1/consultations", headers=watching).status_code == 403
            api = client.get("/metrics", headers=watching).text
            ready = client.get("/health/ready").json()
        door = f"http://127.0.0.1:{settings.metrics_port}/metrics"
        assert httpx.get(door).status_code == 401
        worker = httpx.get(door, headers={"Authorization": f"Bearer {TOKEN}"}).text
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)

    assert ready["status"] == "ok"
    assert (ready["checks"]["weights"], ready["checks"]["language_model"]) == ("ok", "ok")
    found = values(api)
    assert one(found, "anamnese_jobs", state="completed") == 1
    assert one(found, "anamnese_jobs_failed", code="unsupported_audio") == 1
    assert one(found, "anamnese_queue_depth", queue="speech", priority="interactive") == 0
    assert one(found, "anamnese_workers") == 1
    assert one(found, "anamnese_store_bytes", part="recordings") > 64_000
    assert one(found, "anamnese_store_bytes", part="database") > 0
    uploads = {"method": "POST", "route": "/v1/consultations", "status": "202"}
    assert one(found, "anamnese_http_requests_total", **uploads) == 2
    assert one(found, "anamnese_http_requests_total", method="GET", route="-", status="404") == 1
    counted = values(worker)
    for step in ("decode", "recognise", "diarise", "correct", "attribute", "summarise"):
        assert one(counted, "anamnese_step_seconds_count", step=step) == 1, step
    assert one(counted, "anamnese_step_real_time_factor_count", step="recognise") == 1
    failed = {"queue": "speech", "code": "unsupported_audio"}
    assert one(counted, "anamnese_step_failures_total", **failed) == 1
    assert one(counted, "anamnese_jobs_running", queue="speech") == 0
    assert one(counted, "anamnese_tokens_total", kind="completion") > 0

    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert len(lines) == len(log.read_text().splitlines()), log.read_text()
    (posted,) = (x for x in lines if x.get("request_id") == "request-0" and "route" in x)
    assert (posted["route"], posted["status"], posted["level"]) == (
        "/v1/consultations",
        202,
        "info",
    )
    about = [x["event"] for x in lines if x.get("job_id") == made[0]["job"]["id"]]
    assert about == ["step_begins", "step_ends"] * 2
    (bad,) = (x for x in lines if x["event"] == "step_failed")
    assert (bad["code"], bad["job_id"]) == ("unsupported_audio", made[1]["job"]["id"])

    spans = collector.spans()
    names = {(span[0], span[1]): span for span in spans}
    upload = next(
        s for s in spans if s[1] == "POST /v1/consultations" and "request-0" in s[5]["request.id"]
    )
    mine = [s for s in spans if s[2] == upload[2]]
    assert {s[1] for s in mine} >= {"speech", "recognise", "diarise", "notes", "summarise"}
    (speech,) = (s for s in mine if s[1] == "speech")
    assert (speech[0], speech[4]) == ("anamnese-worker", upload[3])
    assert all(s[4] == speech[3] for s in mine if s[1] in {"decode", "recognise", "diarise"})
    codes = [s[5]["error.code"] for s in spans if "error.code" in s[5]]
    assert any("unsupported_audio" in code for code in codes)
    assert ("anamnese-api", "GET -") in names

    # Nothing that was said, and no id where a label is.
    everything = [api, worker, log.read_text(), *(b.decode("latin-1") for b in collector.bodies)]
    assert not [text for text in everything if NAME in text]
    for text in (api, worker):
        assert not [m for m in made if m["job"]["id"] in text or m["consultation_id"] in text]
        assert "job_" not in text.replace("job_id", "")


def test_a_worker_without_weights_says_so_and_names_no_path(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    from jobs.abilities import Abilities
    from jobs.store import leases
    from jobs.store.operations_tables import reports

    settings = make_settings(engines="models")
    store = open_store(settings, migrate=True)
    with store.database.write() as session:
        leases.register(session, "w")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANAMNESE_CACHE_FOLDER", str(tmp_path / "empty"))
        Abilities(store.database, "w", settings).look()
        with store.database.read() as session:
            assert reports(session, 60) == [("missing", "missing")]
        # A server that nobody listens at.
        patch.setenv("ANAMNESE_LLM", "vllm")
        patch.setenv("ANAMNESE_VLLM_URL", f"http://127.0.0.1:{free_port()}/v1")
        patch.setenv("ANAMNESE_VLLM_TIMEOUT", "2")
        Abilities(store.database, "w", settings).look()
    with store.database.read() as session:
        assert reports(session, 60) == [("missing", "missing")]
    # It goes with the lease.
    with store.database.write() as session:
        leases.release(session, "w")
    with store.database.read() as session:
        assert reports(session, 60) == []
    store.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"metrics_port": 9100, "metrics_host": "0.0.0.0"},
        {"metrics_port": 9100, "metrics_token_file": "/nowhere"},
        {"memory_budget_mb": 100},
    ],
)
def test_a_worker_that_must_not_start(
    make_settings: MakeSettings, changes: dict[str, object]
) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "api", "worker"],
        env=environment(make_settings(**changes)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "ANAMNESE_" in done.stderr
    assert "Traceback" not in done.stderr
