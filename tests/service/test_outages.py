"""What the service stands on goes away for a while: real disks that are full, a real PostgreSQL
that is stopped. A code for who asks meanwhile, nothing lost that was accepted, and on it goes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from jobs.store.database import DatabaseAway, DatabaseFull
from jobs.store.store import open_store
from tests.service.conftest import MakeSettings, Processes, Server, free_port, fresh_database
from tests.service.test_serve import Running, a_service, command, start
from tests.service.work import organisation, recording

pytestmark = pytest.mark.slow
AUDIO = recording()
_NO_DISK = "NO SMALL DISK CAN BE MOUNTED HERE (root and `mount -t tmpfs` are needed)"
Mount = Callable[[int], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """A disk of so many megabytes, of a file system of its own."""
    mounted: list[Path] = []

    def make(megabytes: int) -> Path:
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        options = f"size={megabytes}m,mode=700"
        try:
            found = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True
            )
        except FileNotFoundError:
            pytest.skip(_NO_DISK)
        if found.returncode != 0:
            pytest.skip(_NO_DISK)
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def finished(client: httpx.Client, made: dict[str, dict[str, str]], seconds: float = 120) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            status: str = client.get(f"/v1/jobs/{made['job']['id']}").json()["status"]
        except (httpx.TransportError, KeyError):
            status = "?"
        if status in {"completed", "failed"}:
            return status
        time.sleep(0.3)
    raise AssertionError(status)


def said_code(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["hint"]


def test_the_disk_of_the_recordings_is_full_in_the_middle_of_an_upload(
    make_settings: MakeSettings, mount: Mount, tmp_path: Path
) -> None:
    """No length is announced and the reserve is none: the disk itself says so."""
    disk = mount(24)
    settings = make_settings(port=free_port(), audio_url=str(disk), disk_reserve_mb=0)

    def body() -> Iterator[bytes]:
        yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(60):
            yield os.urandom(1 << 20)
        yield b"\r\n--b--\r\n"

    with a_service(settings, tmp_path) as running:
        before = running.client.post("/v1/consultations", files={"file": ("a", AUDIO)}).json()
        kind = {"content-type": "multipart/form-data; boundary=b"}
        said_code(
            running.client.post("/v1/consultations", headers=kind, content=body()),
            507,
            "disk_full",
        )
        # A resumable one keeps what had room, and says how much that is.
        made = running.client.post(
            "/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(40 << 20)}
        )
        if made.status_code == 201:
            part = {
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": "0",
                "Content-Type": "application/offset+octet-stream",
            }
            url = made.headers["location"]
            said_code(
                running.client.patch(url, headers=part, content=os.urandom(40 << 20)),
                507,
                "disk_full",
            )
            assert running.client.delete(url, headers=part).status_code == 204
        else:
            said_code(made, 507, "disk_full")
        assert running.process.poll() is None
        # Nothing of them is left, and what fits is taken and done.
        left = [path for path in disk.rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in left) < 2 << 20, left
        after = running.client.post("/v1/consultations", files={"file": ("a", AUDIO)}).json()
        assert [finished(running.client, one) for one in (before, after)] == ["completed"] * 2
        assert len(running.client.get("/v1/consultations").json()["items"]) == 2


def test_the_disk_of_the_database_is_full(
    make_settings: MakeSettings, mount: Mount, tmp_path: Path
) -> None:
    """SQLite and recordings on a disk that something else fills; then there is room again."""
    disk = mount(64)
    settings = make_settings(
        port=free_port(), data_folder=disk / "data", disk_reserve_mb=0, scripted_seconds=2.0
    )
    with a_service(settings, tmp_path) as running:
        running.client.get("/v1/consultations")
        made = [
            running.client.post("/v1/consultations", files={"file": ("a", AUDIO)}).json()
            for _ in range(2)
        ]
        ballast = disk / "ballast"
        _fill(ballast)
        for _ in range(3):
            answer = running.client.post("/v1/consultations", files={"file": ("a", AUDIO)})
            said_code(answer, 507, "disk_full")
            time.sleep(0.5)
        # What is there can be read meanwhile.
        assert len(running.client.get("/v1/consultations").json()["items"]) == 2
        assert running.process.poll() is None
        ballast.unlink()
        made.append(running.client.post("/v1/consultations", files={"file": ("a", AUDIO)}).json())
        assert [finished(running.client, one) for one in made] == ["completed"] * 3
        assert len(running.client.get("/v1/consultations").json()["items"]) == 3


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def test_postgres_is_away_for_half_a_minute(
    postgres: Server, make_settings: MakeSettings, processes: Processes, tmp_path: Path
) -> None:
    """A server and two workers with jobs in hand; senders get 503 and when to come again."""
    url = fresh_database(postgres)
    settings = make_settings(database_url=url, port=free_port(), scripted_seconds=1.0)
    key = command(settings, "apikeys", "new", "test").strip().splitlines()[-1]
    workers = [processes.worker(settings) for _ in range(2)]
    serving = start(settings, tmp_path / "serve.log")
    headers = {"Authorization": f"Bearer {key}"}
    address = f"http://127.0.0.1:{settings.port}"
    try:
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
            running = Running(serving, address, headers, settings, tmp_path / "serve.log", client)
            files = {"file": ("a.wav", AUDIO)}
            made = [client.post("/v1/consultations", files=files).json() for _ in range(4)]
            postgres.stop("immediate")
            away = time.monotonic()
            try:
                said_code(
                    client.post("/v1/consultations", files=files), 503, "database_unavailable"
                )
                answer = client.get("/v1/consultations")
                said_code(answer, 503, "database_unavailable")
                assert int(answer.headers["Retry-After"]) > 0
                assert client.get("/health/live").status_code == 200
                assert client.get("/health/ready").status_code == 503
                while time.monotonic() - away < 30:
                    time.sleep(1)
            finally:
                postgres.start()
            end = time.monotonic() + 60
            while client.get("/health/ready").status_code != 200:
                assert time.monotonic() < end
                time.sleep(0.5)
            made.append(client.post("/v1/consultations", files=files).json())
            assert [finished(client, one) for one in made] == ["completed"] * 5
            assert running.process.poll() is None
            assert [one.poll() for one in workers] == [None, None]
            # What was refused left no half of a consultation behind.
            assert len(client.get("/v1/consultations").json()["items"]) == 5
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(60)


def test_a_full_database_has_a_code_of_its_own(make_settings: MakeSettings, mount: Mount) -> None:
    disk = mount(8)
    settings = make_settings(data_folder=disk)
    store = open_store(settings, migrate=True)
    try:
        _fill(disk / "ballast")
        with pytest.raises(DatabaseFull) as full:
            any(organisation(store, f"clinic {number}") == "" for number in range(2000))
        assert isinstance(full.value, DatabaseAway)
        assert (full.value.code, full.value.retryable) == ("disk_full", True)
    finally:
        store.close()
