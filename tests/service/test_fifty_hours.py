"""Fifty recordings of an hour at once: what is admitted together fits the memory, and all are done.

The recordings are of six seconds, and each minute is counted as ten hours', so that the accounting
is that of hours; models are scripted and keep nothing, so that what the processes themselves hold
must not grow with what waits.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import select

from jobs.service_settings import ServiceSettings
from jobs.slots import own_megabytes
from jobs.store import job_rows
from jobs.store.store import open_store
from jobs.store.tables import Job
from tests.service.conftest import MakeSettings, Processes, free_port
from tests.service.test_serve import command, start
from tests.service.work import recording

pytestmark = pytest.mark.slow
UPLOADS, AN_HOUR_MB = 50, 1200.0
MODELS_MB = 3 * 1600 + 2200
AUDIO = recording(6.0)


@contextmanager
def a_door(settings: ServiceSettings, log: Path) -> Iterator[httpx.Client]:
    key = command(settings, "apikeys", "new", "test").strip().splitlines()[-1]
    serving = start(settings, log)
    headers = {"Authorization": f"Bearer {key}"}
    try:
        url = f"http://127.0.0.1:{settings.port}"
        with httpx.Client(base_url=url, headers=headers, timeout=120) as client:
            yield client
    finally:
        serving.terminate()
        serving.wait(60)


def test_fifty_hours_never_exhaust_memory(
    make_settings: MakeSettings, processes: Processes, tmp_path: Path
) -> None:
    settings = make_settings(
        port=free_port(),
        metrics_port=free_port(),
        speech_parallel=3,
        scripted_seconds=0.1,
        # Three slots, and room for two hours.
        memory_budget_mb=MODELS_MB + int(2.5 * AN_HOUR_MB),
        memory_minute_mb=AN_HOUR_MB * 10,
    )
    with a_door(settings, tmp_path / "serve.log") as client:

        def send(_: int) -> str:
            answer = client.post("/v1/consultations", files={"file": ("a.wav", AUDIO)})
            assert answer.status_code == 202, answer.text
            job: str = answer.json()["job"]["id"]
            return job

        with ThreadPoolExecutor(10) as threads:
            jobs = list(threads.map(send, range(UPLOADS)))
        worker = psutil.Process(processes.worker(settings).pid)
        store = open_store(settings)
        admitted, held, sizes = [0.0], 0.0, []
        end = time.monotonic() + 570
        while True:
            with store.database.read() as session:
                states = list(session.scalars(select(Job.status).where(Job.id.in_(jobs))))
            done = sum(state in job_rows.FINAL for state in states)
            with contextlib.suppress(httpx.TransportError, IndexError):
                said = httpx.get(f"http://127.0.0.1:{settings.metrics_port}/metrics").text
                admitted.append(_value(said, "anamnese_admitted_megabytes"))
                held = max(held, _value(said, "anamnese_jobs_held_back_total"))
            if done >= 5:
                family = [worker, *worker.children()]
                sizes.append(sum(own_megabytes(one.pid) for one in family))
            if done == UPLOADS:
                break
            assert time.monotonic() < end, states
            time.sleep(0.1)
        store.close()
        assert set(states) == {"completed"}
        # Two were worked on together, never three, although there are three slots.
        assert max(admitted) == pytest.approx(2 * AN_HOUR_MB)
        assert held > 0
        assert max(sizes) - sizes[0] < 100


def _value(metrics: str, name: str) -> float:
    return float(metrics.split(f"\n{name} ")[1].split()[0])
