"""What tests of jobs do again and again."""

from __future__ import annotations

import io
import time
import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from jobs.queue import Enqueuer
from jobs.store import access, consultations, job_rows
from jobs.store.store import Store
from jobs.store.tables import Job, new_id


def recording(seconds: float = 2.0) -> bytes:
    """A WAV file with noise in it."""
    samples = np.random.default_rng(0).normal(0, 3000, int(16_000 * seconds)).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def organisation(store: Store, name: str = "clinic") -> str:
    with store.database.write() as session:
        return access.organisation(session, name)


def add_job(
    store: Store, enqueuer: Enqueuer, org_id: str, audio: bytes, *, priority: int = 10
) -> Job:
    """As the HTTP service does it."""
    consultation_id = new_id("con")
    writer = store.audio.writer(org_id, consultation_id)
    writer.write(audio)
    writer.finish()
    with store.database.write() as session:
        consultations.create(
            session, org_id=org_id, consultation_id=consultation_id, by="test", audio_bytes=1
        )
        job = job_rows.create(
            session,
            org_id=org_id,
            consultation_id=consultation_id,
            kind="consultation",
            template=None,
            priority=priority,
        )
        enqueuer.add(session, job)
    return job


def wait(store: Store, jobs: Iterable[Job], seconds: float = 240.0) -> list[Job]:
    """Until all are over; the rows as they are then. Fails when it takes too long."""
    waiting, end = list(jobs), time.monotonic() + seconds
    while True:
        rows = [look(store, job) for job in waiting]
        if all(row.status in job_rows.FINAL for row in rows):
            return rows
        states = [(row.status, row.step, row.error_code) for row in rows]
        assert time.monotonic() < end, states
        time.sleep(0.2)


def look(store: Store, job: Job) -> Job:
    with store.database.read() as session:
        row = job_rows.find(session, job.org_id, job.id)
        session.expunge(row)
        return row


def wait_for(store: Store, job: Job, step: str, seconds: float = 240.0) -> None:
    """Until the job is at this step."""
    end = time.monotonic() + seconds
    while look(store, job).step != step:
        assert time.monotonic() < end, look(store, job).status
        time.sleep(0.05)


def files_with(folder: Path, needle: bytes) -> list[Path]:
    """Files below ``folder`` that hold ``needle``, in UTF-8 or UTF-16."""
    forms = (needle, needle.decode().encode("utf-16-le"))
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if any(form in content for form in forms):
                found.append(path)
    return found
