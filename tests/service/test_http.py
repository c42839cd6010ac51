"""The HTTP service in process: what it takes, gives and refuses, on both databases."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api import openai_errors
from api.app import make_app
from api.auth import check_address
from api.negotiate import negotiate
from api.problem import NotAcceptable
from api.wire import from_cursor, to_cursor
from consultation.errors import InvalidOption
from jobs.errors import KeysMissing
from jobs.service_settings import ServiceSettings
from jobs.store import access, audit
from jobs.store.access import Role, Scope
from jobs.store.artefacts import OPTIONS
from jobs.store.store import Store
from jobs.tasks import JobOptions
from tests.service.conftest import ROOT, MakeSettings, environment
from tests.service.work import recording
from tests.unit.talk import transcript

AUDIO = recording(0.5)
FILE = {"file": ("Dupont Marie 1961.wav", AUDIO, "audio/wav")}


@dataclass
class Door:
    """A client, and keys of two organisations."""

    client: TestClient
    store: Store
    org: str
    keys: dict[str, str]

    def as_(self, who: str = "clinician", **headers: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who]}", **headers}


def issue(store: Store, org: str, role: Role, **more: object) -> str:
    with store.database.write() as session:
        options: dict[str, object] = {"expires": None, **more}
        return access.issue(session, org_id=org, name="k", role=role, **options)[1]  # type: ignore[arg-type]


@pytest.fixture
def door(settings: ServiceSettings) -> Iterator[Door]:
    app = make_app(settings)
    store: Store = app.state.service.store
    with store.database.write() as session:
        org = access.organisation(session, "clinic")
        other = access.organisation(session, "other")
    keys = {role.value: issue(store, org, role) for role in Role}
    keys["stranger"] = issue(store, other, Role.admin)
    keys["strange_clinician"] = issue(store, other, Role.clinician)
    keys["old"] = issue(store, org, Role.admin, expires=1)
    keys["reader"] = issue(store, org, Role.admin, scopes=frozenset({Scope.read}))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Door(client, store, org, keys)


def upload(door: Door, who: str = "clinician", **fields: str) -> dict[str, object]:
    answer = door.client.post("/v1/consultations", headers=door.as_(who), files=FILE, data=fields)
    assert answer.status_code == 202, answer.text
    made: dict[str, object] = answer.json()
    return made


def problem(answer: object, status: int, code: str) -> dict[str, object]:
    """Every refusal is RFC 9457 with a code and a hint."""
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert answer.headers["content-type"] == "application/problem+json"  # type: ignore[attr-defined]
    body: dict[str, object] = answer.json()  # type: ignore[attr-defined]
    assert body["code"] == code
    assert body["status"] == status
    assert body["hint"]
    assert body["request_id"] == answer.headers["x-request-id"]  # type: ignore[attr-defined]
    return body


def sent_transcript() -> dict[str, object]:
    read: dict[str, object] = json.loads(
        transcript("D: De quoi souffrez-vous ?", "P: J'ai mal au ventre.").to_json()
    )
    return read


def test_an_upload_becomes_a_job(door: Door) -> None:
    answer = door.client.post(
        "/v1/consultations",
        headers=door.as_(),
        files=FILE,
        data={
            "language": "fr",
            "template": "soap",
            "speakers": "2-3",
            "vocabulary": "amoxicilline, Dupont\nDoliprane",
            "roles": '{"S1": "clinician"}',
            "consent": "C-17",
            "priority": "batch",
        },
    )
    assert answer.status_code == 202
    made = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{made['job']['id']}"
    job = door.client.get(answer.headers["location"], headers=door.as_()).json()
    assert job == made["job"]
    assert (job["status"], job["template"]) == ("queued", "soap")
    assert job["artefacts"] == {"transcript": "pending", "summary": "pending"}
    shown = door.client.get(f"/v1/consultations/{made['consultation_id']}", headers=door.as_())
    assert shown.json()["has_audio"] is True
    stored = b"".join(door.store.audio.read(door.org, made["consultation_id"]))
    assert stored == AUDIO
    with door.store.database.read() as session:
        from jobs.store import artefacts

        kept = artefacts.get(
            session,
            door.store.ring,
            org_id=door.org,
            consultation_id=made["consultation_id"],
            kind=OPTIONS,
        )
    assert kept is not None
    options = JobOptions.model_validate_json(kept.content)
    assert options.consent == "C-17"
    assert options.transcribe.vocabulary == ("amoxicilline", "Dupont", "Doliprane")
    assert options.transcribe.speakers.maximum == 3


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"language": "tlh"}, "unsupported_language"),
        ({"template": "nope"}, "unknown_template"),
        ({"template": "compte-rendu", "language": "en"}, "unknown_template"),
        ({"speakers": "many"}, "invalid_option"),
        ({"speakers": "5-2"}, "invalid_option"),
        ({"speakers": "99"}, "invalid_option"),
        ({"channels": "left"}, "invalid_option"),
        ({"channel_roles": "clinician"}, "invalid_option"),
        ({"roles": "{"}, "invalid_option"),
        ({"roles": '{"S1": "king"}'}, "invalid_option"),
        ({"roles": "[" * 100_000}, "bad_upload"),
        ({"allow_truncated": "perhaps"}, "invalid_option"),
        ({"priority": "0"}, "invalid_option"),
        ({"consent": "x" * 201}, "invalid_option"),
        ({"colour": "red"}, "invalid_option"),
    ],
)
def test_options_that_cannot_be_meant(door: Door, fields: dict[str, str], code: str) -> None:
    answer = door.client.post("/v1/consultations", headers=door.as_(), files=FILE, data=fields)
    body = problem(answer, 422, code)
    assert "king" not in json.dumps(body)
    assert not list(door.store.audio.folder.rglob("*.*"))


def test_a_value_is_never_taken_for_a_file(door: Door) -> None:
    made = upload(door, vocabulary="/etc/passwd")
    with door.store.database.read() as session:
        from jobs.store import artefacts

        kept = artefacts.get(
            session,
            door.store.ring,
            org_id=door.org,
            consultation_id=str(made["consultation_id"]),
            kind=OPTIONS,
        )
    assert kept is not None
    assert b"root:" not in kept.content


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"content-type": "application/json"}, b"{}", "bad_upload"),
        ({"content-type": "multipart/form-data"}, b"x", "bad_upload"),
        ({"content-type": "multipart/form-data; boundary=b"}, b"", "bad_upload"),
        ({"content-type": "multipart/form-data; boundary=b"}, b"garbage", "bad_upload"),
        (
            {"content-type": "multipart/form-data; boundary=b"},
            b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf of',
            "bad_upload",
        ),
        (
            {"content-type": "multipart/form-data; boundary=b"},
            b'--b\r\ncontent-disposition: form-data; name="file"\r\n\r\n\r\n--b--\r\n',
            "empty_file",
        ),
        (
            {"content-type": "multipart/form-data; boundary=b"},
            b'--b\r\ncontent-disposition: form-data; name="template"\r\n\r\nsoap\r\n--b--\r\n',
            "bad_upload",
        ),
        (
            {"content-type": "multipart/form-data; boundary=b"},
            b'--b\r\ncontent-disposition: form-data; name="template"\r\n\r\n\xff\r\n--b--\r\n',
            "bad_upload",
        ),
    ],
)
def test_malformed_uploads_leave_nothing(
    door: Door, headers: dict[str, str], body: bytes, code: str
) -> None:
    answer = door.client.post("/v1/consultations", headers=door.as_(**headers), content=body)
    problem(answer, 422, code)
    assert not list(door.store.audio.folder.rglob("*.*"))


def test_too_large_is_refused_before_and_while_it_is_read(make_settings: MakeSettings) -> None:
    app = make_app(make_settings(upload_limit_mb=1))
    store: Store = app.state.service.store
    with store.database.write() as session:
        org = access.organisation(session, "clinic")
    headers = {"Authorization": f"Bearer {issue(store, org, Role.clinician)}"}
    read = 0

    def body() -> Iterator[bytes]:
        nonlocal read
        yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(8):
            read += 1
            yield bytes(1 << 20)

    kind = {"content-type": "multipart/form-data; boundary=b"}
    with TestClient(app) as client:
        announced = {**headers, **kind, "content-length": str(5 << 30)}
        problem(client.post("/v1/consultations", headers=announced), 413, "too_large")
        answer = client.post("/v1/consultations", headers={**headers, **kind}, content=body())
        problem(answer, 413, "too_large")
        kind = {"content-type": "application/json"}
        for content in (b"[" * (40 << 20), (bytes(1 << 20) for _ in range(40))):
            answer = client.post("/v1/summaries", headers={**headers, **kind}, content=content)
            problem(answer, 413, "too_large")
    assert not list(store.audio.folder.rglob("*.*"))


def test_consent_may_be_required(make_settings: MakeSettings) -> None:
    app = make_app(make_settings(require_consent=True))
    store: Store = app.state.service.store
    with store.database.write() as session:
        org = access.organisation(session, "clinic")
    headers = {"Authorization": f"Bearer {issue(store, org, Role.clinician)}"}
    with TestClient(app) as client:
        problem(
            client.post("/v1/consultations", headers=headers, files=FILE), 422, "consent_required"
        )
        body = {"transcript": sent_transcript()}
        problem(client.post("/v1/summaries", headers=headers, json=body), 422, "consent_required")
        answer = client.post(
            "/v1/consultations", headers=headers, files=FILE, data={"consent": "C-1"}
        )
        assert answer.status_code == 202


def test_idempotency_key(door: Door) -> None:
    headers = door.as_(**{"Idempotency-Key": "one"})
    first = door.client.post("/v1/consultations", headers=headers, files=FILE)
    again = door.client.post("/v1/consultations", headers=headers, files=FILE)
    assert again.status_code == 202
    assert again.json() == first.json()
    assert len(list(door.store.audio.folder.rglob("*.anf"))) == 1
    other = door.client.post(
        "/v1/consultations", headers=headers, files=FILE, data={"language": "fr"}
    )
    problem(other, 409, "idempotency_key_reused")
    assert len(list(door.store.audio.folder.rglob("*.anf"))) == 1
    # Of another organisation it is another key.
    stranger = door.client.post(
        "/v1/consultations", headers=door.as_("stranger", **{"Idempotency-Key": "one"}), files=FILE
    )
    assert stranger.json()["job"]["id"] != first.json()["job"]["id"]


def routes(door: Door) -> list[tuple[str, str]]:
    """Method and path of everything below /v1, with ids that nobody has."""
    found = []
    for path, operations in door.client.get("/openapi.json").json()["paths"].items():
        if path.startswith("/v1"):
            real = re.sub(r"\{(\w{3})\w*\}", r"\1_0", path)
            found += [(method.upper(), real) for method in operations]
    return found


def test_every_address_asks_for_a_key(door: Door) -> None:
    asked = routes(door)
    assert len(asked) >= 14
    for method, path in asked:
        answer = door.client.request(method, path)
        if method == "HEAD":
            assert answer.status_code == 401
        elif openai_errors.speaks(path):
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == "unauthorized"
        else:
            problem(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    for wrong in (
        "Bearer x",
        "Bearer ana_a_b",
        "Basic eDp5",
        f"Bearer {door.keys['old']}",
        "Bearer",
    ):
        answer = door.client.get("/v1/consultations", headers={"Authorization": wrong})
        problem(answer, 401, "unauthorized")


def test_roles_and_scopes(door: Door) -> None:
    made = upload(door)
    path = f"/v1/consultations/{made['consultation_id']}"
    get, delete = door.client.get, door.client.delete
    problem(get(path, headers=door.as_("auditor")), 403, "forbidden")
    problem(get("/v1/audit", headers=door.as_("clinician")), 403, "forbidden")
    problem(delete(path, headers=door.as_("integration")), 403, "forbidden")
    problem(delete(path, headers=door.as_("reader")), 403, "forbidden")
    upload_by_reader = door.client.post("/v1/consultations", headers=door.as_("reader"), files=FILE)
    problem(upload_by_reader, 403, "forbidden")
    assert get(path, headers=door.as_("reader")).status_code == 200
    assert get("/v1/audit", headers=door.as_("auditor")).status_code == 200


def test_another_organisation_gets_404(door: Door) -> None:
    made = upload(door)
    con, job = made["consultation_id"], made["job"]["id"]  # type: ignore[index]
    stranger = door.as_("stranger", **{"If-Match": "*"})
    body = {"json": {"speakers": {"S1": {"role": "patient"}}}}
    for method, path, more in (
        ("GET", f"/v1/consultations/{con}", {}),
        ("GET", f"/v1/consultations/{con}/transcript", {}),
        ("GET", f"/v1/consultations/{con}/summary", {}),
        ("GET", f"/v1/consultations/{con}/speakers", {}),
        ("PATCH", f"/v1/consultations/{con}/speakers", body),
        ("POST", f"/v1/consultations/{con}/summaries", {"json": {}}),
        ("DELETE", f"/v1/consultations/{con}", {}),
        ("GET", f"/v1/jobs/{job}", {}),
        ("GET", f"/v1/jobs/{job}/events", {}),
        ("POST", f"/v1/jobs/{job}/cancel", {}),
    ):
        problem(door.client.request(method, path, headers=stranger, **more), 404, "not_found")
    assert door.client.get("/v1/consultations", headers=stranger).json()["items"] == []
    assert door.client.get(f"/v1/jobs/{job}", headers=door.as_()).json()["status"] == "queued"


def test_cancel_and_erase(door: Door) -> None:
    made = upload(door)
    job = made["job"]["id"]  # type: ignore[index]
    cancelled = door.client.post(f"/v1/jobs/{job}/cancel", headers=door.as_())
    assert cancelled.json()["status"] == "cancelled"
    assert door.client.post(f"/v1/jobs/{job}/cancel", headers=door.as_()).status_code == 200
    path = f"/v1/consultations/{made['consultation_id']}"
    assert door.client.delete(path, headers=door.as_()).status_code == 204
    problem(door.client.get(path, headers=door.as_()), 404, "not_found")
    problem(door.client.delete(path, headers=door.as_()), 404, "not_found")
    problem(door.client.get(f"/v1/jobs/{job}", headers=door.as_()), 404, "not_found")
    assert not list(door.store.audio.folder.rglob("*.*"))


def test_pages(door: Door) -> None:
    made = [upload(door)["consultation_id"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        asked = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = door.client.get("/v1/consultations", headers=door.as_(), params=asked).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(str(one) for one in made)
    for wrong in ("x", "é", "W10=", "WzEsMl0=", "' OR 1=1 --"):
        answer = door.client.get("/v1/consultations", headers=door.as_(), params={"cursor": wrong})
        problem(answer, 422, "invalid_option")
    for limit in ("0", "201", "x", "1e3"):
        answer = door.client.get("/v1/consultations", headers=door.as_(), params={"limit": limit})
        problem(answer, 422, "invalid_request")


def test_a_sent_transcript_is_summarised_and_speakers_are_edited(door: Door) -> None:
    sent = {"transcript": sent_transcript(), "template": "soap"}
    answer = door.client.post("/v1/summaries", headers=door.as_(), json=sent)
    assert answer.status_code == 202
    job = answer.json()["job"]
    assert (job["kind"], job["artefacts"]["transcript"]) == ("summary", "ready")
    path = f"/v1/consultations/{answer.json()['consultation_id']}"
    problem(door.client.get(f"{path}/summary", headers=door.as_()), 404, "not_found")

    read = door.client.get(f"{path}/speakers", headers=door.as_())
    assert read.headers["etag"] == '"v1"'
    change = {"speakers": {"S2": {"name": "Mme Durand", "role": "companion"}}}

    def patch(body: object, **headers: str) -> object:
        return door.client.patch(f"{path}/speakers", headers=door.as_(**headers), json=body)

    problem(patch(change), 428, "precondition_required")
    problem(patch(change, **{"If-Match": '"v9"'}), 412, "precondition_failed")
    unknown = {"speakers": {"S9": {"role": "patient"}}}
    problem(patch(unknown, **{"If-Match": '"v1"'}), 422, "invalid_option")
    injected = {"speakers": {"S2": {"name": "a\r\nb"}}}
    problem(patch(injected, **{"If-Match": '"v1"'}), 422, "invalid_request")
    changed = patch(change, **{"If-Match": '"v1"'})
    assert changed.status_code == 200  # type: ignore[attr-defined]
    assert changed.headers["etag"] == '"v2"'  # type: ignore[attr-defined]
    problem(patch(change, **{"If-Match": '"v1"'}), 412, "precondition_failed")

    def transcript_as(accept: str) -> object:
        return door.client.get(f"{path}/transcript", headers=door.as_(Accept=accept))

    assert "Mme Durand: J'ai mal au ventre." in transcript_as("text/plain").text  # type: ignore[attr-defined]
    for accept, start in (
        ("text/vtt", "WEBVTT"),
        ("application/x-subrip", "1\n00:00:00,000"),
        ("text/x-rttm", "SPEAKER consultation 1"),
        ("application/json", "{"),
        ("*/*", "{"),
        ("text/*;q=0.1, application/json", "{"),
        ("text/vtt;q=0.9, text/plain;q=0.8", "WEBVTT"),
    ):
        one = transcript_as(accept)
        assert one.status_code == 200  # type: ignore[attr-defined]
        assert one.text.startswith(start), accept  # type: ignore[attr-defined]
        assert one.headers["vary"] == "Accept"  # type: ignore[attr-defined]
        assert one.headers["etag"] == 'W/"v2"'  # type: ignore[attr-defined]
    problem(transcript_as("image/png"), 406, "not_acceptable")
    again = door.client.post(
        f"{path}/summaries", headers=door.as_(), json={"template": "compte-rendu"}
    )
    assert again.status_code == 202
    assert again.json()["job"]["kind"] == "summary"
    wrong = door.client.post(f"{path}/summaries", headers=door.as_(), json={"template": "nope"})
    problem(wrong, 422, "unknown_template")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xa5\xff1l",
        b"[]",
        b'{"transcript": 1}',
        b'{"transcript": {"language": "Madame Dupont tousse"}}',
        b'{"transcript": {}, "more": 1}',
        b"[" * 5000,
        b'{"transcript": "\xff"}',
    ],
)
def test_what_was_sent_is_never_repeated(door: Door, body: bytes) -> None:
    headers = door.as_(**{"content-type": "application/json"})
    answer = door.client.post("/v1/summaries", headers=headers, content=body)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Dupont" not in answer.text


def test_ids_that_are_no_ids(door: Door) -> None:
    for wrong in (
        "' OR 1=1 --",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "con_%0d%0aSet-Cookie:x",
        "é" * 99,
    ):
        answer = door.client.get(f"/v1/consultations/{wrong}", headers=door.as_())
        assert answer.status_code in {404, 422}, (wrong, answer.text)
        assert "set-cookie" not in answer.headers


def test_headers(door: Door) -> None:
    answer = door.client.get(
        "/health/live", headers={"X-Request-ID": "abc-1", "Origin": "https://x"}
    )
    assert answer.json() == {"status": "ok", "checks": {}}
    assert answer.headers["x-request-id"] == "abc-1"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers
    odd = door.client.get("/health/live", headers={"X-Request-ID": "a b;c"})
    assert odd.headers["x-request-id"] != "a b;c"
    problem(door.client.get("/nowhere"), 404, "not_found")
    problem(door.client.post("/health/live"), 405, "method_not_allowed")
    preflight = door.client.options(
        "/v1/consultations",
        headers={"Origin": "https://x", "Access-Control-Request-Method": "POST"},
    )
    assert preflight.status_code == 405


def test_ready_says_what_is_missing(door: Door) -> None:
    answer = door.client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "checks": {
            "database": "ok",
            "disk": "ok",
            "workers": "0",
            "weights": "unknown",
            "language_model": "unknown",
        },
    }


def test_everything_is_in_the_audit_log_and_nothing_that_was_said(door: Door) -> None:
    made = upload(door, vocabulary="Zylberszteyn")
    con, job = made["consultation_id"], made["job"]["id"]  # type: ignore[index]
    door.client.post(f"/v1/jobs/{job}/cancel", headers=door.as_(**{"X-Request-ID": "r-7"}))
    door.client.delete(f"/v1/consultations/{con}", headers=door.as_("admin"))
    lines = door.client.get("/v1/audit", headers=door.as_("auditor")).json()["items"]
    assert [(line["action"], line["subject"]) for line in lines] == [
        ("consultation.create", con),
        ("job.cancel", job),
        ("consultation.erase", con),
    ]
    assert lines[1]["request_id"] == "r-7"
    assert lines[0]["actor"] == door.keys["clinician"].split("_")[1]
    assert "Zylberszteyn" not in json.dumps(lines)
    with door.store.database.read() as session:
        assert audit.verify(session)[0] == 3
    assert door.client.get("/v1/audit", headers=door.as_("stranger")).json()["items"] == []


def test_logs_hold_no_content(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        upload(door, vocabulary="Zylberszteyn")
        door.client.get("/v1/consultations/Zylberszteyn?x=Zylberszteyn", headers=door.as_())
        sent = {"transcript": {"language": "Zylberszteyn"}}
        door.client.post("/v1/summaries", headers=door.as_(), json=sent)
    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    assert ours
    said = " ".join(record.getMessage() for record in ours)
    assert "Zylberszteyn" not in said
    assert "Dupont" not in said
    assert door.keys["clinician"] not in said


def test_a_fault_of_ours_says_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Madame Dupont tousse")

    monkeypatch.setattr("jobs.store.consultations.page", broken)
    answer = door.client.get("/v1/consultations", headers=door.as_())
    problem(answer, 500, "internal_error")
    assert "Dupont" not in answer.text
    assert "Dupont" not in caplog.text
    assert "RuntimeError at " in caplog.text


TALK = "Médecin : Où avez-vous mal ?\nPatiente : J'ai mal au ventre, je suis allergique au latex."


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("application/json", json.dumps({"text": TALK, "template": "soap"})),
        ("text/plain; charset=utf-8", TALK),
        ("text/vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Patient>J'ai mal au ventre."),
        ("application/x-subrip", "1\n00:00:01,000 --> 00:00:02,000\nPatient: J'ai mal."),
    ],
)
def test_notes_of_a_text(door: Door, media: str, body: str) -> None:
    query = {} if media == "application/json" else {"template": "soap", "language": "fr"}

    def post(body: str) -> object:
        headers = door.as_(**{"Content-Type": media, "Idempotency-Key": "k"})
        return door.client.post(
            "/v1/summaries", headers=headers, content=body.encode(), params=query
        )

    made = post(body).json()  # type: ignore[attr-defined]
    assert (made["job"]["kind"], made["job"]["template"]) == ("summary", "soap")
    assert post(body).json() == made  # type: ignore[attr-defined]
    problem(post(body.replace("mal", "froid")), 409, "idempotency_key_reused")
    path = f"/v1/consultations/{made['consultation_id']}"
    shown = door.client.get(path, headers=door.as_()).json()
    assert (shown["has_audio"], shown["transcript_version"]) == (False, 1)
    text = door.client.get(f"{path}/transcript", headers=door.as_(Accept="text/plain")).text
    assert "J'ai mal" in text
    timed = "-->" in body
    assert text.startswith("[0:01] Patient") == timed
    vtt = door.client.get(f"{path}/transcript", headers=door.as_(Accept="text/vtt"))
    assert vtt.status_code == (200 if timed else 406)


@pytest.mark.parametrize(
    ("media", "body", "query", "status", "code"),
    [
        ("application/json", "{}", {}, 422, "invalid_transcript"),
        ("application/json", '{"text": "a", "transcript": {}}', {}, 422, "invalid_transcript"),
        ("application/json", '{"text": "D: hi", "x": 1}', {}, 422, "invalid_request"),
        ("application/json", "{", {}, 422, "invalid_request"),
        ("application/json", '{"text": "D: a"}', {"language": "fr"}, 422, "invalid_request"),
        ("text/plain", "no speaker", {}, 422, "invalid_transcript"),
        ("text/plain", "D: Doliprane", {}, 422, "unsupported_language"),
        ("text/plain", "D: a", {"language": "de"}, 422, "invalid_request"),
        ("text/plain", "D: a", {"language": "fr", "template": "x"}, 422, "unknown_template"),
        ("text/plain", b"D: \xff", {}, 422, "invalid_transcript"),
        ("application/pdf", "x", {}, 415, "unsupported_media_type"),
    ],
)
def test_texts_that_are_refused(
    door: Door, media: str, body: str | bytes, query: dict[str, str], status: int, code: str
) -> None:
    headers = door.as_(**{"Content-Type": media})
    answer = door.client.post("/v1/summaries", headers=headers, content=body, params=query)
    problem(answer, status, code)


def test_openapi_names_every_refusal(door: Door) -> None:
    schema = door.client.get("/openapi.json").json()
    assert schema["components"]["securitySchemes"]
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if not path.startswith("/v1"):
                continue
            openai = openai_errors.speaks(path)
            wanted = {"401", "403"} if openai else {"401", "403", "422"}
            assert wanted <= set(operation["responses"]), (method, path)
            assert operation["security"]
            media = "application/json" if openai else "application/problem+json"
            for status, answer in operation["responses"].items():
                if status >= "4":
                    assert set(answer["content"]) == {media}, (method, path, status)
            assert not openai or "422" not in operation["responses"]


def test_without_authentication_on_this_machine_only(make_settings: MakeSettings) -> None:
    for host in ("0.0.0.0", "::", "192.168.1.4", "example.org"):
        with pytest.raises(InvalidOption):
            check_address(make_settings(authentication="none", host=host))
        check_address(make_settings(host=host))
    for host in ("127.0.0.1", "::1", "localhost"):
        check_address(make_settings(authentication="none", host=host))
    app = make_app(make_settings(authentication="none"))
    with TestClient(app) as client:
        assert client.get("/v1/consultations").json() == {"items": [], "next_cursor": None}


def test_no_keys_no_service(make_settings: MakeSettings) -> None:
    with pytest.raises(KeysMissing):
        make_app(make_settings(keys_file=None))


def test_the_http_process_never_loads_a_model_library(settings: ServiceSettings) -> None:
    """In a process of its own, after a request has been served."""
    code = """
import sys
from fastapi.testclient import TestClient
from api import openai_errors
from api.app import make_app
from jobs.service_settings import ServiceSettings
with TestClient(make_app(ServiceSettings())) as client:
    assert client.get("/health/ready").status_code == 200
    assert client.get("/openapi.json").status_code == 200
heavy = {"torch", "faster_whisper", "ctranslate2", "pyannote", "xllamacpp", "transformers",
    "onnxruntime"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == "[]"


MEDIA = ("application/json", "text/plain", "text/vtt")


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/plain"),
        ("text/vtt", "text/vtt"),
        ("TEXT/VTT; q=1", "text/vtt"),
        ("text/*;q=0.5, text/vtt;q=0.4", "text/plain"),
        ("text/*, text/plain;q=0", "text/vtt"),
        ("*/*;q=0.1, text/vtt", "text/vtt"),
    ],
)
def test_negotiate(accept: str | None, best: str) -> None:
    assert negotiate(accept, MEDIA) == best


@given(st.text(max_size=60))
def test_any_accept_is_answered_or_refused(accept: str) -> None:
    with contextlib.suppress(NotAcceptable):
        assert negotiate(accept, MEDIA) in MEDIA


@given(st.integers(0, 2**53 - 1), st.from_regex(r"con_[0-9a-f]{32}", fullmatch=True))
def test_cursors_come_back(created: int, name: str) -> None:
    assert from_cursor(to_cursor(created, name)) == (created, name)


@given(st.text(max_size=60))
def test_any_cursor_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidOption):
        from_cursor(text)
