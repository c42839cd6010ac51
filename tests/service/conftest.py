"""A real store for each test: SQLite, and the PostgreSQL of Debian, started once for all."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text

from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import keys
from jobs.store.store import Store, open_store

ROOT = Path(__file__).parents[2]
POSTGRES = "postgresql-15 or newer; `make postgres` installs it"


def _programs() -> Path | None:
    """The folder with initdb and pg_ctl."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Server:
    """A PostgreSQL of ours, in a folder of ours."""

    folder: Path
    programs: Path
    port: int = field(default_factory=free_port)

    def init(self) -> None:
        self._run("initdb", "-A", "trust", "-D", str(self.folder / "data"), "-U", "postgres")

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", "-w", "-D", str(self.folder / "data"), "-o", options, "-l", log, "start"
        )

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-w", "-D", str(self.folder / "data"), "-m", mode, "stop")

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            cwd=self.folder,
            timeout=60,
        )


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    programs = _programs()
    if programs is None:
        pytest.skip(f"NO POSTGRESQL ON THIS MACHINE: {POSTGRES}")
    # Not below the folder of pytest, which the user postgres may not enter.
    # In memory where there is one: what is tested is not the disk.
    place = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/tmp")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir=place))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    server = Server(folder, programs)
    server.init()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


_NUMBER = iter(range(10_000))


def fresh_database(server: Server) -> str:
    """The URL of a new, empty database."""
    name = f"t{next(_NUMBER)}"
    engine = create_engine(server.url("postgres").replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.url(name)


MakeSettings = Callable[..., ServiceSettings]


@pytest.fixture
def make_settings(tmp_path: Path) -> MakeSettings:
    """Settings of a service with scripted engines in a folder of its own."""

    def make(**changes: object) -> ServiceSettings:
        file = tmp_path / "keys.json"
        if not file.exists():
            keys.save(keys.new_ring(), file)
        values: dict[str, object] = {
            "data_folder": tmp_path / "data",
            "keys_file": file,
            "engines": "scripted",
            "lease_seconds": 3.0,
            "poll_seconds": 0.2,
            "retry_seconds": 0.2,
            "port": 0,
        }
        return ServiceSettings.model_validate({**values, **changes})

    return make


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, make_settings: MakeSettings) -> ServiceSettings:
    """Of both databases, one after the other."""
    if request.param == "sqlite":
        return make_settings()
    return make_settings(database_url=fresh_database(request.getfixturevalue("postgres")))


@pytest.fixture
def store(settings: ServiceSettings) -> Iterator[Store]:
    opened = open_store(settings, migrate=True)
    yield opened
    opened.close()


@pytest.fixture
def enqueuer(store: Store) -> Iterator[Enqueuer]:
    made = Enqueuer(store.database)
    made.migrate()
    yield made
    made.close()


def environment(settings: ServiceSettings) -> dict[str, str]:
    """For a process of the service."""
    values = {
        f"ANAMNESE_{name.upper()}": json.dumps(value)
        if isinstance(value, (dict, list))
        else str(value)
        for name, value in settings.model_dump(mode="json", exclude={"database_url"}).items()
        if value is not None
    }
    if settings.database_url is not None:
        values["ANAMNESE_DATABASE_URL"] = settings.database_url.get_secret_value()
    return {**os.environ, "PYTHONPATH": str(ROOT), **values}


class Processes:
    """Workers of this test, all ended with it."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self.running: list[subprocess.Popen[bytes]] = []

    def worker(self, settings: ServiceSettings) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            one = subprocess.Popen(
                [sys.executable, "-P", "-m", "api", "worker"],
                env=environment(settings),
                stdout=log,
                stderr=log,
                cwd=self._log.parent,
            )
        self.running.append(one)
        return one

    def end(self) -> None:
        for one in self.running:
            if one.poll() is None:
                # Also those that a test stopped: they could not end by themselves.
                children = psutil.Process(one.pid).children(recursive=True)
                one.kill()
                one.wait()
                for child in children:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()

    def said(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path / "workers.log")
    yield made
    made.end()
