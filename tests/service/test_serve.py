"""``anamnese serve`` as a process, and the commands beside it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from api.cli import app
from jobs.service_settings import ServiceSettings
from jobs.store import keys
from jobs.store.store import open_store
from tests.service.conftest import MakeSettings, environment, free_port
from tests.service.work import recording


def command(settings: ServiceSettings, *arguments: str) -> str:
    found = CliRunner().invoke(app, list(arguments), env=environment(settings))
    assert found.exit_code == 0, found.output
    return found.stdout


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    url: str
    headers: dict[str, str]
    settings: ServiceSettings
    log: Path
    client: httpx.Client


def start(settings: ServiceSettings, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "api", "serve", *arguments],
            env=environment(settings),
            stdout=file,
            stderr=file,
        )
    # Twice as long as a machine needed that did ten other things.
    end = time.monotonic() + 180
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{settings.port}/health/live")
            except httpx.TransportError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.2)
            else:
                return process
    except BaseException:
        # Else it would outlive this test, and be warned of in whichever test comes next.
        process.kill()
        process.wait()
        raise


@contextmanager
def a_service(settings: ServiceSettings, tmp_path: Path) -> Iterator[Running]:
    """With a worker beside it, ended afterwards."""
    key = command(settings, "apikeys", "new", "test").strip().splitlines()[-1]
    log = tmp_path / "serve.log"
    process = start(settings, log, "--worker")
    url = f"http://127.0.0.1:{settings.port}"
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        made = Running(process, url, headers, settings, log, client)
        yield made
    if made.process.poll() is None:
        made.process.send_signal(signal.SIGTERM)
        made.process.wait(60)


@pytest.fixture
def running(make_settings: MakeSettings, tmp_path: Path) -> Iterator[Running]:
    with a_service(make_settings(port=free_port(), scripted_seconds=0.5), tmp_path) as made:
        yield made


def events(running: Running, job: str, **headers: str) -> Iterator[dict[str, object]]:
    """As a browser reads them: each with its id."""
    url = f"{running.url}/v1/jobs/{job}/events"
    with httpx.stream("GET", url, headers={**running.headers, **headers}, timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event: dict[str, object] = {}
        for line in answer.iter_lines():
            if line.startswith("id: "):
                event["id"] = line[4:]
            elif line.startswith("data: "):
                event |= json.loads(line[6:])
            elif not line and event:
                yield event
                event = {}


def test_from_upload_to_note_over_http(running: Running) -> None:
    client = running.client
    files = {"file": ("x.wav", recording())}
    made = client.post("/v1/consultations", files=files).json()
    seen = list(events(running, made["job"]["id"]))
    assert seen[-1]["status"] == "completed"
    steps = [one["step"] for one in seen]
    # In order; some that last no time are not seen.
    order = [s for s in ("decode", "recognise", "diarise", "summarise") if s in steps]
    assert {"recognise", "diarise"} <= set(order)
    assert [steps.index(s) for s in order] == sorted(steps.index(s) for s in order)
    # A connection that was lost goes on after the last event that arrived.
    half = seen[len(seen) // 2]
    rest = list(events(running, made["job"]["id"], **{"Last-Event-ID": str(half["id"])}))
    assert rest == seen[len(seen) // 2 + 1 :]
    path = f"/v1/consultations/{made['consultation_id']}"
    text = client.get(f"{path}/transcript", headers={"Accept": "text/plain"}).text
    assert "J'ai mal à la tête depuis trois jours." in text
    note = client.get(f"{path}/summary", headers={"Accept": "text/markdown"}).text
    assert note.startswith("> **BROUILLON ÉCRIT PAR UNE IA")
    assert "\n# " in note
    again = client.post(f"{path}/summaries", json={"template": "soap"}).json()
    assert list(events(running, again["job"]["id"]))[-1]["status"] == "completed"
    shown = client.get(path).json()
    assert [one["template"] for one in shown["summaries"]] == ["compte-rendu", "soap"]
    assert client.get(f"{path}/summary").json()["template"] == "soap"
    assert client.get(f"{path}/summary", params={"template": "compte-rendu"}).status_code == 200
    assert client.delete(path).status_code == 204
    assert [p for p in running.settings.audio_folder.rglob("*") if p.is_file()] == []
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 0
    assert "J'ai mal" not in running.log.read_text()


def half_an_upload(running: Running) -> socket.socket:
    """Connected, and half of what was announced is sent."""
    start = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n' + bytes(
        3 << 20
    )
    one = socket.create_connection(("127.0.0.1", running.settings.port))
    one.sendall(
        b"POST /v1/consultations HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\n"
        + f"Content-Length: {6 << 20}\r\n".encode()
        + f"Authorization: {running.headers['Authorization']}\r\n\r\n".encode()
    )
    one.sendall(start)
    end = time.monotonic() + 20
    while not list(running.settings.audio_folder.rglob("*.part")):
        assert time.monotonic() < end
        time.sleep(0.1)
    return one


def test_an_upload_that_is_cut_leaves_nothing(running: Running) -> None:
    half_an_upload(running).close()
    end = time.monotonic() + 20
    while [p for p in running.settings.audio_folder.rglob("*") if p.is_file()]:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert httpx.get(f"{running.url}/health/ready").status_code == 200
    listed = httpx.get(f"{running.url}/v1/consultations", headers=running.headers).json()
    assert listed["items"] == []


def test_a_killed_service_loses_nothing_it_accepted(running: Running, tmp_path: Path) -> None:
    client = running.client
    files = {"file": ("x.wav", recording())}
    made = [client.post("/v1/consultations", files=files).json() for _ in range(3)]
    connection = half_an_upload(running)
    running.process.kill()
    running.process.wait()
    connection.close()
    running.process = start(running.settings, running.log, "--worker")
    for one in made:
        assert list(events(running, one["job"]["id"]))[-1]["status"] == "completed"
    assert len(client.get("/v1/consultations").json()["items"]) == 3


def test_a_worker_beside_ends_with_its_service(make_settings: MakeSettings) -> None:
    """Also when the service ended before the worker was ready."""
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", "api", "worker", "--follow", "1"],
        env=environment(make_settings(lease_seconds=20.0)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert worker.wait(120) == 0


def test_commands(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings()
    first = command(settings, "apikeys", "new", "EHR", "--role", "integration").strip()
    assert first.splitlines()[-1].startswith("ana_")
    listed = command(settings, "apikeys", "list")
    assert "EHR" in listed
    assert first.splitlines()[-1].split("_")[1] in listed
    assert first.splitlines()[-1].split("_")[2] not in listed
    key_id = first.splitlines()[-1].split("_")[1]
    rotated = command(settings, "apikeys", "rotate", key_id, "--grace-hours", "1").strip()
    assert rotated.splitlines()[-1].startswith(f"ana_{key_id}_")
    assert rotated.splitlines()[-1] != first.splitlines()[-1]
    fewer = command(settings, "apikeys", "scopes", key_id, "--scopes", "consultations:read")
    assert fewer.split() == ["consultations:read"]
    assert "webhooks:manage" in command(settings, "apikeys", "scopes", key_id)
    command(settings, "apikeys", "revoke", key_id)
    assert "5 entries, unbroken" in command(settings, "audit", "verify")
    before = keys.load(settings.keys_file)
    command(settings, "keys", "rotate")
    both = keys.load(settings.keys_file)
    assert set(before.keys) < set(both.keys)
    command(settings, "keys", "rotate", "--finish")
    assert list(keys.load(settings.keys_file).keys) == [both.active]
    assert settings.keys_file is not None
    assert keys.load(settings.keys_file.with_name("keys.json.before")) == both
    open_store(settings).close()
    new = tmp_path / "other.json"
    command(settings, "keys", "new", str(new))
    assert new.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "changes", "code"),
    [
        (["serve"], {"keys_file": None}, 2),
        (["worker"], {"keys_file": None}, 2),
        (["serve", "--host", "0.0.0.0"], {"authentication": "none"}, 2),
        (["serve", "--port", "99999"], {}, 2),
        (["apikeys", "new", "x", "--role", "king"], {}, 2),
        (["apikeys", "revoke", "none"], {}, 2),
        (["apikeys", "rotate", "none"], {}, 2),
    ],
)
def test_refusals(
    make_settings: MakeSettings, arguments: list[str], changes: dict[str, object], code: int
) -> None:
    found = CliRunner().invoke(app, arguments, env=environment(make_settings(**changes)))
    assert found.exit_code == code, found.output
    assert "Traceback" not in found.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ROLES", "medecin=clinician"),
        ("OIDC_ROLES", '{"medecin": "king"}'),
        ("OIDC_ALGORITHMS", '["HS256"]'),
        ("OIDC_ISSUER", "https://idp.example"),
        ("AUDIO_URL", "gs://bucket"),
        ("AUDIO_URL", "folder"),
        ("AUDIO_URL", "s3://"),
        ("RETENTION_AUDIO_HOURS", "0"),
    ],
)
def test_settings_that_cannot_be_meant(make_settings: MakeSettings, name: str, value: str) -> None:
    env = {**environment(make_settings()), f"ANAMNESE_{name}": value}
    found = CliRunner().invoke(app, ["serve"], env=env)
    assert found.exit_code == 2, found.output
    assert "Traceback" not in found.output
    assert name.lower() in found.output.lower() or "ANAMNESE_OIDC_AUDIENCE" in found.output


def test_refuses_a_public_address_without_authentication(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    """The real process: it ends with an error and never listens."""
    settings = make_settings(authentication="none", port=free_port())
    for host in ("0.0.0.0", "::"):
        found = subprocess.run(
            [sys.executable, "-P", "-m", "api", "serve", "--host", host],
            env=environment(settings),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert found.returncode == 2, found.stderr
        assert "ANAMNESE_AUTHENTICATION" in found.stdout + found.stderr
        assert not settings.data_folder.exists()
