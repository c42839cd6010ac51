"""A folder, a database and processes of the service for one measure each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import keys
from jobs.store.store import Store, open_store
from tests.service.conftest import Server, _programs, environment, free_port, fresh_database


@dataclass
class Place:
    folder: Path
    server: Server | None
    poll: float | None
    settings: ServiceSettings = field(init=False)
    url: str = ""
    _number: int = 0

    @contextmanager
    def store(self) -> Iterator[tuple[Store, Enqueuer]]:
        """An empty one."""
        self._number += 1
        folder = self.folder / str(self._number)
        folder.mkdir()
        keys.save(keys.new_ring(), folder / "keys.json")
        values: dict[str, object] = {
            "data_folder": folder / "data",
            "keys_file": folder / "keys.json",
            "engines": "scripted",
            "queue_limit": 0,
            "port": free_port(),
        }
        if self.server is not None:
            values["database_url"] = fresh_database(self.server)
        if self.poll is not None:
            values["poll_seconds"] = self.poll
        self.settings = ServiceSettings.model_validate(values)
        self.url = f"http://127.0.0.1:{self.settings.port}"
        store = open_store(self.settings, migrate=True)
        enqueuer = Enqueuer(store.database)
        enqueuer.migrate()
        yield store, enqueuer
        enqueuer.close()
        store.close()
        shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def workers(self, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
        running = [self._start("worker") for _ in range(count)]
        try:
            yield running
        finally:
            for one in running:
                one.kill()
                one.wait()

    @contextmanager
    def serve(self) -> Iterator[None]:
        process = self._start("serve")
        try:
            while True:
                try:
                    httpx.get(f"{self.url}/health/live")
                    break
                except httpx.TransportError:
                    assert process.poll() is None
                    time.sleep(0.2)
            yield
        finally:
            process.kill()
            process.wait()

    def _start(self, command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "api", command],
            env=environment(self.settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def a_place(*, postgres: bool, poll: float | None) -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="load-"))
    server = None
    try:
        if postgres:
            programs = _programs()
            assert programs is not None, "PostgreSQL is not installed: make postgres"
            where = Path(tempfile.mkdtemp(prefix="pg-"))
            if os.getuid() == 0:
                shutil.chown(where, "postgres")
            server = Server(where, programs)
            server.init()
            server.start()
        yield Place(folder, server, poll)
    finally:
        if server is not None:
            server.stop()
            shutil.rmtree(server.folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
