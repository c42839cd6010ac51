"""Batches and webhooks over HTTP and on the command line, without workers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.batch_follow import exit_code
from api.batch_manifest import from_folder, from_lines
from api.cli import app
from jobs.batch_source import BadRow, GoodRow
from jobs.chores import feeder
from jobs.service_settings import ServiceSettings
from tests.service.conftest import MakeSettings, environment
from tests.service.test_http import Door, door, problem, sent_transcript, upload

__all__ = ["door"]
COLUMNS = ("path", "reference", "language", "template", "speakers", "vocabulary", "consent")


@pytest.fixture
def settings(make_settings: MakeSettings) -> ServiceSettings:
    return make_settings()


def feed(door: Door) -> None:
    service = door.client.app.state.service  # type: ignore[attr-defined]
    feeder(service.store, service.enqueuer, service.settings, "test").look()


def test_a_batch_over_http(door: Door) -> None:
    con = upload(door)["consultation_id"]
    body = {
        "items": [
            {"consultation_id": con, "template": "soap", "reference": "A"},
            {"transcript": sent_transcript(), "reference": "B"},
            {"consultation_id": f"con_{'0' * 32}"},
        ]
    }
    headers = door.as_("integration", **{"Idempotency-Key": "k1"})
    made = door.client.post("/v1/batches", headers=headers, json=body)
    assert made.status_code == 202, made.text
    batch = made.json()
    assert made.headers["location"] == f"/v1/batches/{batch['id']}"
    assert (batch["status"], batch["total"], batch["items"]["waiting"]) == ("running", 3, 3)
    assert door.client.post("/v1/batches", headers=headers, json=body).json()["id"] == batch["id"]
    other = {"items": body["items"][:1]}
    again = door.client.post("/v1/batches", headers=headers, json=other)
    problem(again, 409, "idempotency_key_reused")
    feed(door)
    path = f"/v1/batches/{batch['id']}"
    # Its upload is still being transcribed: not twice at one time.
    first = door.client.get(f"{path}/items", headers=door.as_(), params={"limit": 1}).json()
    assert first["items"][0]["status"] == "waiting"
    job = door.client.get(f"/v1/consultations/{con}", headers=door.as_()).json()["jobs"][0]
    door.client.post(f"/v1/jobs/{job['id']}/cancel", headers=door.as_())
    feed(door)
    first = door.client.get(f"{path}/items", headers=door.as_(), params={"limit": 2}).json()
    assert [(one["reference"], one["status"]) for one in first["items"]] == [
        ("A", "queued"),
        ("B", "queued"),
    ]
    rest = door.client.get(
        f"{path}/items", headers=door.as_(), params={"cursor": first["next_cursor"]}
    ).json()
    assert [one["error"]["code"] for one in rest["items"]] == ["source_missing"]
    assert rest["next_cursor"] is None
    failed = door.client.get(f"{path}/items", headers=door.as_(), params={"status": "failed"})
    assert len(failed.json()["items"]) == 1
    results = door.client.get(f"{path}/results", headers=door.as_())
    assert results.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in results.text.splitlines()]
    assert [line["item"] for line in lines] == [1, 2, 3]
    assert lines[0]["transcript"] is None
    shown = door.client.get(path, headers=door.as_()).json()
    assert shown["errors"] == {"source_missing": 1}
    assert door.client.post(f"{path}/retry", headers=door.as_()).json()["items"]["waiting"] == 1
    cancelled = door.client.post(f"{path}/cancel", headers=door.as_()).json()
    assert (cancelled["status"], cancelled["items"]["cancelled"]) == ("cancelled", 1)
    feed(door)
    after = door.client.get(path, headers=door.as_()).json()
    assert after["items"] == {**dict.fromkeys(after["items"], 0), "cancelled": 3}
    problem(door.client.post(f"{path}/retry", headers=door.as_()), 409, "conflict")
    listed = door.client.get("/v1/batches", headers=door.as_()).json()
    assert [one["id"] for one in listed["items"]] == [batch["id"]]
    # Another organisation, and keys that may not.
    for method, where in (("GET", path), ("GET", f"{path}/results"), ("POST", f"{path}/cancel")):
        problem(door.client.request(method, where, headers=door.as_("stranger")), 404, "not_found")
        problem(door.client.request(method, where, headers=door.as_("auditor")), 403, "forbidden")
    assert door.client.get("/v1/batches", headers=door.as_("stranger")).json()["items"] == []


def test_a_manifest_over_http_names_each_bad_line(door: Door) -> None:
    text = (
        "consultation_id,template,language\n"
        f"con_{'1' * 32},soap,fr\n"
        "nonsense,,\n"
        f"con_{'2' * 32},nonsense,\n"
        f"con_{'1' * 32},soap,fr\n"
    )
    headers = door.as_(**{"Content-Type": "text/csv"})
    refused = door.client.post("/v1/batches", headers=headers, content=text)
    body = problem(refused, 422, "bad_manifest")
    errors = body["errors"]
    assert isinstance(errors, list)
    assert [one.partition(":")[0] for one in errors] == ["line 3", "line 4", "line 5"]
    assert "nonsense" not in refused.text
    # A path of the server is no column.
    paths = door.client.post("/v1/batches", headers=headers, content="path\n/etc/passwd\n")
    problem(paths, 422, "invalid_option")
    item = {"items": [{"path": "/etc/passwd"}]}
    problem(door.client.post("/v1/batches", headers=door.as_(), json=item), 422, "bad_manifest")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", '{"items": 3}'),
        ("application/json", '{"items": []}'),
        ("application/json", "[" * 100_000),
        ("text/csv", ""),
        ("text/csv", "consultation_id,consultation_id\n"),
        ("text/csv", 'consultation_id\n"open\n'),
        ("text/plain", "x"),
        ("application/x-ndjson", "3\n"),
    ],
)
def test_what_is_no_batch_is_refused(door: Door, kind: str, content: str) -> None:
    headers = door.as_(**{"Content-Type": kind})
    answer = door.client.post("/v1/batches", headers=headers, content=content)
    assert answer.status_code == 422, answer.text
    assert door.client.get("/v1/batches", headers=door.as_()).json()["items"] == []


def test_webhooks_over_http(door: Door) -> None:
    wanted = {"url": "https://example.org/hook", "events": ["job.cancelled"]}
    problem(door.client.post("/v1/webhooks", headers=door.as_(), json=wanted), 403, "forbidden")
    inside = {**wanted, "url": "https://127.0.0.1/"}
    refused = door.client.post("/v1/webhooks", headers=door.as_("admin"), json=inside)
    problem(refused, 422, "address_refused")
    made = door.client.post("/v1/webhooks", headers=door.as_("integration"), json=wanted)
    assert made.status_code == 201, made.text
    assert made.json()["secret"].startswith("whsec_")
    path = made.headers["location"]
    shown = door.client.get(path, headers=door.as_("admin")).json()
    assert "secret" not in shown
    assert shown["url"] == wanted["url"]
    job = upload(door)["job"]
    assert isinstance(job, dict)
    door.client.post(f"/v1/jobs/{job['id']}/cancel", headers=door.as_())
    (told,) = door.client.get(f"{path}/deliveries", headers=door.as_("admin")).json()["items"]
    assert (told["status"], told["payload"]["data"]["job_id"]) == ("pending", job["id"])
    one = f"{path}/deliveries/{told['id']}"
    assert door.client.get(one, headers=door.as_("admin")).json()["attempts"] == []
    problem(door.client.post(f"{one}/replay", headers=door.as_("admin")), 409, "conflict")
    for where in (path, f"{path}/deliveries", one):
        problem(door.client.get(where, headers=door.as_("stranger")), 404, "not_found")
    assert door.client.delete(path, headers=door.as_("admin")).status_code == 204
    problem(door.client.get(path, headers=door.as_("admin")), 404, "not_found")


def test_the_command_line(make_settings: MakeSettings, tmp_path: Path) -> None:
    env = environment(make_settings())

    def call(*arguments: str) -> tuple[int, str]:
        found = CliRunner().invoke(app, list(arguments), env=env)
        return found.exit_code, found.stdout

    folder = tmp_path / "in"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "a.wav").write_bytes(b"x")
    (folder / "b.MP3").write_bytes(b"y")
    for ignored in (".hidden.wav", "b.txt", "summary.json", "summary.txt"):
        (folder / ignored).write_bytes(b"z")
    code, said = call("batch", "run", str(folder), "--detach", "--json", "--language", "fr")
    assert code == 0
    batch = json.loads(said)["batch"]
    code, said = call("batch", "status", "--json")
    assert json.loads(said)["total"] == 2
    code, said = call("batch", "report", batch, "--no-content")
    assert [json.loads(line)["path"] for line in said.splitlines()] == ["b.MP3", "below/a.wav"]
    out = tmp_path / "out.jsonl"
    assert call("batch", "report", batch, "--out", str(out))[0] == 0
    assert out.stat().st_mode & 0o077 == 0
    assert call("batch", "cancel", batch)[0] == 0
    assert call("batch", "status", batch)[0] == 130
    assert call("batch", "retry", batch)[0] == 2
    assert call("batch", "status", "nonsense")[0] == 2
    assert call("batch", "run", str(tmp_path / "nowhere"))[0] == 2
    code, said = call("webhooks", "add", "https://example.org/", "--events", "batch.completed")
    assert code == 0
    webhook = said.split()[0]
    assert webhook in call("webhooks", "list")[1]
    assert call("webhooks", "deliveries", webhook)[0] == 0
    assert call("webhooks", "remove", webhook)[0] == 0
    assert call("webhooks", "add", "https://[::1]/")[0] == 2
    assert call("webhooks", "add", "https://example.org/", "--events", "nonsense")[0] == 2


def test_exit_codes_are_those_of_the_worst_item() -> None:
    def code(status: str, **errors: int) -> int:
        return exit_code({"status": status, "errors": errors})

    assert code("completed") == 0
    assert code("completed", unsupported_audio=3) == 2
    assert code("completed", unsupported_audio=3, engine_failed=1) == 5
    assert code("completed", workers_lost=1) == 1
    assert code("cancelled", unsupported_audio=1) == 130


def test_rows_of_json_lines(settings: ServiceSettings) -> None:
    rows = [
        {"path": "a.wav", "vocabulary": ["Dupont", "a, b"], "speakers": 2, "consent": None},
        {"path": "a.wav", "roles": {"S1": "clinician"}, "channel_roles": ["clinician", "patient"]},
        {"path": "../a.wav"},
        {"path": "/a.wav"},
        {"path": "C:\\a.wav"},
        {"path": "x\\..\\..\\a.wav"},
        {"path": "a\u0000.wav"},
        {"path": "a.docx"},
        {"path": ""},
        {"path": "a.wav", "priority": "interactive"},
        {"path": "a.wav", "Dupont": "x"},
        {"path": "a.wav", "speakers": [1]},
    ]
    lines = [json.dumps(row) for row in rows]
    found = list(from_lines(lines, ".jsonl", "path", {"language": "fr"}, settings))
    good = [row for row in found if isinstance(row, GoodRow)]
    assert [row.line for row in good] == [1, 2]
    assert good[0].source.options.transcribe.vocabulary == ("Dupont", "a", "b")
    assert {row.source.options.transcribe.language for row in good} == {"fr"}
    assert not any("Dupont" in row.problem for row in found if isinstance(row, BadRow))


def test_consent_is_asked_of_each_row(make_settings: MakeSettings, tmp_path: Path) -> None:
    from api.form import ConsentRequired

    strict = make_settings(require_consent=True)
    lines = ["path,consent", "a.wav,C-1", "b.wav,"]
    found = list(from_lines(lines, ".csv", "path", {}, strict))
    assert [type(row) for row in found] == [GoodRow, BadRow]
    with pytest.raises(ConsentRequired):
        list(from_folder(tmp_path, {}, strict))


def test_a_folder_gives_recordings_and_transcripts_but_not_exports_of_them(
    settings: ServiceSettings, tmp_path: Path
) -> None:
    names = ("a.flac", "a.txt", "b/transcript.json", "b/transcript.vtt", "b/summary.json")
    folder = tmp_path / "in"
    for name in (*names, "b/summary.txt", "c.txt", "d.SRT", ".e.txt", "f.docx"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    found = [row for row in from_folder(folder, {}, settings) if isinstance(row, GoodRow)]
    assert [row.source.path for row in found] == ["a.flac", "c.txt", "d.SRT", "b/transcript.json"]


_SETTINGS = ServiceSettings()


@given(
    st.lists(st.lists(st.text(max_size=12), min_size=len(COLUMNS), max_size=len(COLUMNS))),
)
def test_any_table_is_read_row_by_row(table: list[list[str]]) -> None:
    """No cell, whatever it holds, ends the reading or gets out of the folder."""
    lines = [json.dumps(dict(zip(COLUMNS, row, strict=True))) for row in table]
    found = list(from_lines(lines, ".jsonl", "path", {}, _SETTINGS))
    assert [row.line for row in found] == list(range(1, len(table) + 1))
    for row in found:
        if isinstance(row, GoodRow):
            assert row.source.path is not None
            assert ".." not in Path(row.source.path).parts


@given(st.text(max_size=300))
def test_any_text_is_a_manifest_or_refused(text: str) -> None:
    from consultation.errors import InvalidOption

    try:
        found = list(from_lines(text.splitlines(), ".csv", "path", {}, _SETTINGS))
    except InvalidOption:
        return
    assert all(row.line >= 1 for row in found)
