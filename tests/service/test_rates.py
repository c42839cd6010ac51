"""How often, how many wrong keys, how much stored, how many waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.app import make_app
from api.problem import TooManyRequests
from api.rates import Bucket, Rates, TooManyFailures, network
from jobs.errors import TooManyUnfinished
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import access, consultations, job_rows, quotas
from jobs.store.access import Role
from jobs.store.store import Store
from jobs.store.tables import new_id
from tests.service.conftest import MakeSettings
from tests.service.test_http import FILE, issue, problem
from tests.service.work import organisation, recording


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    st.integers(1, 120),
    st.integers(1, 20),
    st.lists(st.floats(0, 5) | st.just(0.0), min_size=1, max_size=60),
)
def test_never_more_than_burst_and_rate(per_minute: int, burst: int, waits: list[float]) -> None:
    clock = Clock()
    bucket, start, taken = Bucket(per_minute, burst, clock), clock.now, 0
    for wait in waits:
        clock.now += wait
        before = bucket.look("k")
        verdict = bucket.take("k")
        assert verdict.allowed == before.allowed
        taken += verdict.allowed
        assert taken <= burst + (clock.now - start) * per_minute / 60 + 1e-3
        assert 0 <= verdict.remaining <= burst
        if not verdict.allowed:
            # It says the truth: a moment before it is refused, then it is let through.
            clock.now += verdict.retry + 1e-3
            assert bucket.look("k").allowed
    clock.now += burst * 60 / per_minute + 1
    assert bucket.look("k").remaining == burst


def test_keys_do_not_share_and_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.rates._MOST_KEYS", 10)
    bucket = Bucket(1, 1, Clock())
    for number in range(100):
        assert bucket.take(f"k{number}").allowed
    assert not bucket.take("k99").allowed
    assert len(bucket._empty_at) <= 11


def test_wrong_keys_from_an_address(make_settings: MakeSettings) -> None:
    clock = Clock()
    rates = Rates(make_settings(failures_per_minute=3), clock)
    rates.right("good")
    for _ in range(3):
        rates.before("10.0.0.1", "bad")
        rates.failed("10.0.0.1")
    with pytest.raises(TooManyFailures) as caught:
        rates.before("10.0.0.1", "bad")
    assert caught.value.retry_after == pytest.approx(20, abs=1)
    # Who was right lately goes on; other addresses do, too.
    rates.before("10.0.0.1", "good")
    rates.before("10.0.0.2", "bad")
    clock.now += 21
    rates.before("10.0.0.1", "bad")


def test_networks() -> None:
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
    assert network("::ffff:10.0.0.1") == network("10.0.0.1") == "10.0.0.1"
    assert network("fe80::1%eth0") == "fe80::"
    assert network("testclient") == "testclient"


@pytest.fixture
def tight(make_settings: MakeSettings) -> Iterator[tuple[TestClient, Store, str]]:
    settings = make_settings(
        rate_per_minute=1,
        rate_burst=6,
        failures_per_minute=2,
        quota_unfinished=2,
        quota_stored_gb=1e-4,
    )
    app = make_app(settings)
    store: Store = app.state.service.store
    with TestClient(app) as client:
        yield client, store, organisation(store)


def test_over_http(tight: tuple[TestClient, Store, str]) -> None:
    client, store, org = tight

    def headers(key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"}

    one = headers(issue(store, org, Role.clinician))
    seen = [client.get("/v1/consultations", headers=one) for _ in range(7)]
    assert [answer.status_code for answer in seen] == [200] * 6 + [429]
    assert [answer.headers["ratelimit-remaining"] for answer in seen] == list("5432100")
    assert seen[0].headers["ratelimit-limit"] == "6"
    problem(seen[6], 429, "too_many_requests")
    assert 1 <= int(seen[6].headers["retry-after"]) <= 60
    # Another key is another bucket; health has none.
    two = headers(issue(store, org, Role.clinician))
    assert client.get("/v1/consultations", headers=two).status_code == 200
    assert client.get("/health/live").status_code == 200
    for expected in (401, 401, 429):
        answer = client.get("/v1/consultations", headers=headers("ana_x_y"))
        assert answer.status_code == expected
    problem(answer, 429, "too_many_failures")
    assert client.get("/v1/consultations", headers=two).status_code == 200


def test_quotas_over_http(tight: tuple[TestClient, Store, str]) -> None:
    client, store, org = tight
    key = {"Authorization": f"Bearer {issue(store, org, Role.clinician)}"}

    def send(seconds: float = 0.5, **fields: str) -> object:
        files = {"file": ("x.wav", recording(seconds))}
        return client.post("/v1/consultations", headers=key, files=files, data=fields)

    for _ in range(2):
        assert send().status_code == 202  # type: ignore[attr-defined]
    refused = send()
    problem(refused, 429, "too_many_unfinished")
    assert refused.headers["retry-after"] == "30"  # type: ignore[attr-defined]
    # Batch waits behind: it has its own place, until the room is full.
    problem(send(5.0, priority="batch"), 413, "storage_quota_exceeded")
    assert send(priority="batch").status_code == 202  # type: ignore[attr-defined]
    assert len(list(store.audio.folder.rglob("*.*"))) == 3  # type: ignore[attr-defined]
    # Announced, and so refused before it is read.
    kind = {"content-type": "multipart/form-data; boundary=b", "content-length": str(64 << 20)}
    other = {"Authorization": f"Bearer {issue(store, org, Role.clinician)}"}
    answer = client.post("/v1/consultations", headers={**other, **kind})
    problem(answer, 413, "storage_quota_exceeded")
    with store.database.write() as session:
        theirs = access.organisation(session, "other")
    stranger = {"Authorization": f"Bearer {issue(store, theirs, Role.clinician)}"}
    assert client.post("/v1/consultations", headers=stranger, files=FILE).status_code == 202


def test_a_quota_is_exact_when_many_add_at_once(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings
) -> None:
    """As several processes would."""
    org, tight = organisation(store), settings.model_copy(update={"quota_unfinished": 3})
    done: list[bool] = []

    def add() -> None:
        try:
            with store.database.write() as session:
                quotas.admit(store.database, session, tight, org, 1, 10)
                con = new_id("con")
                consultations.create(
                    session, org_id=org, consultation_id=con, by="t", audio_bytes=1
                )
                job_rows.create(
                    session, org_id=org, consultation_id=con, kind="consultation", template=None
                )
        except TooManyUnfinished:
            done.append(False)
        else:
            done.append(True)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 5 + [True] * 3


def test_rates_take_says_when(make_settings: MakeSettings) -> None:
    clock = Clock()
    rates = Rates(make_settings(rate_per_minute=60, rate_burst=1), clock)
    rates.take("k")
    with pytest.raises(TooManyRequests) as caught:
        rates.take("k")
    assert caught.value.retry_after == pytest.approx(1.0)
    clock.now += 1.0
    rates.take("k")
