"""What is refused for want of room, and what waits for it."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.admission import LOOK_BYTES, Admission
from api.app import make_app
from consultation.errors import DiskFull, InvalidOption
from jobs.alarm import Alarm
from jobs.budget import Budget
from jobs.errors import StepFailed
from jobs.service_settings import ServiceSettings
from jobs.store import access, job_rows
from jobs.store.access import Role
from jobs.store.store import Store
from tests.service.conftest import MakeSettings
from tests.service.work import add_job, organisation, recording

Usage = namedtuple("Usage", "total used free")


def test_recordings_together_stay_within_the_budget() -> None:
    seen: list[float] = []
    budget = Budget(1000, 10, seen.append)
    assert budget.admitted("a", 60 * 60)
    assert not budget.admitted("b", 60 * 60)
    # Behind it, though it would fit: a long one must not wait for ever.
    assert not budget.admitted("c", 60)
    budget.leave("a")
    assert not budget.admitted("c", 60)
    assert budget.admitted("b", 60 * 60)
    assert budget.admitted("c", 60)
    budget.leave("b")
    budget.leave("b")
    budget.leave("c")
    assert seen == [600, 0, 600, 610, 10, 0]


def test_who_gives_up_waiting_holds_nobody_back() -> None:
    budget = Budget(1000, 10)
    assert budget.admitted("a", 90 * 60)
    assert not budget.admitted("b", 90 * 60)
    assert not budget.admitted("c", 60)
    budget.leave("b")
    assert budget.admitted("c", 60)


def test_what_never_fits_is_refused_at_once() -> None:
    with pytest.raises(StepFailed) as refused:
        Budget(100, 10).admitted("a", 11 * 60)
    assert refused.value.code == "too_long_for_memory"
    assert not refused.value.retryable


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 90), st.booleans()), max_size=60))
def test_the_sum_never_exceeds_the_budget(orders: list[tuple[int, int, bool]]) -> None:
    sums: list[float] = []
    budget = Budget(1000, 10, sums.append)
    inside: set[int] = set()
    for who, minutes, leaves in orders:
        if leaves:
            budget.leave(who)
            inside.discard(who)
        elif who not in inside and budget.admitted(who, minutes * 60):
            inside.add(who)
    assert all(0 <= one <= 1000 for one in sums)
    for who in range(10):
        budget.leave(who)
    assert not sums or sums[-1] == 0
    assert budget.admitted("next", 60 * 60)


def test_a_worker_whose_models_do_not_fit_does_not_start(make_settings: MakeSettings) -> None:
    settings = make_settings(memory_budget_mb=3000, speech_parallel=1, notes_parallel=1)
    with pytest.raises(InvalidOption, match="4100 MB"):
        Budget.of(settings, lambda _: None, lambda: None)


def test_a_step_without_progress_is_said_once_and_then_ended() -> None:
    now, said = [0.0], list[str]()
    alarm = Alarm(10, 30, said.append, lambda: now[0])
    for at, where in ((0, "a"), (9, "a"), (11, "a"), (12, "a"), (13, "b"), (22, "b"), (24, "b")):
        now[0] = at
        alarm.look(where)
    assert said == ["seen", "seen"]
    now[0] = 44
    with pytest.raises(StepFailed) as ended:
        alarm.look("b")
    assert (ended.value.code, ended.value.retryable) == ("step_stuck", True)
    assert said[-1] == "killed"


def disk(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free * 2, free, free))


def client_of(settings: ServiceSettings) -> tuple[TestClient, Store, dict[str, str]]:
    app = make_app(settings)
    store: Store = app.state.service.store
    org = organisation(store)
    with store.database.write() as session:
        key = access.issue(session, org_id=org, name="k", role=Role.clinician, expires=None)[1]
    return TestClient(app), store, {"Authorization": f"Bearer {key}"}


def test_an_upload_that_would_fill_the_disk_is_refused_before_it_is_read(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(disk_reserve_mb=100)
    client, _, headers = client_of(settings)
    files = {"file": ("x.wav", recording())}
    with client:
        disk(monkeypatch, 90 << 20)
        answer = client.post("/v1/consultations", headers=headers, files=files)
        assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
        assert [p for p in settings.audio_folder.rglob("*") if p.is_file()] == []
        assert client.get("/health/ready").json()["checks"]["disk"] == "failing"
        disk(monkeypatch, 10 << 30)
        assert client.post("/v1/consultations", headers=headers, files=files).status_code == 202


def test_what_others_were_promised_is_not_given_twice(
    make_settings: MakeSettings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    admission = Admission(make_settings(disk_reserve_mb=10), store.database)
    disk(monkeypatch, 100 << 20)
    with admission.upload(50 << 20) as first:
        with pytest.raises(DiskFull), admission.upload(50 << 20):
            pass
        # What has arrived is on the disk already.
        first.arrived(LOOK_BYTES)
        with admission.upload(50 << 20):
            pass
        # Unannounced, it is looked at on the way.
        with admission.upload(0) as unknown:
            disk(monkeypatch, 1 << 20)
            unknown.arrived(LOOK_BYTES - 1)
            with pytest.raises(DiskFull):
                unknown.arrived(LOOK_BYTES)
    disk(monkeypatch, 100 << 20)
    with admission.upload(90 << 20):
        pass


def test_a_full_queue_is_said_with_when_to_come_again(settings: ServiceSettings) -> None:
    client, store, headers = client_of(settings.model_copy(update={"queue_limit": 2}))
    enqueuer = client.app.state.service.enqueuer  # type: ignore[attr-defined]
    org = organisation(store)
    files = {"file": ("x.wav", recording())}
    with client:
        assert client.post("/v1/consultations", headers=headers, files=files).status_code == 202
        job = add_job(store, enqueuer, org, recording())
        client.app.state.service.admission._counted_at = float("-inf")  # type: ignore[attr-defined]
        answer = client.post("/v1/consultations", headers=headers, files=files)
        assert (answer.status_code, answer.json()["code"]) == (503, "too_busy")
        assert int(answer.headers["Retry-After"]) > 0
        with store.database.write() as session:
            job_rows.cancel(session, org, job.id)
        client.app.state.service.admission._counted_at = float("-inf")  # type: ignore[attr-defined]
        assert client.post("/v1/consultations", headers=headers, files=files).status_code == 202


def test_one_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    from api.admission import disk_of

    assert disk_of(tmp_path / "a" / "b").free > 0
