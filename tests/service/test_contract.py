"""Every behaviour of the engine of jobs (DBOS) that we lean on, tried on the engine itself.

If one of these fails after an upgrade of dbos, jobs/queue.py, lease.py or steps.py must change.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import job_rows
from jobs.store.store import Store
from tests.service.conftest import environment
from tests.service.work import add_job, organisation, recording

_START = """
import json, os, sys, time
from dbos import DBOS, DBOSPortableJSONSerializer

def say(**what):
    print(json.dumps(what), flush=True)

def start(executor, url, queues=("q",), **more):
    DBOS(config={"name": "anamnese", "system_database_url": url, "executor_id": executor,
        "application_version": "1", "serializer": DBOSPortableJSONSerializer(),
        "log_level": "ERROR", "enable_otlp": False, **more})

def go(parallel=1):
    DBOS.listen_queues(["q"])
    DBOS.launch()
    DBOS.register_queue("q", worker_concurrency=parallel, polling_interval_sec=0.1,
        on_conflict="always_update")

URL = sys.argv[1]
"""


class Script:
    """A process with the engine in it; the engine allows one a process."""

    def __init__(self, code: str, url: str, folder: Path, *arguments: str) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-c", _START + textwrap.dedent(code), url, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=os.environ.copy(),
        )

    def line(self) -> dict[str, object]:
        assert self.child.stdout is not None
        found = self.child.stdout.readline()
        if not found:
            self.child.wait(10)
            assert self.child.stderr is not None
            pytest.fail(self.child.stderr.read()[-2000:])
        read: dict[str, object] = json.loads(found)
        return read

    def kill(self) -> None:
        self.child.kill()
        self.child.communicate()


Run = Callable[..., Script]


@pytest.fixture
def run(enqueuer: Enqueuer, store: Store, tmp_path: Path) -> object:
    made: list[Script] = []

    def start(code: str, *arguments: str) -> Script:
        made.append(Script(code, store.database.url, tmp_path, *arguments))
        return made[-1]

    yield start
    for one in made:
        one.kill()


def enqueue(store: Store, enqueuer: Enqueuer, name: str, workflow_id: str, priority: int) -> None:
    with store.database.write() as session:
        enqueuer._engine.enqueue_in_transaction(
            session.connection(),
            {
                "workflow_name": name,
                "queue_name": "q",
                "workflow_id": workflow_id,
                "priority": priority,
                "app_version": "1",
            },
            workflow_id,
        )


def test_enqueueing_is_part_of_our_transaction(store: Store, enqueuer: Enqueuer) -> None:
    org = organisation(store)
    schema = "" if store.database.sqlite else "dbos."
    count = text(f"SELECT count(*) FROM {schema}workflow_status")
    with pytest.raises(ZeroDivisionError), store.database.write() as session:  # noqa: PT012
        job = job_rows.create(
            session,
            org_id=org,
            consultation_id=_consultation(session, org),
            kind="consultation",
            template=None,
        )
        enqueuer.add(session, job)
        _ = 1 / 0
    with store.database.read() as session:
        assert session.execute(count).scalar() == 0
    add_job(store, enqueuer, org, recording(0.5))
    with store.database.read() as session:
        assert session.execute(count).scalar() == 1


def _consultation(session: object, org: str) -> str:
    from jobs.store import consultations

    made = consultations.create(
        session,
        org_id=org,
        consultation_id="con_x",
        by="t",
        audio_bytes=None,  # type: ignore[arg-type]
    )
    return made.id


def test_adding_twice_is_adding_once_and_low_numbers_run_first(
    store: Store, enqueuer: Enqueuer, run: Run
) -> None:
    for name, priority in (("late", 100), ("soon", 10), ("late", 100), ("later", 101)):
        enqueue(store, enqueuer, "w", name, priority)
    script = run("""
        @DBOS.workflow(name="w")
        def w(name):
            say(ran=name)
        start("e1", URL)
        go()
        time.sleep(60)
    """)
    assert [script.line()["ran"] for _ in range(3)] == ["soon", "late", "later"]


def test_recovery_runs_only_what_had_not_finished(
    store: Store, enqueuer: Enqueuer, run: Run
) -> None:
    enqueue(store, enqueuer, "w", "one", 10)
    code = """
        executor = sys.argv[2]
        @DBOS.step(name="first")
        def first():
            say(step="first", executor=executor)
        @DBOS.step(name="second")
        def second():
            say(step="second", executor=executor)
            if executor == "dead":
                time.sleep(600)
        @DBOS.workflow(name="w", max_recovery_attempts=5)
        def w(name):
            first()
            second()
            say(done=name)
        start(executor, URL)
        go()
        if executor != "dead":
            DBOS._recover_pending_workflows(["nobody"])
            say(pending=[one.executor_id for one in DBOS.list_workflows(
                status="PENDING", load_input=False, load_output=False)])
            DBOS._recover_pending_workflows(["dead"])
            DBOS._recover_pending_workflows(["dead"])
        time.sleep(600)
    """
    dead = run(code, "dead")
    assert dead.line() == {"step": "first", "executor": "dead"}
    assert dead.line() == {"step": "second", "executor": "dead"}
    dead.kill()
    alive = run(code, "alive")
    assert alive.line() == {"pending": ["dead"]}
    assert alive.line() == {"step": "second", "executor": "alive"}
    assert alive.line() == {"done": "one"}


def test_a_new_executor_leaves_the_jobs_of_others_alone(
    store: Store, enqueuer: Enqueuer, run: Run
) -> None:
    enqueue(store, enqueuer, "w", "one", 10)
    code = """
        @DBOS.workflow(name="w")
        def w(name):
            say(ran=sys.argv[2])
            time.sleep(600)
        start(sys.argv[2], URL)
        go()
        time.sleep(3)
        say(quiet=True)
        time.sleep(600)
    """
    first = run(code, "first")
    assert first.line() == {"ran": "first"}
    assert run(code, "second").line() == {"quiet": True}


def test_too_many_recoveries_end_a_workflow(store: Store, enqueuer: Enqueuer, run: Run) -> None:
    enqueue(store, enqueuer, "w", "one", 10)
    code = """
        @DBOS.workflow(name="w", max_recovery_attempts=1)
        def w(name):
            say(ran=True)
            time.sleep(600)
        before, me = sys.argv[2:4]
        start(me, URL)
        go()
        DBOS._recover_pending_workflows([before])
        for _ in range(100):
            status = DBOS.list_workflows(workflow_ids=["one"])[0].status
            if status not in ("PENDING", "ENQUEUED"):
                say(status=status)
            time.sleep(0.1)
    """
    before = "nobody"
    said: dict[str, object] = {}
    for number in range(6):
        script = run(code, before, f"e{number}")
        said = script.line()
        script.kill()
        if "status" in said:
            break
        before = f"e{number}"
    assert said == {"status": "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}
    assert 1 < number <= 3


def test_retries_obey_the_error_and_texts_stay_out_of_the_tables(
    store: Store, enqueuer: Enqueuer, run: Run, settings: ServiceSettings
) -> None:
    """What a step raises lands in the engine's tables: so ours raise codes. This shows why."""
    for name in ("passes", "stays"):
        enqueue(store, enqueuer, "w", name, 10)
    script = run("""
        class Failed(Exception):
            def __init__(self, code, retryable):
                super().__init__(code)
                self.retryable = retryable
        tries = {"passes": 0, "stays": 0}
        @DBOS.step(name="s", retries_allowed=True, max_attempts=3, interval_seconds=0.05,
            should_retry=lambda error: error.retryable)
        def s(name):
            tries[name] += 1
            raise Failed("code_of_" + name, name == "passes")
        @DBOS.workflow(name="w")
        def w(name):
            try:
                s(name)
            except Exception:
                say(name=name, tries=tries[name])
        start("e", URL)
        go()
        time.sleep(600)
    """)
    said = [script.line() for _ in range(2)]
    assert {"name": "passes", "tries": 3} in said
    assert {"name": "stays", "tries": 1} in said
    schema = "" if store.database.sqlite else "dbos."
    with store.database.read() as session:
        errors = session.execute(text(f"SELECT error FROM {schema}operation_outputs")).scalars()
        assert any("code_of_stays" in (error or "") for error in errors)


def test_cancelled_before_it_starts_it_never_starts(
    store: Store, enqueuer: Enqueuer, run: Run
) -> None:
    enqueue(store, enqueuer, "w", "one", 10)
    enqueue(store, enqueuer, "w", "two", 20)
    enqueuer._engine.cancel_workflows(["one", "none-such"])
    script = run("""
        @DBOS.workflow(name="w")
        def w(name):
            say(ran=name)
        start("e", URL)
        go()
        time.sleep(600)
    """)
    assert script.line() == {"ran": "two"}


def test_another_version_is_left_alone(store: Store, enqueuer: Enqueuer, run: Run) -> None:
    enqueue(store, enqueuer, "w", "one", 10)
    script = run("""
        @DBOS.workflow(name="w")
        def w(name):
            say(ran=name)
        start("e", URL, application_version="2")
        go()
        time.sleep(3)
        say(quiet=True)
        time.sleep(600)
    """)
    assert script.line() == {"quiet": True}


def test_nothing_is_pickled(store: Store, enqueuer: Enqueuer) -> None:
    job = add_job(store, enqueuer, organisation(store), recording(0.5))
    schema = "" if store.database.sqlite else "dbos."
    with store.database.read() as session:
        row = session.execute(
            text(
                f"SELECT i.inputs, s.serialization FROM {schema}workflow_status s"
                f" JOIN {schema}workflow_input i USING (workflow_uuid)"
            )
        ).one()
    assert job.id in row.inputs
    assert row.serialization == "portable_json"


def test_the_environment_of_a_process_is_complete(settings: ServiceSettings) -> None:
    code = "from jobs.service_settings import ServiceSettings; print(ServiceSettings().url)"
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment(settings), text=True, capture_output=True
    )
    assert found.stdout.strip() == settings.url
