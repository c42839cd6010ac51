"""Real workers on records, on both databases: killed in the middle, cancelled, erased meanwhile."""

from __future__ import annotations

import time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import make_app
from consultation.synthesis import Synthesis
from jobs.service_settings import ServiceSettings
from jobs.store import job_rows, records
from jobs.store.access import Role
from jobs.store.records import MAP, READING, SYNTHESIS
from jobs.store.store import Store
from jobs.store.tables import Artefact, Job
from tests.service.conftest import Processes
from tests.service.test_http import issue
from tests.service.work import look, organisation, wait

pytestmark = pytest.mark.slow
COUNT = 60
CANARY = "Zylberszteyn"


def sent(settings: ServiceSettings, store: Store) -> Job:
    """A record of many documents, each with words of its own."""
    org = organisation(store)
    key = issue(store, org, Role.clinician)
    files = [
        (
            "file",
            (
                f"{CANARY} {number}.txt",
                f"Consultation du {1 + number % 28:02d}/{1 + number % 12:02d}/20{10 + number % 14}"
                f"\n\nPatient {CANARY}. Allergie : pénicilline.\n\nTraitement :\n"
                f"- Amlodipine {5 * (1 + number % 2)} mg le matin\n\nPoids {60 + number} kg. "
                f"Créatinine {80 + number} µmol/L.".encode(),
            ),
        )
        for number in range(COUNT)
    ]
    with TestClient(make_app(settings)) as client:
        headers = {"Authorization": f"Bearer {key}"}
        answer = client.post("/v1/records", headers=headers, files=files)
        assert answer.status_code == 202, answer.text
        with store.database.read() as session:
            job = job_rows.find(session, org, answer.json()["job"]["id"])
            session.expunge(job)
        return job


def written(store: Store, job: Job, kind: str) -> dict[str, tuple[int, int]]:
    """Name → (how often it was written, when last)."""
    with store.database.read() as session:
        rows = session.execute(
            select(Artefact.name, Artefact.version, Artefact.created).where(
                Artefact.consultation_id == job.consultation_id, Artefact.kind == kind
            )
        )
        return {name: (version, created) for name, version, created in rows}


def until(store: Store, job: Job, kind: str, count: int) -> None:
    end = time.monotonic() + 90
    while len(written(store, job, kind)) < count:
        row = look(store, job)
        assert time.monotonic() < end, (row.status, row.step, row.error_code)
        time.sleep(0.02)


@pytest.mark.parametrize(("kind", "count"), [(READING, 20), (MAP, 20)])
def test_a_worker_killed_in_the_middle_and_nothing_is_done_twice(
    settings: ServiceSettings, store: Store, processes: Processes, kind: str, count: int
) -> None:
    job = sent(settings, store)
    first = processes.worker(settings)
    until(store, job, kind, count)
    first.kill()
    first.wait()
    time.sleep(1.0)  # the child ends with its parent
    before = {one: written(store, job, one) for one in (READING, MAP)}
    assert count <= len(before[kind]) < COUNT
    assert look(store, job).status == "processing"
    processes.worker(settings)
    (row,) = wait(store, [job])
    assert (row.status, row.error_code) == ("completed", None)
    assert row.fence == 2
    for one, found in before.items():
        after = written(store, job, one)
        assert len(after) >= COUNT
        # What was there was neither made nor written again.
        assert found.items() <= after.items()
    with store.database.read() as session:
        content = records.get(session, store.ring, job.org_id, job.consultation_id, SYNTHESIS, "1")
        assert len(records.syntheses(session, job.org_id, job.consultation_id)) == 1
    assert content is not None
    assert len(Synthesis.model_validate_json(content).documents) == COUNT
    # Nor does any line of log or event of ours say a name.
    assert CANARY not in processes.said()


def test_cancelled_in_the_middle(
    settings: ServiceSettings, store: Store, processes: Processes
) -> None:
    job = sent(settings, store)
    processes.worker(settings)
    until(store, job, READING, 5)
    with store.database.write() as session:
        job_rows.cancel(session, job.org_id, job.id)
    time.sleep(4)
    assert look(store, job).status == "cancelled"
    assert written(store, job, SYNTHESIS) == {}
