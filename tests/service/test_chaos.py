"""``make chaos``: everything is killed at random moments while 200 recordings come in over HTTP.

None lost, none doubled, no finished transcript made again.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from jobs.service_settings import ServiceSettings
from jobs.store import access, job_rows
from jobs.store.access import Role
from jobs.store.artefacts import SUMMARY, TRANSCRIPT, WAVEFORM
from jobs.store.database import DatabaseAway
from jobs.store.store import Store
from jobs.store.tables import Artefact, Consultation, Job, JobEvent
from tests.service.conftest import Processes, Server, environment, free_port
from tests.service.work import organisation, recording

pytestmark = pytest.mark.chaos
JOBS, WORKERS, KILLS, SENDERS = 200, 3, 30, 4
AUDIO = recording()


class Sender(threading.Thread):
    """Sends its share; again with the same Idempotency-Key until it is accepted."""

    def __init__(self, url: str, key: str, numbers: range) -> None:
        super().__init__(daemon=True)
        self._url, self._key, self._numbers = url, key, numbers
        self.jobs: dict[int, str] = {}
        self.odd: list[str] = []

    def run(self) -> None:
        for number in self._numbers:
            headers = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": f"n{number}"}
            while number not in self.jobs:
                try:
                    answer = httpx.post(
                        f"{self._url}/v1/consultations",
                        headers=headers,
                        files={"file": ("a.wav", AUDIO)},
                        timeout=60,
                    )
                except httpx.TransportError:
                    time.sleep(0.2)
                    continue
                if answer.status_code == 202:
                    self.jobs[number] = answer.json()["job"]["id"]
                    time.sleep(0.3)
                else:
                    if answer.status_code != 503:
                        self.odd.append(f"{answer.status_code} {answer.text}")
                    time.sleep(0.5)


def serve(settings: ServiceSettings, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "api", "serve"],
            env=environment(settings),
            stdout=file,
            stderr=file,
        )


@pytest.mark.parametrize("seed", range(1))
@pytest.mark.timeout(1800)
def test_nothing_is_lost_or_doubled(
    store: Store,
    settings: ServiceSettings,
    processes: Processes,
    tmp_path: Path,
    seed: int,
    request: pytest.FixtureRequest,
) -> None:
    chance = random.Random(seed)
    quick = settings.model_copy(update={"scripted_seconds": 0.3, "port": free_port()})
    server: Server | None = None
    if not store.database.sqlite:
        server = request.getfixturevalue("postgres")
    org = organisation(store)
    with store.database.write() as session:
        key = access.issue(session, org_id=org, name="k", role=Role.clinician, expires=None)[1]
    running: dict[str, subprocess.Popen[bytes]] = {}
    names = [*(f"worker {n}" for n in range(WORKERS)), "api"]

    def revive() -> None:
        """A worker that was taken for dead ends by itself, too; its supervisor starts another."""
        for name in names:
            if name not in running or running[name].poll() is not None:
                if name == "api":
                    running[name] = serve(quick, tmp_path / "serve.log")
                    processes.running.append(running[name])
                else:
                    running[name] = processes.worker(quick)

    revive()
    url = f"http://127.0.0.1:{quick.port}"
    senders = [Sender(url, key, range(n, JOBS, SENDERS)) for n in range(SENDERS)]
    for sender in senders:
        sender.start()
    victims = [*names, *(["database"] if server else [])]
    killed = dict.fromkeys(victims, 0)
    for _ in range(KILLS):
        time.sleep(chance.uniform(1.0, 5.0))
        victim = chance.choice(victims)
        killed[victim] += 1
        if victim == "database":
            assert server is not None
            server.stop("immediate")
            time.sleep(chance.uniform(0.0, 6.0))
            server.start()
            continue
        running[victim].send_signal(signal.SIGKILL)
        running[victim].wait()
        revive()
    end = time.monotonic() + 900
    while any(sender.is_alive() for sender in senders) or unfinished(store):
        assert time.monotonic() < end, killed
        revive()
        time.sleep(1)
    print(killed)
    assert [one for sender in senders for one in sender.odd] == []
    accepted = {job for sender in senders for job in sender.jobs.values()}
    assert len(accepted) == JOBS
    with store.database.read() as session:
        rows = {job.id: (job.status, job.error_code) for job in session.scalars(select(Job))}
        made = session.scalar(select(func.count()).select_from(Consultation))
        results = {
            (one[0], one[1]): one[2]
            for one in session.execute(
                select(Artefact.consultation_id, Artefact.kind, Artefact.version).where(
                    Artefact.kind != "options"
                )
            )
        }
        redone = transcribed_again(session.execute(_EVENTS).all())
    # Each was accepted once, and none by itself: what was sent again is the same job.
    assert set(rows) == accepted
    assert made == JOBS
    assert set(rows.values()) == {("completed", None)}
    assert len(results) == 3 * JOBS
    assert {kind for _, kind in results} == {TRANSCRIPT, SUMMARY, WAVEFORM}
    assert set(results.values()) == {1}
    assert redone == set()


_EVENTS = select(JobEvent.job_id, JobEvent.step).order_by(JobEvent.id)


def transcribed_again(events: object) -> set[str]:
    """Jobs whose recording was heard after their note was begun."""
    noted: set[str] = set()
    again: set[str] = set()
    for job, step in events:  # type: ignore[attr-defined]
        if step == "summarise":
            noted.add(job)
        elif step in {"recognise", "diarise"} and job in noted:
            again.add(job)
    return again


def unfinished(store: Store) -> int:
    try:
        with store.database.read() as session:
            query = select(func.count()).select_from(Job).where(~Job.status.in_(job_rows.FINAL))
            return session.scalar(query) or 0
    except DatabaseAway:
        return 1
