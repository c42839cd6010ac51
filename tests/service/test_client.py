"""The client against the real service: a process of its own, scripted engines, a free port."""

from __future__ import annotations

import ast
import json
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from client import anamnese_client
from client.anamnese_client import (
    ApiError,
    Client,
    InsecureAddress,
    JobFailed,
    Unreachable,
    WaitedTooLong,
    verify_signature,
)
from jobs.webhooks.sending import new_secret, sign
from tests.service.conftest import MakeSettings, free_port
from tests.service.test_serve import Running, a_service, start
from tests.service.work import recording

ID = "con_" + "0" * 32


@pytest.fixture
def running(make_settings: MakeSettings, tmp_path: Path) -> Iterator[Running]:
    with a_service(make_settings(port=free_port(), scripted_seconds=0.5), tmp_path) as made:
        yield made


def key(running: Running) -> str:
    return running.headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def client(running: Running) -> Iterator[Client]:
    with Client(running.url, key(running)) as made:
        yield made


def played(*answers: httpx.Response | Exception, **options: object) -> tuple[Client, list[float]]:
    """A client whose service answers so, one after the other, and how long it paused."""
    left, pauses = iter(answers), list[float]()

    def answer(_: httpx.Request) -> httpx.Response:
        one = next(left)
        if isinstance(one, Exception):
            raise one
        return one

    made = Client(
        "https://service.example",
        "k",
        transport=httpx.MockTransport(answer),
        sleep=pauses.append,
        **options,  # type: ignore[arg-type]
    )
    return made, pauses


def test_it_imports_nothing_of_ours() -> None:
    """It is one file that anybody may copy: the standard library, and httpx."""
    tree = ast.parse(Path(anamnese_client.__file__).read_text("utf-8"))
    names = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else ["." * node.level + (node.module or "")]
        )
    }
    assert "httpx" in names
    assert names - set(sys.stdlib_module_names) == {"httpx"}


def test_from_a_recording_to_a_signed_document(running: Running, client: Client) -> None:
    sent = client.upload(recording(), language="fr", template="soap", idempotency_key="one")
    assert client.upload(
        recording(), language="fr", template="soap", idempotency_key="one"
    ).job.id == (sent.job.id)
    with pytest.raises(ApiError) as refused:
        client.upload(recording(3.0), language="fr", idempotency_key="one")
    assert refused.value.status == 409
    with pytest.raises(WaitedTooLong):
        client.wait(sent.job.id, timeout=0.01)
    seen = list(client.events(sent.job.id))
    assert seen[-1].status == "completed"
    # A connection that was lost goes on after the last event that arrived.
    half = len(seen) // 2
    assert list(client.events(sent.job.id, after=seen[half].id)) == seen[half + 1 :]
    assert list(client.events(sent.job.id, after=seen[-1].id)) == []
    assert client.wait(sent.job.id).status == "completed"
    con = sent.consultation_id
    assert client.transcript(con).content["segments"]
    assert "J'ai mal à la tête" in client.transcript_as(con, "txt").decode()
    assert client.transcript_as(con, "vtt").startswith(b"WEBVTT")
    note = client.summary_as(con, "md").decode()
    assert note.startswith("> **BROUILLON ÉCRIT PAR UNE IA")
    assert "\n# " in note
    assert client.summary(con)["template"] == "soap"
    speakers = client.speakers(con)
    first = speakers.content["speakers"][0]["id"]
    named = client.name_speakers(con, {first: {"name": "Dr Martin"}}, etag=speakers.etag)
    assert named.content["speakers"][0]["name"] == "Dr Martin"
    with pytest.raises(ApiError) as refused:
        client.name_speakers(con, {first: {"name": "Dr Durand"}}, etag=speakers.etag)
    assert (refused.value.status, refused.value.code) == (412, "precondition_failed")
    assert refused.value.hint
    assert refused.value.request_id
    note = client.note(con, "soap")
    assert [one.content for one in client.notes(con)] == [note.content]
    with pytest.raises(ApiError) as refused:
        client.export(con, "soap", "fhir", final=True)
    assert refused.value.code == "not_signed"
    section = note.content["note"]["sections"][0]["key"]
    added = {"op": "add", "section": section, "text": "Céphalées depuis trois jours."}
    changed = client.edit(con, "soap", [added], etag=note.etag)
    assert "Céphalées depuis trois jours." in json.dumps(changed.content, ensure_ascii=False)
    with pytest.raises(ApiError) as refused:
        client.edit(con, "soap", [added], etag=note.etag)
    assert refused.value.status == 412
    resolved = [
        {"op": "resolve", "statement": b["statement"], "rule": b["rule"], "reason": "relu"}
        for b in changed.content["blocking"]
    ]
    if resolved:
        changed = client.edit(con, "soap", resolved, etag=changed.etag)
    read = client.review(con, "soap", etag=changed.etag)
    signed = client.sign(con, "soap", etag=read.etag, name="Dr Martin", identifier="10001234567")
    assert signed.content["signed"] is True
    bundle = json.loads(client.export(con, "soap", "fhir", final=True))
    assert bundle["resourceType"] == "Bundle"
    assert client.export(con, "soap", "pdf", final=True).startswith(b"%PDF")
    assert client.export(con, "soap", "docx").startswith(b"PK")
    again = client.summarise(con, "compte-rendu")
    assert client.wait(again.job.id).template == "compte-rendu"
    assert client.newest_template(con) == "compte-rendu"
    batch = client.create_batch([{"consultation_id": con, "template": "soap"}])
    states = list(client.follow_batch(batch.id, every=0.2))
    assert (states[-1].status, states[-1].items["completed"]) == ("completed", 1)
    assert [one["status"] for one in client.batch_items(batch.id)] == ["completed"]
    assert [one["id"] for one in client.consultations()] == [con]
    client.delete(con)
    assert list(client.consultations()) == []
    assert "mal à la tête" not in running.log.read_text()


def test_what_is_refused_says_why(running: Running, client: Client) -> None:
    for call in (client.consultation, client.transcript, client.delete, client.newest_template):
        with pytest.raises(ApiError) as refused:
            call(ID)
        assert (refused.value.status, refused.value.code) == (404, "not_found")
    with pytest.raises(ApiError) as refused:
        next(client.events("job_" + "0" * 32))
    assert refused.value.status == 404
    with Client(running.url, "ana_wrong_key") as stranger:
        with pytest.raises(ApiError) as refused:
            stranger.upload(recording())
        assert (refused.value.status, refused.value.code) == (401, "unauthorized")
        assert "ana_wrong_key" not in str(refused.value) + repr(stranger)
    bad = client.upload(b"this is no recording, and long enough to be looked at" * 20)
    with pytest.raises(JobFailed) as failed:
        client.wait(bad.job.id)
    assert failed.value.code == "unsupported_audio"
    assert failed.value.job.error_hint


def test_an_upload_goes_on_after_the_service_was_killed(running: Running, tmp_path: Path) -> None:
    """Killed while a part was on its way; the client waits for it to come back by itself."""
    file = tmp_path / "long.wav"
    file.write_bytes(recording(600.0))  # 19 MB
    killed = threading.Event()
    offsets: list[int] = []

    def part(source: object, offset: int, length: int) -> Iterator[bytes]:
        offsets.append(offset)
        pieces = anamnese_client_part(source, offset, length)  # type: ignore[arg-type]
        for number, piece in enumerate(pieces):
            if offset > 0 and number == 20 and not killed.is_set():
                running.process.kill()
                running.process.wait()
                killed.set()
            yield piece

    def come_back() -> None:
        killed.wait(120)
        running.process = start(running.settings, running.log, "--worker")

    anamnese_client_part = anamnese_client._part
    back = threading.Thread(target=come_back)
    back.start()
    begun: list[str] = []
    try:
        with pytest.MonkeyPatch.context() as patch, Client(running.url, key(running)) as client:
            patch.setattr(anamnese_client, "_part", part)
            sent = client.upload(file, language="fr", began=begun.append)
    finally:
        killed.set()
        back.join(240)
    with Client(running.url, key(running)) as client:
        assert client.wait(sent.job.id).status == "completed"
        assert len(list(client.consultations())) == 1
        # It began once, and nothing of the first part was sent again.
        assert offsets.count(0) == 1
        assert len(begun) == 1
        assert len(offsets) > 5
        # Given up and gone on with by another process.
        cut = Client(running.url, key(running), patience=0.0)
        upload = cut._begin(file.stat().st_size, {"language": "fr"})
        with pytest.raises(ValueError, match="not the recording"):
            client.upload(b"other", resume=upload)
        assert client.upload(file, resume=upload).consultation_id != sent.consultation_id
        cut.close()


def test_events_go_on_when_the_service_was_killed(running: Running, client: Client) -> None:
    jobs = [client.upload(recording(), language="fr").job.id for _ in range(2)]
    seen = []
    for event in client.events(jobs[-1]):
        seen.append(event)
        if len(seen) == 1:
            running.process.kill()
            running.process.wait()
            running.process = start(running.settings, running.log, "--worker")
    assert seen[-1].status == "completed"
    numbers = [int(event.id) for event in seen]
    assert numbers == sorted(set(numbers))


def test_the_command_line(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = tmp_path / "visit.wav", tmp_path / "out"
    file.write_bytes(recording())
    monkeypatch.setenv("ANAMNESE_KEY", key(running))

    def call(*arguments: str) -> object:
        return CliRunner().invoke(app, ["remote", *arguments, "--server", running.url])

    sent = call("run", str(file), "--out", str(out), "--language", "fr", "--no-wait", "--json")
    about = json.loads(sent.stdout)  # type: ignore[attr-defined]
    done = call("run", str(file), "--out", str(out), "--language", "fr", "--json")
    line = json.loads(done.stdout)  # type: ignore[attr-defined]
    # What was sent is not sent again.
    assert (line["job"], line["status"]) == (about["job"], "completed")
    folder = out / "visit"
    made = {path.name for path in folder.iterdir()}
    assert made == {"remote.json", "summary.json", "summary.md"} | {
        f"transcript.{end}" for end in ("json", "txt", "vtt", "srt", "rttm")
    }
    shown = call("status", line["job"])
    assert shown.stdout.startswith("completed")  # type: ignore[attr-defined]
    note = call("note", line["consultation"])
    # Nobody signed it, and it says so first.
    assert note.stdout.startswith("> **BROUILLON ÉCRIT PAR UNE IA, NON SIGNÉ")  # type: ignore[attr-defined]
    assert "\n# Compte rendu" in note.stdout  # type: ignore[attr-defined]
    pdf = tmp_path / "note.pdf"
    call("note", line["consultation"], "--format", "pdf", "--out", str(pdf))
    assert pdf.read_bytes().startswith(b"%PDF")
    final = call("note", line["consultation"], "--final")
    assert final.exit_code == 2  # type: ignore[attr-defined]
    assert "not_signed" in final.output  # type: ignore[attr-defined]
    # Deleted there: it is sent anew.
    with Client(running.url, key(running)) as client:
        client.delete(line["consultation"])
    third = call("run", str(file), "--out", str(out), "--language", "fr", "--json")
    assert json.loads(third.stdout)["status"] == "completed"  # type: ignore[attr-defined]
    monkeypatch.delenv("ANAMNESE_KEY")
    assert call("status", line["job"]).exit_code == 2  # type: ignore[attr-defined]
    secret = tmp_path / "key"
    secret.write_text(key(running) + "\n")
    gone = call("status", line["job"], "--key-file", str(secret))
    assert "not_found" in gone.output  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "url", ["http://service.example", "http://10.0.0.5:8765", "http://localhost.example.org"]
)
def test_the_key_crosses_no_network_in_clear(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InsecureAddress):
        Client(url, "k")
    Client(url, "k", insecure=True).close()
    monkeypatch.setenv("ANAMNESE_KEY", "k")
    found = CliRunner().invoke(app, ["remote", "status", "job_x", "--server", url])
    assert found.exit_code == 2
    assert "insecure_address" in found.output


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"])
def test_this_machine_is_no_network(url: str) -> None:
    Client(url, "k").close()


@pytest.mark.parametrize(
    "url", ["", "service.example", "ftp://x", "https://a:b@x", "https://x/?key=1", "https://"]
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Client(url, "k")


def test_put_off_and_sent_again() -> None:
    http_date = formatdate(time.time() + 30, usegmt=True)
    done = httpx.Response(200, json={"items": [{"name": "soap"}]})
    client, pauses = played(
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(503, headers={"Retry-After": http_date}),
        httpx.Response(503),
        httpx.ReadError("cut"),
        done,
    )
    assert client.templates() == [{"name": "soap"}]
    assert pauses[0] == 7
    assert 25 < pauses[1] <= 30
    assert len(pauses) == 4
    # Longer than it has patience: at once, and not later.
    client, pauses = played(httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(ApiError):
        client.templates()
    assert pauses == []


def test_a_change_whose_answer_was_lost_is_not_made_twice() -> None:
    client, _ = played(httpx.ReadError("cut"), httpx.Response(412))
    with pytest.raises(Unreachable):
        client.edit(ID, "soap", [], etag='"r1"')
    # It never left: sent again.
    note = httpx.Response(200, json={"revision": 2}, headers={"ETag": '"r2"'})
    client, pauses = played(httpx.ConnectError("refused"), note)
    assert client.edit(ID, "soap", [], etag='"r1"').etag == '"r2"'
    assert len(pauses) == 1


def test_what_is_not_ours_is_not_repeated() -> None:
    page = httpx.Response(403, text="<html>Marie Dupont</html>", headers={"X-Request-Id": "r"})
    client, _ = played(page)
    with pytest.raises(ApiError) as refused:
        client.templates()
    assert (refused.value.code, refused.value.request_id) == ("not_the_service", "r")
    assert "Marie" not in str(refused.value)
    # The key goes nowhere else.
    client, _ = played(httpx.Response(307, headers={"Location": "https://evil.example/"}))
    with pytest.raises(ApiError):
        client.templates()


def test_an_id_cannot_leave_its_place_in_the_path() -> None:
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(200, json={}, headers={"ETag": "x"})

    client = Client("https://x/base/", "k", transport=httpx.MockTransport(answer))
    client.note("../../jobs?x#", "a/b")
    assert asked == [b"/base/v1/consultations/..%2F..%2Fjobs%3Fx%23/notes/a%2Fb"]
    for none in ("", ".", ".."):
        with pytest.raises(ValueError, match="empty"):
            client.job(none)


@given(st.binary(max_size=200), st.integers(0, 2**33), st.integers(0, 7))
def test_signatures_of_webhooks(body: bytes, at: int, bit: int) -> None:
    secret = new_secret()
    headers = {str(k): str(v) for k, v in sign(secret, "msg_1", at, body).items()}
    assert verify_signature(secret, headers, body, now=at + 299)
    upper = {name.title(): value for name, value in headers.items()}
    assert verify_signature(secret, upper, body, now=at)
    both = {**headers, "webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}
    assert verify_signature(secret, both, body, now=at)
    assert not verify_signature(secret, headers, body, now=at + 301)
    assert not verify_signature(secret, headers, body, now=at - 301)
    assert not verify_signature(secret, headers, body + b"x", now=at)
    assert not verify_signature(new_secret(), headers, body, now=at)
    assert not verify_signature("", headers, body, now=at)
    for name in headers:
        less = {k: v for k, v in headers.items() if k != name}
        assert not verify_signature(secret, less, body, now=at)
        changed = chr(ord(headers[name][0]) ^ (1 << bit)) + headers[name][1:]
        assert not verify_signature(secret, {**headers, name: changed}, body, now=at)


@given(st.text(max_size=60))
def test_whatever_retry_after_says_is_no_fault(text: str) -> None:
    try:
        answer = httpx.Response(429, headers={"Retry-After": text})
    except UnicodeEncodeError:
        return
    seconds = anamnese_client._retry_after(answer)
    assert seconds is None or seconds >= 0
