"""A resumable upload into a bucket, and the server is killed where it hurts most."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from jobs.service_settings import ServiceSettings
from jobs.store.store import open_store
from tests.service.conftest import MakeSettings, Processes, free_port
from tests.service.test_bucket import s3
from tests.service.test_serve import command, start
from tests.service.test_uploads import PART, TUS
from tests.service.work import recording

__all__ = ["s3"]
pytestmark = pytest.mark.slow
AUDIO = recording(60.0)


@pytest.fixture
def silence() -> Iterator[str]:
    """The address of a bucket that takes connections and never answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listening.accept()[0])
            except OSError:
                return

    threading.Thread(target=take, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    for one in taken:
        one.close()


def send_and_hang(client: httpx.Client, url: str, at: int) -> None:
    """The rest of the recording: the answer never comes, because the server is killed."""
    try:
        client.patch(url, headers={**PART, "Upload-Offset": str(at)}, content=AUDIO[at:])
    except httpx.TransportError:
        return
    raise AssertionError("it was answered")


def test_killed_between_the_last_part_and_the_bucket(
    s3: str,
    silence: str,
    make_settings: MakeSettings,
    processes: Processes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All bytes arrived, and the object was being written: the client asks, and it goes on."""
    settings = make_settings(audio_url=f"{s3}/killed", port=free_port())
    key = command(settings, "apikeys", "new", "test").strip().splitlines()[-1]
    log, url = tmp_path / "serve.log", f"http://127.0.0.1:{settings.port}"
    with monkeypatch.context() as hanging:
        hanging.setenv("AWS_ENDPOINT_URL", silence)
        serving = start(settings, log)
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            made = client.post("/v1/uploads", headers={**TUS, "Upload-Length": str(len(AUDIO))})
            place = made.headers["location"]
            half = len(AUDIO) // 2
            first = client.patch(
                place, headers={**PART, "Upload-Offset": "0"}, content=AUDIO[:half]
            )
            assert first.status_code == 204, first.text
            sending = threading.Thread(target=send_and_hang, args=(client, place, half))
            sending.start()
            _until_whole(settings)
            time.sleep(1.0)
            assert sending.is_alive()
            serving.kill()
            serving.wait()
            sending.join(30)
        assert stored(settings) == []
        serving = start(settings, log)
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            at = int(client.head(place, headers=TUS).headers["upload-offset"])
            assert half <= at <= len(AUDIO)
            done = client.patch(
                place, headers={**PART, "Upload-Offset": str(at)}, content=AUDIO[at:]
            )
            assert done.status_code == 204, done.text
            # One object, one job, the bytes that were sent, and nothing where they arrived.
            consultation = done.headers["anamnese-consultation"]
            assert stored(settings) == [consultation]
            assert len(client.get("/v1/consultations").json()["items"]) == 1
            arriving = settings.data_folder / "arriving"
            assert not [p for p in arriving.rglob("*.anf*") if not p.name.endswith(".lock")]
            processes.worker(settings)
            job = f"/v1/jobs/{done.headers['anamnese-job']}"
            end = time.monotonic() + 120
            while client.get(job).json()["status"] != "completed":
                assert time.monotonic() < end, client.get(job).json()
                time.sleep(0.3)
            heard = client.get(f"/v1/consultations/{consultation}/transcript").json()
            assert heard["recording"]["sha256"] == hashlib.sha256(AUDIO).hexdigest()
    finally:
        serving.kill()
        serving.wait()


def stored(settings: ServiceSettings) -> list[str]:
    store = open_store(settings)
    try:
        return [entry.consultation_id for entry in store.audio.entries()]
    finally:
        store.close()


def _until_whole(settings: ServiceSettings) -> None:
    """All of it is in the folder where uploads arrive."""
    end = time.monotonic() + 60
    while not list((settings.data_folder / "arriving").rglob("*.anf")):
        assert time.monotonic() < end
        time.sleep(0.1)
