"""Webhooks: told with what happened, signed, tried again, given up, never into the network."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import consultations, job_rows, webhooks
from jobs.store.outbox import EVENTS
from jobs.store.store import Store
from jobs.store.tables import Job
from jobs.store.webhook_tables import Webhook, WebhookDelivery
from jobs.webhooks.courier import Courier, pause
from jobs.webhooks.sending import Limits, new_secret, send, sign
from tests.service.conftest import Processes
from tests.service.receiver import Receiver, receiver
from tests.service.work import add_job, files_with, organisation, recording, wait

AUDIO = recording(0.5)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def settings(settings: ServiceSettings) -> ServiceSettings:
    given = {**settings.model_dump(), "webhook_networks": ["127.0.0.0/8"], "webhook_http": True}
    return ServiceSettings.model_validate(
        {**given, "webhook_retry_seconds": 0.01, "webhook_attempts": 3, "webhook_timeout": 2.0}
    )


def register(store: Store, org: str, url: str, *events: str) -> tuple[str, str]:
    secret = new_secret()
    with store.database.write() as session:
        row = webhooks.create(
            session,
            store.ring,
            org_id=org,
            by="test",
            url=url,
            secret=secret,
            events=events or EVENTS,
        )
    return row.id, secret


def cancel(store: Store, job: Job) -> None:
    with store.database.write() as session:
        job_rows.cancel(session, job.org_id, job.id)


def kept(store: Store) -> list[WebhookDelivery]:
    with store.database.read() as session:
        rows = list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.created)))
        session.expunge_all()
        return rows


def deliver(courier: Courier, store: Store, seconds: float = 20.0) -> None:
    """Until nothing waits."""
    end = time.monotonic() + seconds
    while any(row.status == "pending" for row in kept(store)):
        courier.look()
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_signature_is_that_of_the_specification() -> None:
    headers = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_happened_is_told_once_and_signed(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, hook: Receiver
) -> None:
    org = organisation(store)
    webhook_id, secret = register(store, org, hook.url)
    register(store, org, hook.url, "job.failed")
    register(store, organisation(store, "other"), hook.url)
    job = add_job(store, enqueuer, org, AUDIO)
    cancel(store, job)
    cancel(store, job)
    courier = Courier(store, settings)
    deliver(courier, store)
    assert courier.look() == 0
    (got,) = hook.got
    assert got.signed_with(secret)
    told = json.loads(got.body)
    assert told["type"] == "job.cancelled"
    assert told["data"] == {
        "job_id": job.id,
        "consultation_id": job.consultation_id,
        "status": "cancelled",
    }
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 60
    with store.database.read() as session:
        (row,) = webhooks.deliveries(session, org, webhook_id, limit=9, after=None)
        (attempt,) = webhooks.attempts(session, row.id)
        assert (row.id, row.status) == (got.headers["webhook-id"], "delivered")
        assert (attempt.status_code, attempt.error) == (200, None)


def test_nothing_is_told_of_what_was_undone(store: Store, enqueuer: Enqueuer) -> None:
    org = organisation(store)
    register(store, org, "https://example.org/")
    job = add_job(store, enqueuer, org, AUDIO)

    def undone() -> None:
        with store.database.write() as session:
            job_rows.cancel(session, org, job.id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()
    assert kept(store) == []


def test_without_a_webhook_nothing_is_written_and_no_connection_opened(
    store: Store,
    enqueuer: Enqueuer,
    settings: ServiceSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cancel(store, add_job(store, enqueuer, organisation(store), AUDIO))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket, "create_connection", never)
    courier = Courier(store, settings)
    with store.database.read() as session:
        assert not webhooks.is_due(session)
    assert courier._take() == []
    assert kept(store) == []


def test_tried_again_under_the_same_id_then_given_up_then_replayed(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, hook: Receiver
) -> None:
    org = organisation(store)
    webhook_id, secret = register(store, org, hook.url)
    hook.answers += [500, 302, 503]
    cancel(store, add_job(store, enqueuer, org, AUDIO))
    courier = Courier(store, settings)
    deliver(courier, store)
    (row,) = kept(store)
    assert (row.status, row.tries) == ("failed", 3)
    # No redirect was followed.
    assert [one.path for one in hook.got] == ["/hook"] * 3
    with store.database.read() as session:
        codes = [one.status_code for one in webhooks.attempts(session, row.id)]
    assert codes == [500, 302, 503]
    with store.database.write() as session:
        webhooks.replay(session, org, webhook_id, row.id)
    deliver(courier, store)
    assert {one.headers["webhook-id"] for one in hook.got} == {row.id}
    assert all(one.signed_with(secret) for one in hook.got)
    assert kept(store)[0].status == "delivered"


def test_a_receiver_that_is_gone_is_told_nothing_more(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, hook: Receiver
) -> None:
    org = organisation(store)
    register(store, org, hook.url)
    hook.answers += [410]
    cancel(store, add_job(store, enqueuer, org, AUDIO))
    courier = Courier(store, settings)
    deliver(courier, store)
    cancel(store, add_job(store, enqueuer, org, AUDIO))
    deliver(courier, store)
    assert len(hook.got) == 1
    assert [row.status for row in kept(store)] == ["failed"]


def test_erasing_and_removing_take_deliveries_along(store: Store, enqueuer: Enqueuer) -> None:
    org = organisation(store)
    webhook_id, _ = register(store, org, "https://example.org/")
    first, second = (add_job(store, enqueuer, org, AUDIO) for _ in range(2))
    cancel(store, first)
    cancel(store, second)
    with store.database.write() as session:
        consultations.erase(session, org, first.consultation_id)
    assert [row.consultation_id for row in kept(store)] == [second.consultation_id]
    with store.database.write() as session:
        webhooks.remove(session, org, webhook_id)
    assert kept(store) == []


def test_address_and_secret_are_not_in_the_clear(store: Store) -> None:
    _, secret = register(store, organisation(store), "https://example.org/token-17")
    with store.database.read() as session:
        (row,) = session.scalars(select(Webhook)).all()
        assert webhooks.target(row, store.ring).secret == secret
        assert b"token-17" not in row.body
        assert secret[6:].encode() not in row.body


LIMITS = Limits((), True, 2.0)


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], []],
)
def test_a_name_that_leads_inside_is_refused(hook: Receiver, found: list[str]) -> None:
    url = f"http://example.org:{hook.port}/"
    outcome = send(url, new_secret(), "m", b"{}", LIMITS, lambda *_: found)
    assert (outcome.error, outcome.status_code) == ("address_refused", None)
    assert hook.got == []


def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to(hook: Receiver) -> None:
    """DNS rebinding: a second answer would lead elsewhere."""
    from ipaddress import ip_network

    asked: list[str] = []

    def once(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    limits = Limits((ip_network("127.0.0.1/32"),), True, 2.0)
    url = f"http://rebind.example.org:{hook.port}/x"
    outcome = send(url, new_secret(), "m", b"{}", limits, once)
    assert outcome.delivered
    assert asked == ["rebind.example.org"]
    assert hook.got[0].headers["host"] == f"rebind.example.org:{hook.port}"


def test_a_proxy_of_the_environment_is_not_asked(
    hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, hook.url)
    url = "http://example.org/"
    outcome = send(url, new_secret(), "m", b"{}", LIMITS, lambda *_: ["10.9.8.7"])
    assert outcome.error == "address_refused"
    assert hook.got == []


def test_one_that_answers_a_byte_now_and_then_is_left_in_time(hook: Receiver) -> None:
    from ipaddress import ip_network

    hook.drip = True
    limits = Limits((ip_network("127.0.0.0/8"),), True, 1.0)
    start = time.monotonic()
    outcome = send(hook.url, new_secret(), "m", b"{}", limits)
    assert outcome.error == "timeout"
    assert time.monotonic() - start < 3


def test_errors_have_codes(hook: Receiver) -> None:
    from ipaddress import ip_network

    limits = Limits((ip_network("127.0.0.0/8"),), True, 2.0)

    def nothing(*_: object) -> list[str]:
        raise OSError

    def outcome(url: str, **more: object) -> str | None:
        return send(url, new_secret(), "m", b"{}", limits, **more).error  # type: ignore[arg-type]

    assert outcome("http://127.0.0.1:1/") == "connect_failed"
    assert outcome("http://nowhere.invalid/", resolve=nothing) == "dns_failed"
    assert outcome(f"https://127.0.0.1:{hook.port}/") == "tls_failed"
    no_http = Limits((ip_network("127.0.0.0/8"),), False, 2.0)
    assert send(hook.url, new_secret(), "m", b"{}", no_http).error == "address_refused"


@given(st.integers(1, 1000), st.floats(0.01, 3600))
def test_pauses_grow_to_a_limit(tries: int, first: float) -> None:
    found = pause(tries, first)
    assert 0 < found <= 8 * 3600 * 1.3
    assert found <= first * 4.0 ** min(tries - 1, 30) * 1.3


@pytest.mark.slow
def test_no_name_that_was_said_is_ever_delivered(
    store: Store,
    enqueuer: Enqueuer,
    settings: ServiceSettings,
    processes: Processes,
    hook: Receiver,
    tmp_path: Path,
) -> None:
    """A canary in the recording's words, from a real worker to the receiver."""
    dialogue = tmp_path / "dialogue.txt"
    dialogue.write_text("Bonjour.\nJe suis Marie Zylberstein, j'ai mal à la tête.\n", "utf-8")
    org = organisation(store)
    _, secret = register(store, org, hook.url)
    good = add_job(store, enqueuer, org, AUDIO)
    bad = add_job(store, enqueuer, org, b"Zylberstein, but no recording" * 99)
    worked = settings.model_copy(update={"scripted_dialogue": dialogue})
    processes.worker(worked)
    assert [row.status for row in wait(store, [good, bad])] == ["completed", "failed"]
    end = time.monotonic() + 30
    while len(hook.got) < 2 and time.monotonic() < end:
        time.sleep(0.1)
    assert sorted(json.loads(one.body)["type"] for one in hook.got) == [
        "job.completed",
        "job.failed",
    ]
    for one in hook.got:
        assert one.signed_with(secret)
        assert b"ylberstein" not in one.body + repr(one.headers).encode()
    assert "Zylberstein" not in processes.said()
    assert hook.url not in processes.said()
    dialogue.unlink()
    assert files_with(settings.data_folder, b"Zylberstein") == []
