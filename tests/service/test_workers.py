"""Real worker processes on SQLite and PostgreSQL: done once, taken over, cancelled, drained."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import func, select, text

from consultation.summary import Summary
from consultation.transcript import Transcript
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.steps import LOST_EXIT
from jobs.store import artefacts, audit, job_rows
from jobs.store.artefacts import DIARIZATION, RECOGNITION, SUMMARY, TRANSCRIPT, WAVEFORM
from jobs.store.store import Store
from jobs.store.tables import Artefact, Job, WorkerLease
from jobs.store.tables import JobEvent as Event
from tests.service.conftest import MakeSettings, Processes, Server, free_port
from tests.service.work import add_job, look, organisation, recording, wait, wait_for

pytestmark = pytest.mark.slow
AUDIO = recording()


def slow(settings: ServiceSettings, seconds: float) -> ServiceSettings:
    return settings.model_copy(update={"scripted_seconds": seconds})


def content(store: Store, job: Job, kind: str, name: str = "") -> bytes:
    with store.database.read() as session:
        stored = artefacts.get(
            session,
            store.ring,
            org_id=job.org_id,
            consultation_id=job.consultation_id,
            kind=kind,
            name=name,
        )
    return artefacts.require(stored, kind).content


def begun(store: Store, step: str, job: Job) -> int:
    """How often the job's progress says that this step began."""
    with store.database.read() as session:
        events = list(
            session.execute(
                select(Event.step, Event.progress).where(Event.job_id == job.id).order_by(Event.id)
            )
        )
    runs, before = 0, None
    for event in events:
        if event.step == step and before != step:
            runs += 1
        before = event.step
    return runs


def test_a_job_from_recording_to_note(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    job = add_job(store, enqueuer, organisation(store), AUDIO)
    processes.worker(settings)
    (done,) = wait(store, [job])
    assert (done.status, done.transcript_status, done.summary_status) == (
        "completed",
        "ready",
        "ready",
    )
    transcript = Transcript.model_validate_json(content(store, job, TRANSCRIPT))
    assert transcript.segments[1].text == "J'ai mal à la tête depuis trois jours."
    assert transcript.recording is not None
    summary = Summary.model_validate_json(content(store, job, SUMMARY, "compte-rendu"))
    assert summary.transcript_sha256 == transcript.sha256()
    assert any(s.evidence[0].anchor == "s0002" for s in summary.statements())
    with store.database.read() as session:
        kept = session.scalars(select(Artefact.kind)).all()
    # What was only needed on the way is gone.
    assert sorted(kept) == [SUMMARY, TRANSCRIPT, WAVEFORM]


def test_a_job_that_cannot_be_done_fails_with_its_code(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    bad = add_job(store, enqueuer, organisation(store), b"this is no recording" * 99)
    good = add_job(store, enqueuer, organisation(store), AUDIO)
    processes.worker(settings)
    failed, done = wait(store, [bad, good])
    assert (failed.status, failed.error_code) == ("failed", "unsupported_audio")
    assert failed.error_hint
    assert (failed.transcript_status, failed.summary_status) == ("failed", "pending")
    # Not retried: the error does not pass by itself.
    assert failed.attempts == 1
    assert done.status == "completed"


def test_an_error_that_may_pass_is_tried_again_with_its_code_shown(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    """The child with the models is killed each time: as by a lack of memory."""
    job = add_job(store, enqueuer, organisation(store), AUDIO)
    worker = processes.worker(slow(settings, 30.0))
    killed = 0
    end = time.monotonic() + 60
    while killed < 2 and time.monotonic() < end:
        wait_for(store, job, "recognise")
        fence = look(store, job).fence
        for child in psutil.Process(worker.pid).children():
            child.kill()
            killed += 1
        while look(store, job).fence == fence and time.monotonic() < end:
            time.sleep(0.05)
        if killed == 1:
            assert look(store, job).error_code == "engine_process_ended"
    row = look(store, job)
    assert row.status == "processing"
    assert row.attempts == 3
    with store.database.write() as session:
        job_rows.cancel(session, row.org_id, row.id)


def test_cancel_ends_a_running_step_within_seconds(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    org = organisation(store)
    job = add_job(store, enqueuer, org, AUDIO)
    worker = processes.worker(slow(settings, 300.0))
    wait_for(store, job, "recognise")
    children = psutil.Process(worker.pid).children()
    assert len(children) == 1
    with store.database.write() as session:
        job_rows.cancel(session, org, job.id)
    enqueuer.cancel(job.id)
    start = time.monotonic()
    children[0].wait(timeout=10)
    assert time.monotonic() - start < 5
    assert look(store, job).status == "cancelled"
    # The worker is free for the next one.
    other = add_job(store, enqueuer, org, AUDIO)
    wait_for(store, other, "recognise")


def test_erasing_ends_a_running_step_and_leaves_nothing(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    from jobs.store import consultations

    org = organisation(store)
    job = add_job(store, enqueuer, org, AUDIO)
    worker = processes.worker(slow(settings, 300.0))
    wait_for(store, job, "recognise")
    (child,) = psutil.Process(worker.pid).children()
    with store.database.write() as session:
        consultations.erase(session, org, job.consultation_id)
    store.audio.delete(org, job.consultation_id)
    enqueuer.forget([job.id])
    child.wait(timeout=10)
    time.sleep(1)
    with store.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Artefact)) == 0
        assert session.scalar(select(func.count()).select_from(Job)) == 0
        schema = "" if store.database.sqlite else "dbos."
        assert session.execute(text(f"SELECT count(*) FROM {schema}workflow_status")).scalar() == 0
    assert [path for path in settings.work.rglob("*") if path.is_file()] == []
    assert worker.poll() is None


def test_a_killed_workers_job_is_taken_over_and_recognition_is_not_redone(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    job = add_job(store, enqueuer, organisation(store), AUDIO)
    first = processes.worker(slow(settings, 4.0))
    wait_for(store, job, "diarise")
    (child,) = psutil.Process(first.pid).children()
    first.kill()
    first.wait()
    # The child does not outlive its worker.
    child.wait(timeout=10)
    with store.database.read() as session:
        kinds = session.scalars(select(Artefact.kind)).all()
    assert kinds == [RECOGNITION]
    processes.worker(settings)
    (done,) = wait(store, [job])
    assert done.status == "completed"
    assert begun(store, "recognise", job) == 1
    with store.database.read() as session:
        assert DIARIZATION not in session.scalars(select(Artefact.kind)).all()
    # What the killed one left on the disk is gone too.
    end = time.monotonic() + 15
    while (left := [p for p in settings.work.rglob("*") if p.is_file()]) and time.monotonic() < end:
        time.sleep(0.2)
    assert left == []


def test_a_worker_that_slept_too_long_does_no_harm(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    """A zombie: stopped, taken for dead, continued."""
    job = add_job(store, enqueuer, organisation(store), AUDIO)
    zombie = processes.worker(slow(settings, 2.0))
    wait_for(store, job, "recognise")
    (child,) = psutil.Process(zombie.pid).children()
    child.suspend()
    zombie.send_signal(signal.SIGSTOP)
    processes.worker(settings)
    (done,) = wait(store, [job])
    assert done.status == "completed"
    before = content(store, job, TRANSCRIPT)
    child.resume()
    zombie.send_signal(signal.SIGCONT)
    assert zombie.wait(timeout=20) == LOST_EXIT
    assert content(store, job, TRANSCRIPT) == before
    row = look(store, job)
    assert (row.status, row.error_code) == ("completed", None)


def test_sigterm_lets_a_job_finish_and_takes_no_new_one(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    org = organisation(store)
    job = add_job(store, enqueuer, org, AUDIO)
    worker = processes.worker(slow(settings, 2.0))
    wait_for(store, job, "recognise")
    worker.send_signal(signal.SIGTERM)
    late = add_job(store, enqueuer, org, AUDIO)
    assert worker.wait(timeout=60) == 0
    row = look(store, job)
    assert row.transcript_status == "ready"
    assert look(store, late).status == "queued"
    with store.database.read() as session:
        assert session.scalar(select(func.count()).select_from(WorkerLease)) == 0
    # The next one goes on at once, without waiting for a lease to end.
    processes.worker(settings)
    assert {one.status for one in wait(store, [job, late])} == {"completed"}
    assert begun(store, "recognise", job) == 1


def test_sigterm_without_time_gives_the_job_back(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    job = add_job(store, enqueuer, organisation(store), AUDIO)
    hurried = slow(settings, 300.0).model_copy(update={"drain_seconds": 1.0})
    worker = processes.worker(hurried)
    wait_for(store, job, "recognise")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    assert look(store, job).status == "processing"
    processes.worker(settings)
    (done,) = wait(store, [job])
    assert done.status == "completed"


def test_interactive_jobs_start_before_batch_ones(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    org = organisation(store)
    batch = [add_job(store, enqueuer, org, AUDIO, priority=100) for _ in range(4)]
    urgent = add_job(store, enqueuer, org, AUDIO)
    processes.worker(settings)
    rows = wait(store, [*batch, urgent])
    started = [row.started or 0 for row in rows]
    assert started[-1] == min(started)


def test_a_job_that_kills_every_worker_is_given_up(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings
) -> None:
    """The engine gives it up by itself; the sweep tells the caller."""
    from jobs.sweep import Sweep

    org = organisation(store)
    lost, missing = (add_job(store, enqueuer, org, AUDIO) for _ in range(2))
    enqueuer.forget([missing.id])
    sweep = Sweep(store.database, enqueuer)
    for job, status in ((lost, "MAX_RECOVERY_ATTEMPTS_EXCEEDED"), (missing, None)):
        sweep._mend(look(store, job), status)
    row = look(store, lost)
    assert (row.status, row.error_code) == ("failed", "workers_lost")
    schema = "" if store.database.sqlite else "dbos."
    with store.database.read() as session:
        ids = session.execute(text(f"SELECT workflow_uuid FROM {schema}workflow_status")).scalars()
        assert f"{missing.id}:transcribe" in set(ids)


def results(store: Store) -> dict[tuple[str, str], int]:
    with store.database.read() as session:
        rows = session.execute(select(Artefact.consultation_id, Artefact.kind, Artefact.version))
        return {(row[0], row[1]): row[2] for row in rows}


def chaos(
    store: Store,
    enqueuer: Enqueuer,
    settings: ServiceSettings,
    processes: Processes,
    *,
    jobs: int,
    workers: int,
    kills: int,
    seed: int,
    disturb: object = None,
) -> None:
    """Kill -9 at random moments: none lost, none doubled, no finished transcript made again."""
    chance = random.Random(seed)
    org = organisation(store)
    made = [add_job(store, enqueuer, org, AUDIO) for _ in range(jobs)]
    quick = slow(settings, 0.3)
    running = [processes.worker(quick) for _ in range(workers)]
    for number in range(kills):
        time.sleep(chance.uniform(2.0, 6.0))
        victim = chance.randrange(workers)
        running[victim].kill()
        running[victim].wait()
        if callable(disturb) and number == kills // 2:
            disturb()
        running[victim] = processes.worker(quick)
    rows = wait(store, made, seconds=300)
    assert [(row.status, row.error_code) for row in rows] == [("completed", None)] * jobs
    found = results(store)
    # Each result was written exactly once: version 1, and nothing in between is left.
    assert found == {
        (job.consultation_id, kind): 1 for job in made for kind in (TRANSCRIPT, SUMMARY, WAVEFORM)
    }


def test_chaos(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    chaos(store, enqueuer, settings, processes, jobs=20, workers=2, kills=4, seed=1)


def test_jobs_outlive_their_database(
    postgres: Server, make_settings: MakeSettings, processes: Processes
) -> None:
    """PostgreSQL is stopped at once in the middle of jobs, away for a while, and comes back."""
    from jobs.store.store import open_store
    from tests.service.conftest import fresh_database

    settings = make_settings(database_url=fresh_database(postgres))
    store = open_store(settings, migrate=True)
    enqueuer = Enqueuer(store.database)
    enqueuer.migrate()
    org = organisation(store)
    jobs = [add_job(store, enqueuer, org, AUDIO) for _ in range(4)]
    worker = processes.worker(slow(settings, 1.0))
    wait_for(store, jobs[0], "diarise")
    postgres.stop("immediate")
    time.sleep(8)
    postgres.start()
    rows = wait(store, jobs, seconds=120)
    assert [(row.status, row.error_code) for row in rows] == [("completed", None)] * 4
    assert worker.poll() is None
    enqueuer.close()
    store.close()


def test_a_planted_name_is_nowhere_in_the_clear(
    make_settings: MakeSettings,
    tmp_path: Path,
    processes: Processes,
    postgres: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In what was said and in the options; not in tables, logs, temporary files, or processes."""
    from jobs.store.store import open_store
    from jobs.tasks import JobOptions
    from tests.service.conftest import fresh_database
    from tests.service.work import files_with
    from transcribe.pipeline import TranscribeOptions

    name = "Zylberszteyn"
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    said = tmp_path / "said.txt"
    said.write_text(f"Bonjour Madame {name}.\nJe suis {name}, j'ai de la fièvre.\n", "utf-8")
    for url in (None, fresh_database(postgres)):
        settings = make_settings(
            data_folder=tmp_path / ("pg" if url else "lite"),
            database_url=url,
            scripted_dialogue=said,
        )
        store = open_store(settings, migrate=True)
        enqueuer = Enqueuer(store.database)
        enqueuer.migrate()
        org = organisation(store)
        good = add_job(store, enqueuer, org, AUDIO)
        bad = add_job(store, enqueuer, org, f"no sound, {name}".encode() * 99)
        options = JobOptions(
            transcribe=TranscribeOptions(vocabulary=(name,)), consent=f"consent of {name}"
        )
        with store.database.write() as session:
            artefacts.put(
                session,
                store.ring,
                org_id=org,
                consultation_id=good.consultation_id,
                kind="options",
                content=options.to_json().encode(),
            )
            audit.append(store.database, session, audit.Actor(org, "t"), "x", good.id)
        worker = processes.worker(settings)
        wait_for_both = wait(store, [good, bad])
        assert [row.status for row in wait_for_both] == ["completed", "failed"]
        command = psutil.Process(worker.pid)
        for process in (command, *command.children(recursive=True)):
            assert name not in " ".join([*process.cmdline(), *process.environ().values()])
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=30)
        # It is really there, encrypted.
        assert name.encode() in content(store, good, TRANSCRIPT)
        enqueuer.close()
        store.close()
        assert name not in processes.said()
        assert name.encode() not in processes.said().encode("utf-16-le")
        assert files_with(settings.data_folder, name.encode()) == []
    # The tables, the write-ahead log and the server's own log.
    postgres.stop("fast")
    assert files_with(postgres.folder, name.encode()) == []
    postgres.start()
    # Nor in any temporary folder: only the planted file itself has it.
    assert files_with(tmp_path, name.encode()) == [said]


def test_a_step_that_hangs_is_ended_tried_again_and_given_up(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    """The child is stopped as a whole each time: it says nothing and does not end."""
    job = add_job(store, enqueuer, organisation(store), AUDIO)
    hanging = slow(settings, 60.0).model_copy(
        update={"stuck_seconds": 8.0, "stuck_kill_seconds": 15.0, "step_attempts": 2}
    )
    worker = processes.worker(hanging)
    stopped: set[int] = set()
    end = time.monotonic() + 90
    while (row := look(store, job)).status not in job_rows.FINAL:
        assert time.monotonic() < end, row.status
        if row.step == "recognise":
            for child in psutil.Process(worker.pid).children():
                if child.pid not in stopped:
                    child.suspend()
                    stopped.add(child.pid)
        time.sleep(0.1)
    assert (row.status, row.error_code, row.attempts) == ("failed", "step_stuck", 2)
    assert len(stopped) == 2
    assert not any(psutil.pid_exists(pid) for pid in stopped)
    said = processes.said()
    # A crowded machine may be slow to start a child as well: that is seen, and passes.
    assert said.count("outcome='seen'") >= 2
    assert said.count("outcome='killed'") == 2


def test_recordings_wait_for_memory_and_all_are_done(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, processes: Processes
) -> None:
    """Two at once by their number, one at once by memory; one that never fits is refused."""
    org = organisation(store)
    jobs = [add_job(store, enqueuer, org, recording(30)) for _ in range(3)]
    never = add_job(store, enqueuer, org, recording(61))
    port = free_port()
    processes.worker(
        slow(settings, 1.0).model_copy(
            update={
                "speech_parallel": 2,
                "memory_speech_mb": 10,
                "memory_note_mb": 10,
                "memory_record_mb": 0,
                "memory_budget_mb": 30 + 100,
                "memory_minute_mb": 100.0,
                "metrics_port": port,
            }
        )
    )
    most = 0.0
    end = time.monotonic() + 90
    while any(look(store, one).status not in job_rows.FINAL for one in (*jobs, never)):
        assert time.monotonic() < end
        with contextlib.suppress(httpx.TransportError):
            text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            most = max(most, float(text.split("\nanamnese_admitted_megabytes ")[1].split()[0]))
        time.sleep(0.1)
    assert {look(store, one).status for one in jobs} == {"completed"}
    row = look(store, never)
    assert (row.status, row.error_code) == ("failed", "too_long_for_memory")
    assert 50 <= most <= 100
