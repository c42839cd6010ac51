"""Signed notes sent to an EHR, on both databases: unsigned never, twice never, with names nowhere
but in the document itself."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import func, select

from jobs.metrics import WorkerMetrics
from jobs.push import fhir, mllp
from jobs.push.outcome import Outcome
from jobs.push.pusher import Pusher
from jobs.push_settings import PushSettings
from jobs.service_settings import ServiceSettings
from jobs.store import pushes
from jobs.store.note_tables import NoteRevision
from jobs.store.push_tables import Push, PushAttempt
from jobs.store.tables import now_ms
from tests.service.conftest import ROOT, environment
from tests.service.ehr import FhirServer, Hl7Server, certificate, fhir_server, hl7_server
from tests.service.test_http import Door, door, problem
from tests.service.test_life import all_rows
from tests.service.test_notes import act, change, path, written
from tests.service.work import files_with

__all__ = ["door"]
CANARY = "Zzyzxova"
CONTEXT = {
    "patient": {
        "identifiers": [{"value": "77", "system": "urn:oid:1.2.3", "type": "PI"}],
        "family": CANARY,
        "given": ["Anne"],
    },
    "practitioners": [{"name": "Dr Martin"}],
}


@pytest.fixture
def ehr() -> Iterator[FhirServer]:
    with fhir_server() as made:
        yield made


@pytest.fixture
def hl7() -> Iterator[Hl7Server]:
    with hl7_server() as made:
        yield made


@pytest.fixture
def settings(settings: ServiceSettings, ehr: FhirServer) -> ServiceSettings:
    return changed(
        settings,
        fhir_endpoint=ehr.url,
        push_organisations=["clinic"],
        push_networks=["127.0.0.0/8"],
        push_retry_seconds=0.01,
        push_attempts=3,
        push_timeout=5.0,
    )


def changed(settings: ServiceSettings, **values: object) -> ServiceSettings:
    return ServiceSettings.model_validate({**settings.model_dump(), **values})


def signed(door: Door) -> str:
    con = written(door)
    at = f"/v1/consultations/{con}/document-context"
    assert door.client.put(at, headers=door.as_(), json=CONTEXT).status_code == 200
    assert act(door, con, "sign", name="Dr Martin", identifier="10001").status_code == 200
    return con


def log_of(door: Door, con: str) -> list[dict[str, Any]]:
    answer = door.client.get(f"/v1/consultations/{con}/pushes", headers=door.as_())
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def ask(door: Door, con: str, who: str = "clinician") -> Any:
    return door.client.post(path(con, "/push"), headers=door.as_(who))


def run(door: Door, pusher: Pusher, con: str, seconds: float = 20.0) -> list[dict[str, Any]]:
    """Until nothing waits; the log."""
    end = time.monotonic() + seconds
    while any(one["status"] == "pending" for one in log_of(door, con)):
        pusher.look()
        assert time.monotonic() < end
        time.sleep(0.02)
    return log_of(door, con)


def test_a_signed_note_arrives_once_as_a_valid_document(
    door: Door, settings: ServiceSettings, ehr: FhirServer, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret-token\n")
    ehr.answers = [503]
    con = written(door)
    pusher = Pusher(door.store, changed(settings, fhir_token_file=token))
    problem(ask(door, con), 409, "not_signed")
    assert (pusher.look(), log_of(door, con)) == (0, [])
    assert act(door, con, "sign", name="Dr Martin").status_code == 200
    (entry,) = run(door, pusher, con)
    assert (entry["status"], entry["target"], entry["tries"]) == ("accepted", "fhir", 2)
    assert [one["answer"] for one in entry["attempts"]] == ["503", "201"]
    assert entry["revision"] == 2
    (document,) = ehr.documents
    assert document["entry"][0]["resource"]["status"] == "final"
    assert {headers["authorization"] for _, headers, _ in ehr.got} == {"Bearer s3cret-token"}
    # Asked for again: accepted stays accepted, and nothing leaves.
    again = ask(door, con)
    assert (again.status_code, again.json()["items"]) == (202, [entry])
    assert pusher.look() == 0
    assert len(ehr.got) == 2


def test_an_amendment_is_sent_after_what_it_replaces_and_names_it(
    door: Door, settings: ServiceSettings, ehr: FhirServer
) -> None:
    con = signed(door)
    change(door, con, {"op": "add", "section": "plan", "text": "Vaccin antigrippal."})
    pusher = Pusher(door.store, settings)
    problem(ask(door, con), 409, "not_signed")
    assert act(door, con, "sign", name="Dr Martin").status_code == 200
    ehr.answers = [500]
    run(door, pusher, con)
    first, second = ehr.documents
    composition = second["entry"][0]["resource"]
    assert composition["status"] == "amended"
    assert composition["relatesTo"][0]["targetIdentifier"] == first["identifier"]
    order = [body["identifier"]["value"] for _, _, body in ehr.got]
    assert order == [first["identifier"]["value"]] * 2 + [second["identifier"]["value"]]


@pytest.mark.parametrize("status", [400, 404, 422, 501])
def test_a_refusal_that_would_not_pass_ends_it_until_somebody_asks(
    door: Door, settings: ServiceSettings, ehr: FhirServer, status: int
) -> None:
    ehr.answers = [status]
    con = signed(door)
    pusher = Pusher(door.store, settings)
    (entry,) = run(door, pusher, con)
    assert (entry["status"], entry["attempts"][0]["answer"]) == ("failed", str(status))
    assert pusher.look() == 0
    asked = ask(door, con).json()["items"]
    assert [(one["status"], one["tries"]) for one in asked] == [("pending", 0)]
    (entry,) = run(door, pusher, con)
    assert (entry["status"], len(ehr.documents)) == ("accepted", 1)


def test_it_is_given_up_after_so_many_tries(
    door: Door, settings: ServiceSettings, ehr: FhirServer
) -> None:
    ehr.answers = [503, 429, 401, 503]
    con = signed(door)
    metrics = WorkerMetrics()
    (entry,) = run(door, Pusher(door.store, settings, metrics.pushed), con)
    assert (entry["status"], len(entry["attempts"]), len(ehr.got)) == ("failed", 3, 3)
    labels = {"target": "fhir", "outcome": "again"}
    assert metrics.registry.get_sample_value("anamnese_pushes_total", labels) == 3


def test_a_worker_killed_after_sending_does_not_double_it(
    door: Door, settings: ServiceSettings, ehr: FhirServer
) -> None:
    ehr.hold = 30.0
    con = signed(door)
    code = (
        "from jobs.push.pusher import Pusher\n"
        "from jobs.service_settings import ServiceSettings\n"
        "from jobs.store.store import open_store\n"
        "settings = ServiceSettings()\n"
        "Pusher(open_store(settings, migrate=False), settings).look()\n"
    )
    env = environment(changed(settings, push_timeout=60.0))
    worker = subprocess.Popen([sys.executable, "-c", code], env=env, cwd=ROOT)
    try:
        end = time.monotonic() + 60
        while not ehr.documents:
            assert time.monotonic() < end
            assert worker.poll() is None
            time.sleep(0.05)
    finally:
        worker.kill()
        worker.wait()
    ehr.hold = 0.0
    (entry,) = log_of(door, con)
    assert (entry["status"], entry["attempts"]) == ("pending", [])
    pusher = Pusher(door.store, settings)
    assert pusher.look() == 0  # The dead one's until its time is over,
    ask(door, con)
    assert pusher.look() == 0  # also when somebody asks: it might be alive.
    with door.store.database.write() as session:
        session.scalars(select(Push)).one().next_at = now_ms()
    (entry,) = run(door, pusher, con)
    assert (entry["status"], entry["tries"]) == ("accepted", 2)
    assert (ehr.statuses, len(ehr.documents)) == ([201, 200], 1)


def test_a_transaction_leaves_the_same_when_it_comes_twice_and_takes_back_what_is_gone(
    door: Door, settings: ServiceSettings, ehr: FhirServer
) -> None:
    pusher = Pusher(door.store, changed(settings, fhir_mode="transaction"))
    con = signed(door)
    run(door, pusher, con)
    first = dict(ehr.resources)
    assert ehr.got[0][0] == "/fhir"
    kinds = [place.partition("/")[0] for place in first]
    assert (kinds.count("Composition"), kinds.count("Patient")) == (1, 1)
    with door.store.database.write() as session:
        row = session.scalars(select(Push)).one()
        row.status, row.next_at = "pending", now_ms()
    run(door, pusher, con)
    assert (len(ehr.got), ehr.resources) == (2, first)
    change(door, con, {"op": "remove", "statement": "subjectif.1", "reason": "non"})
    assert act(door, con, "sign", name="Dr Martin", identifier="10001").status_code == 200
    run(door, pusher, con)
    gone = set(first) - set(ehr.resources)
    assert gone
    last = ehr.got[-1][2]
    deleted = {e["request"]["url"] for e in last["entry"] if e["request"]["method"] == "DELETE"}
    assert deleted == gone
    assert not {place.partition("/")[0] for place in gone} & {"Patient", "Composition"}
    # What is left is what a receiver has that saw the amendment alone.
    put = {e["request"]["url"] for e in last["entry"] if e["request"]["method"] == "PUT"}
    assert put <= set(ehr.resources)
    assert sum(place.startswith("Patient/") for place in ehr.resources) == 1


def test_hl7_v2_is_tried_again_with_the_same_number_until_it_is_accepted(
    door: Door, settings: ServiceSettings, hl7: Hl7Server
) -> None:
    only = changed(settings, fhir_endpoint=None, mllp_address=hl7.address, mllp_tls=False)
    door.client.app.state.service = replaced(door, only)
    hl7.answers = ["AE", "silent"]
    con = signed(door)
    (entry,) = run(door, Pusher(door.store, only), con)
    said = [one["answer"] or one["error"] for one in entry["attempts"]]
    assert (entry["target"], entry["status"], said) == (
        "mllp",
        "accepted",
        ["AE", "bad_answer", "AA"],
    )
    assert len({message.split("|")[9] for message in hl7.messages}) == 1
    assert hl7.messages[0] == hl7.messages[2]
    assert "|LA" in hl7.messages[0]
    assert CANARY.encode() in hl7.messages[0].encode()


@pytest.mark.parametrize(
    ("code", "hurried", "status", "said"),
    [
        ("AR", False, "failed", "AR"),
        ("CA", False, "accepted", "CA"),
        ("AA", True, "failed", "bad_answer"),
        ("ZZ", False, "failed", "bad_answer"),
    ],
)
def test_what_an_acknowledgement_says_counts(
    door: Door,
    settings: ServiceSettings,
    hl7: Hl7Server,
    code: str,
    hurried: bool,
    status: str,
    said: str,
) -> None:
    only = changed(settings, fhir_endpoint=None, mllp_address=hl7.address, mllp_tls=False)
    door.client.app.state.service = replaced(door, only)
    hl7.answers, hl7.hurried = [code] * 3, hurried
    con = signed(door)
    (entry,) = run(door, Pusher(door.store, only), con)
    last = entry["attempts"][-1]
    assert (entry["status"], last["answer"] or last["error"]) == (status, said)


def replaced(door: Door, settings: ServiceSettings) -> Any:
    from dataclasses import replace

    return replace(door.client.app.state.service, settings=settings)  # type: ignore[attr-defined]


def test_nothing_leaves_unless_it_is_configured_for_this_organisation(
    door: Door, settings: ServiceSettings, ehr: FhirServer
) -> None:
    door.client.app.state.service = replaced(door, changed(settings, fhir_endpoint=None))
    con = signed(door)
    problem(ask(door, con), 409, "push_off")
    others = changed(settings, push_organisations=["other"])
    door.client.app.state.service = replaced(door, others)
    problem(ask(door, con), 409, "push_off")
    change(door, con, {"op": "add", "section": "plan", "text": "Vaccin antigrippal."})
    assert act(door, con, "sign", name="Dr Martin").status_code == 200
    assert log_of(door, con) == []
    asked = changed(settings, push="asked")
    door.client.app.state.service = replaced(door, asked)
    change(door, con, {"op": "add", "section": "plan", "text": "Vaccin antitétanique."})
    assert act(door, con, "sign", name="Dr Martin").status_code == 200
    pusher = Pusher(door.store, asked)
    assert (log_of(door, con), pusher.look(), ehr.got) == ([], 0, [])
    problem(ask(door, con, "stranger"), 404, "not_found")
    problem(ask(door, con, "reader"), 403, "forbidden")
    assert ask(door, con).status_code == 202
    assert [one["status"] for one in run(door, pusher, con)] == ["accepted"]


def test_a_row_for_words_that_nobody_signed_sends_nothing(
    door: Door, settings: ServiceSettings, ehr: FhirServer
) -> None:
    """What must never happen, 8: whatever wrote the row."""
    con = signed(door)
    run(door, Pusher(door.store, settings), con)
    change(door, con, {"op": "add", "section": "plan", "text": "Vaccin antigrippal."})
    with door.store.database.write() as session:
        revision = session.scalar(select(func.max(NoteRevision.revision)))
        assert revision is not None
        pushes.ask(session, door.org, con, "soap", revision, ["fhir"])
        pushes.ask(session, door.org, con, "soap", 99, ["fhir"])
    entries = run(door, Pusher(door.store, settings), con)
    assert [one["attempts"][0]["error"] for one in entries] == [None, "not_signed", "gone"]
    assert len(ehr.got) == 1


def test_erasure_takes_the_log_with_it(door: Door, settings: ServiceSettings) -> None:
    con = signed(door)
    run(door, Pusher(door.store, settings), con)
    signed(door)
    body = {"consultation": con}
    assert door.client.post("/v1/erasures", headers=door.as_("admin"), json=body).is_success
    problem(
        door.client.get(f"/v1/consultations/{con}/pushes", headers=door.as_()), 404, "not_found"
    )
    with door.store.database.read() as session:
        assert session.scalar(select(func.count()).select_from(PushAttempt)) == 0
        assert session.scalar(select(func.count()).select_from(Push)) == 1


def test_no_name_is_in_tables_files_or_logs(
    door: Door,
    settings: ServiceSettings,
    ehr: FhirServer,
    hl7: Hl7Server,
    caplog: pytest.LogCaptureFixture,
) -> None:
    both = changed(settings, mllp_address=hl7.address, mllp_tls=False)
    door.client.app.state.service = replaced(door, both)
    ehr.answers, hl7.answers = [503, 400], ["AE", "AR"]
    with caplog.at_level(logging.DEBUG):
        con = signed(door)
        entries = run(door, Pusher(door.store, both), con)
    assert [one["status"] for one in entries] == ["failed", "failed"]
    assert CANARY in str(ehr.got)
    assert CANARY in hl7.messages[0]
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("anamnese"))
    assert "push psh_" in ours
    for text in (CANARY, CANARY.upper()):
        assert text not in caplog.text
        assert not any(text in row[1] for row in all_rows(door.store))
        assert files_with(settings.data_folder, text.encode()) == []


def bare(**values: object) -> PushSettings:
    given = {"push_organisations": ["clinic"], "push_timeout": 2.0, **values}
    return PushSettings.model_validate(given)


BUNDLE = {"type": "document", "identifier": {"system": "urn:ietf:rfc:3986", "value": "ni:///x"}}


def test_private_addresses_are_not_reached_unless_they_are_listed(ehr: FhirServer) -> None:
    outcome = fhir.send(BUNDLE, bare(fhir_endpoint=ehr.url))
    assert (outcome.verdict, outcome.error) == ("again", "address_refused")
    moved = bare(fhir_endpoint="https://ehr.example.org/fhir")
    outcome = fhir.send(BUNDLE, moved, lambda _host, _port: ["93.184.216.34", "169.254.169.254"])
    assert outcome.error == "address_refused"
    message = "MSH|^~\\&|A||||1||MDM^T02|7\r"
    outcome = mllp.send(message, bare(mllp_address="127.0.0.1:9", mllp_tls=False))
    assert outcome.error == "address_refused"
    assert ehr.got == []


def test_hl7_v2_over_tls_goes_to_whom_the_system_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path)
    message = "MSH|^~\\&|A||||1||MDM^T02|7\r"
    with hl7_server(context) as hl7:
        wanted = bare(mllp_address=hl7.address, push_networks=["127.0.0.0/8"], push_timeout=10)
        assert mllp.send(message, wanted).error == "tls_failed"
        assert hl7.messages == []
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert mllp.send(message, wanted) == Outcome("accepted", "AA")
        # Another name than that of the certificate.
        _, _, port = hl7.address.partition(":")
        other = wanted.model_copy(update={"mllp_address": f"ehr.example.org:{port}"})
        outcome = mllp.send(message, other, lambda _host, _port: ["127.0.0.1"])
        assert outcome.error == "tls_failed"
        assert hl7.messages == [message]


def test_a_receiver_without_tls_gets_no_message_that_needs_it(hl7: Hl7Server) -> None:
    wanted = bare(mllp_address=hl7.address, push_networks=["127.0.0.0/8"])
    outcome = mllp.send("MSH|^~\\&|A||||1||MDM^T02|7\r", wanted)
    assert outcome.error in {"tls_failed", "timeout", "bad_answer", "connect_failed"}
    assert hl7.messages == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"fhir_endpoint": "http://ehr.example.org/fhir"},
        {"fhir_endpoint": "https://user:x@ehr.example.org/fhir"},
        {"fhir_endpoint": "https://ehr.example.org/fhir?x=1"},
        {"fhir_endpoint": "ftp://ehr.example.org", "push_http": True},
        {"fhir_endpoint": "https://ehr.example.org/fhir", "push_organisations": []},
        {"mllp_address": "ehr.example.org"},
        {"mllp_address": "ehr.example.org:0"},
        {"mllp_address": "ehr.example.org:99999"},
        {"mllp_address": "x@ehr.example.org:2575"},
        {"mllp_address": "ehr.example.org:2575/x"},
    ],
)
def test_receivers_that_cannot_be_meant(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        bare(**wrong)


def test_a_token_that_cannot_be_read_sends_nothing(ehr: FhirServer, tmp_path: Path) -> None:
    wanted = bare(fhir_endpoint=ehr.url, push_networks=["127.0.0.0/8"])
    file = tmp_path / "token"
    for content in (None, "", "two words", "line\r\nX-Other: 1", "é"):
        if content is not None:
            file.write_text(content, "utf-8")
        outcome = fhir.send(BUNDLE, wanted.model_copy(update={"fhir_token_file": file}))
        assert (outcome.verdict, outcome.error) == ("again", "token_unreadable")
    assert ehr.got == []


@given(st.binary(max_size=200))
def test_whatever_comes_back_is_an_acknowledgement_or_a_value_error(answer: bytes) -> None:
    for wire in (answer, b"MSH|^~\\&" + answer, b"MSH|^~\\&\rMSA|" + answer):
        try:
            ack = mllp.read_ack(wire)
        except ValueError:
            continue
        assert "\r" not in ack.code + ack.control_id


@given(
    st.sampled_from("|!#"),
    st.sampled_from(["AA", "AE", "AR", "CA", "CE", "CR"]),
    st.text("0123456789ABCDEFabcdef", min_size=1, max_size=20),
    st.sampled_from(["\r", "\r\n", "\n"]),
)
def test_an_acknowledgement_is_read_with_the_separators_that_it_names(
    bar: str, code: str, number: str, end: str
) -> None:
    head = bar.join(["MSH", "^~\\&", "EHR"])
    wire = end.join([head, bar.join(["MSA", code, number, "thank you"]), ""])
    assert mllp.read_ack(wire.encode()) == mllp.Ack(code, number)


def test_a_frame_is_not_ended_from_within() -> None:
    assert mllp.framed("MSH|é\r") == b"\x0bMSH|\xc3\xa9\r\x1c\r"
    for byte in ("\x0b", "\x1c"):
        with pytest.raises(ValueError, match="frame"):
            mllp.framed(f"MSH|{byte}")
