"""The processes with the models: one serves many jobs, keeps nothing of them, and is replaced."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import psutil
import pytest
from dbos import _dbos as engine

from jobs import slots
from jobs.alarm import Alarm
from jobs.budget import Budget
from jobs.errors import StepFailed
from jobs.pace import Pace
from jobs.queue import NOTES, SPEECH, Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.slots import Life, Slot
from jobs.store import artefacts, job_rows
from jobs.store.artefacts import OPTIONS, TRANSCRIPT
from jobs.store.database import Database
from jobs.store.store import Store
from jobs.store.tables import Job
from jobs.tasks import JobOptions
from jobs.waiting import Waiting
from tests.service.conftest import Processes, environment
from tests.service.work import add_job, files_with, organisation, recording, wait
from transcribe.pipeline import TranscribeOptions

AUDIO = recording(1.0)


class Room:
    """A slot of this process with real children."""

    def __init__(self, store: Store, folder: Path, life: Life) -> None:
        self.store = store
        self.slot = Slot(folder / "slot", Budget(None, 1.0), life)
        self.folder = folder / "slot"

    def run(self, job: Job) -> int:
        """Transcribes; the process that did it."""
        with self.store.database.write() as session:
            begun = job_rows.begin(session, job.id, "transcript", "test")
            assert begun is not None
            fence = begun.fence
        seen: set[int] = set()

        def watch(_step: str | None, _part: float) -> None:
            assert self.slot._child is not None
            seen.add(self.slot._child.pid)

        alarm = Alarm(60.0, 60.0, lambda _: None)
        self.slot.run("transcribe", job.id, fence, watch, alarm)
        (pid,) = seen
        return pid


@pytest.fixture
def place(settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("place")
def test_one_child_serves_many_jobs_and_keeps_nothing_of_them(
    store: Store, enqueuer: Enqueuer, tmp_path: Path
) -> None:
    """A name that one job's options hold is in no file of the child and in no later result."""
    room = Room(store, tmp_path, Life(jobs=100, growth_mb=1e6))
    org, name = organisation(store), "Zylberszteyn"
    jobs = [add_job(store, enqueuer, org, AUDIO) for _ in range(3)]
    with store.database.write() as session:
        artefacts.put(
            session,
            store.ring,
            org_id=org,
            consultation_id=jobs[0].consultation_id,
            kind=OPTIONS,
            content=JobOptions(transcribe=TranscribeOptions(vocabulary=(name,))).to_json().encode(),
        )
    try:
        pids = {room.run(job) for job in jobs}
        assert len(pids) == 1
        # While it lives and waits for the next job: no file at all.
        assert [path for path in room.folder.rglob("*") if path.is_file()] == []
        assert files_with(room.folder, name.encode()) == []
        (pid,) = pids
        opened = [one.path for one in psutil.Process(pid).open_files()]
        assert not [path for path in opened if Path(path).is_relative_to(room.folder)]
    finally:
        room.slot.end()
    for job in jobs[1:]:
        with store.database.read() as session:
            found = artefacts.get(
                session,
                store.ring,
                org_id=org,
                consultation_id=job.consultation_id,
                kind=TRANSCRIPT,
            )
        assert found is not None
        assert name not in json.dumps(json.loads(found.content), ensure_ascii=False)


def gone(pid: int) -> bool:
    """Ended, within a while: on a busy machine a process takes its time to go."""
    end = time.monotonic() + 30
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.usefixtures("place")
def test_a_child_is_replaced_after_so_many_jobs(
    store: Store, enqueuer: Enqueuer, tmp_path: Path
) -> None:
    room = Room(store, tmp_path, Life(jobs=2, growth_mb=1e6))
    org = organisation(store)
    try:
        pids = [room.run(add_job(store, enqueuer, org, AUDIO)) for _ in range(3)]
        assert pids[0] == pids[1] != pids[2]
        assert gone(pids[0])
        # A job that fails counts, and its child goes on.
        bad = add_job(store, enqueuer, org, b"this is no recording" * 99)
        with pytest.raises(StepFailed) as failed:
            room.run(bad)
        assert failed.value.code == "unsupported_audio"
        assert gone(pids[2])
    finally:
        room.slot.end()


@pytest.mark.usefixtures("place")
def test_a_child_that_grows_is_replaced(
    store: Store, enqueuer: Enqueuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first job loads the models: only what comes on top counts."""
    held = iter((2000.0, 2090.0, 2110.0, 2000.0))
    monkeypatch.setattr(slots, "own_megabytes", lambda _: next(held))
    room = Room(store, tmp_path, Life(jobs=100, growth_mb=100.0))
    org = organisation(store)
    try:
        pids = [room.run(add_job(store, enqueuer, org, AUDIO)) for _ in range(4)]
    finally:
        room.slot.end()
    assert pids[0] == pids[1] == pids[2] != pids[3]


def test_memory_of_a_process() -> None:
    import os

    before = slots.own_megabytes(os.getpid())
    held = bytearray(b"x" * (64 << 20))
    assert 50 < slots.own_megabytes(os.getpid()) - before < 90
    del held
    assert slots.own_megabytes(2**22 + 1) == 0.0


@pytest.mark.slow
def test_the_next_step_does_not_wait_for_the_next_look(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    """With a look each four seconds, six steps would take 24 s; a contract with the engine."""
    org = organisation(store)
    first = add_job(store, enqueuer, org, AUDIO)
    processes.worker(settings.model_copy(update={"poll_seconds": 4.0}))
    wait(store, [first])
    (done,) = wait(store, [first])
    assert done.finished is not None
    assert done.started is not None
    # Transcript, then note, each with a new child whose libraries are loaded first.
    jobs = [add_job(store, enqueuer, org, AUDIO) for _ in range(4)]
    rows = wait(store, jobs)
    assert {row.status for row in rows} == {"completed"}
    first_start = min(row.started or 0 for row in rows)
    assert (max(row.finished or 0 for row in rows) - first_start) / 1000 < 4.0


def test_a_nudge_makes_looks_soon_and_then_rarer_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "queue_thread", lambda stop, _: stop.wait(0.0))
    something = threading.Event()
    something.set()
    pace = Pace(["speech"], lambda queue: something.is_set() and queue == "speech")
    pace.take_over()
    stop = threading.Event()
    engine.queue_thread(stop, None)  # type: ignore[arg-type, attr-defined]
    looks: list[float] = []
    start = time.monotonic()

    def look() -> None:
        while not pace.wait(0.5):
            looks.append(time.monotonic() - start)

    thread = threading.Thread(target=look, name="queue-worker-speech")
    thread.start()
    time.sleep(0.7)
    assert len(looks) == 1
    pace.nudge("speech")
    time.sleep(0.45)
    # After 20, 60, 140, 300 ms; then at the usual pace.
    assert len(looks) == 5
    time.sleep(1.1)
    assert 6 <= len(looks) <= 8
    # Nothing waits: the engine is kept from asking, but for a look each two seconds.
    something.clear()
    before = len(looks)
    time.sleep(2.7)
    assert before + 1 <= len(looks) <= before + 2
    stop.set()
    thread.join(2)
    assert not thread.is_alive()
    # Other threads of the engine wait for the end alone.
    assert pace.wait(0.0)


def test_a_small_question_tells_whether_a_queue_holds_something(
    store: Store, enqueuer: Enqueuer
) -> None:
    waiting = Waiting(store.database)
    assert not waiting.at(SPEECH)
    job = add_job(store, enqueuer, organisation(store), AUDIO)
    assert waiting.at(SPEECH)
    assert not waiting.at(NOTES)
    enqueuer.cancel(job.id)
    assert not waiting.at(SPEECH)


def test_a_database_that_is_away_is_the_engines_to_find_out() -> None:
    waiting = Waiting(Database("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    assert waiting.at(SPEECH)
