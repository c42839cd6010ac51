"""Records over HTTP: documents in, a synthesis out, more documents, erasure; both databases."""

from __future__ import annotations

import importlib
import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import event

from consultation.engines import no_progress
from consultation.settings import Settings
from consultation.synthesis import Synthesis
from jobs.engines import models
from jobs.queue import Enqueuer
from jobs.record_tasks import synthesise_job
from jobs.retention import Retention
from jobs.service_settings import ServiceSettings
from jobs.store import job_rows, keys
from jobs.store.artefacts import OPTIONS
from jobs.store.records import BYTES, MAP, READING, SYNTHESIS
from jobs.store.rotation import rotate
from jobs.store.store import Store, open_store
from jobs.store.tables import Artefact
from tests.service.conftest import ROOT
from tests.service.test_http import Door, door, problem
from tests.service.test_life import actions
from tests.unit.made_documents import pdf_locked

__all__ = ["door"]
SAMPLES = ROOT / "evaluation" / "samples" / "records" / "fr"
DOCUMENTS = sorted(SAMPLES.glob("*.txt"))
LATE = DOCUMENTS[-1]


def parts(paths: list[Path]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", (path.name, path.read_bytes())) for path in paths]


def zipped(paths: list[Path]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    return made.getvalue()


def send(door: Door, files: list[tuple[str, tuple[str, bytes]]], **fields: str) -> tuple[str, str]:
    """Record and job."""
    answer = door.client.post("/v1/records", headers=door.as_(), files=files, data=fields)
    assert answer.status_code == 202, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{made['job']['id']}"
    assert (made["job"]["kind"], made["job"]["record_id"]) == ("synthesis", made["record_id"])
    assert made["job"]["consultation_id"] is None
    return made["record_id"], made["job"]["id"]


def work(store: Store, job_id: str) -> None:
    """The step, as a worker's child does it."""
    with store.database.write() as session:
        begun = job_rows.begin(session, job_id, "summary", "test")
        assert begun is not None
        fence = begun.fence
    loaded = models(Settings(), ServiceSettings(engines="scripted"))
    synthesise_job(store, Settings(), loaded, job_id, fence, no_progress, lambda _: None)
    with store.database.write() as session:
        job_rows.ready(session, job_id, fence, "summary")


def get(door: Door, path: str, who: str = "clinician", **headers: str) -> dict[str, object]:
    answer = door.client.get(path, headers=door.as_(who, **headers))
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def pieces(store: Store, record: str, kind: str) -> dict[str, int]:
    """Name → how often it was written."""
    with store.database.read() as session:
        found = session.query(Artefact).filter_by(consultation_id=record, kind=kind)
        return {one.name: one.version for one in found}


def test_documents_become_a_synthesis_whose_evidence_opens(door: Door) -> None:
    record, job = send(door, parts(DOCUMENTS), as_of="2024-09-01", patient="P-1")
    before = get(door, f"/v1/records/{record}")
    assert {one["status"] for one in before["documents"]} == {"pending"}  # type: ignore[attr-defined]
    work(door.store, job)
    assert get(door, f"/v1/jobs/{job}")["status"] == "completed"
    shown = get(door, f"/v1/records/{record}")
    documents: list[dict[str, object]] = shown["documents"]  # type: ignore[assignment]
    assert [one["file"] for one in documents] == [path.name for path in DOCUMENTS]
    assert {one["status"] for one in documents} == {"read"}
    assert documents[-1]["date"] == "2024-07-09"
    assert documents[1]["kind"] == "imaging"
    address = f"/v1/records/{record}/syntheses/1"
    answer = door.client.get(address, headers=door.as_())
    assert answer.headers["etag"] == 'W/"v1"'
    made = Synthesis.model_validate(answer.json())
    assert (made.template, made.as_of) == ("patient-summary", "2024-09-01")
    assert len(made.lines()) > 10
    for line in made.lines():
        for evidence in line.evidence:
            read = get(door, f"/v1/records/{record}/documents/{evidence.source}")
            told = {one["id"]: one["text"] for one in read["paragraphs"]}  # type: ignore[attr-defined]
            said = told[evidence.anchor][evidence.quote_start : evidence.quote_end]
            assert said == evidence.quote
    text = door.client.get(address, headers=door.as_(Accept="text/markdown"))
    assert text.headers["content-type"].startswith("text/markdown")
    assert made.title in text.text
    problem(door.client.get(address, headers=door.as_(Accept="image/png")), 406, "not_acceptable")
    original = door.client.get(f"/v1/records/{record}/documents/d001/original", headers=door.as_())
    assert original.content == DOCUMENTS[0].read_bytes()
    assert original.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert ("record.create", record) in [(a, s) for _, a, s in actions(door.store, door.org)]


def test_oncology_in_the_formats_of_oncology(door: Door) -> None:
    record, job = send(door, parts(DOCUMENTS))
    work(door.store, job)
    address = f"/v1/records/{record}/syntheses/1/oncology"
    assert get(door, address)["tumors"]
    bundle = get(door, address, Accept="application/fhir+json")
    kinds = {one["resource"]["resourceType"] for one in bundle["entry"]}  # type: ignore[attr-defined]
    assert {"Condition", "Observation"} <= kinds
    packed = door.client.get(address, headers=door.as_(Accept="application/zip"))
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        tables = {name: archive.read(name).decode() for name in archive.namelist()}
    one = door.client.get(f"{address}?table=Biomarker", headers=door.as_())
    assert one.headers["content-type"].startswith("text/csv")
    assert one.text == tables["Biomarker.csv"]
    assert len(one.text.splitlines()) > 1
    assert record in one.text
    problem(door.client.get(f"{address}?table=Nothing", headers=door.as_()), 404, "not_found")


def counted(monkeypatch: pytest.MonkeyPatch, found: Counter[str], place: str) -> None:
    """Each call of this function is counted, and done."""
    module, _, name = place.rpartition(".")
    real = getattr(importlib.import_module(module), name)

    def call(*args: object, **named: object) -> object:
        found[place] += 1
        return real(*args, **named)

    monkeypatch.setattr(place, call)


def test_an_added_document_alone_is_read_and_the_changes_name_it(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: Counter[str] = Counter()
    reading = "jobs.record_reading.read_record"
    rules = ("summarize.record_facts.map.facts_of", "summarize.oncology_lines.facts_of")
    prints = ("jobs.record_reading.print_of", "jobs.record_pieces.print_of")
    for place in (reading, *rules, *prints):
        counted(monkeypatch, done, place)

    def asked(*_: object) -> None:
        done["statements"] += 1

    event.listen(door.store.database.engine, "before_cursor_execute", asked)
    record, job = send(door, [("file", ("all.zip", zipped(DOCUMENTS[:-1])))], as_of="2024-09-01")
    done.clear()
    work(door.store, job)
    count = len(DOCUMENTS) - 1
    assert {place: done[place] for place in (reading, *rules, *prints)} == {
        reading: count, **dict.fromkeys(rules, count), prints[0]: count, prints[1]: 0,
    }  # fmt: skip
    assert done["statements"] > 10 * count
    assert get(door, f"/v1/records/{record}/syntheses/1/changes")["earlier"] is None
    first = pieces(door.store, record, READING)
    mapped = pieces(door.store, record, MAP)
    assert len(first) == len(DOCUMENTS) - 1
    answer = door.client.post(
        f"/v1/records/{record}/documents",
        headers=door.as_(),
        # One that is there already is not taken twice.
        files=parts([LATE, DOCUMENTS[0]]),
        data={"as_of": "2024-09-01"},
    )
    assert answer.status_code == 202, answer.text
    done.clear()
    work(door.store, answer.json()["job"]["id"])
    # However many there are, one is read, and the others are not asked for one by one.
    assert {place: done[place] for place in (reading, *rules, *prints)} == {
        reading: 1, **dict.fromkeys(rules, 1), prints[0]: 1, prints[1]: 0,
    }  # fmt: skip
    assert done["statements"] < 80
    again = door.client.post(
        f"/v1/records/{record}/syntheses", headers=door.as_(), json={"as_of": "2024-09-01"}
    )
    done.clear()
    work(door.store, again.json()["job"]["id"])
    assert not any(done[place] for place in (reading, *rules, *prints))
    assert done["statements"] < 50
    event.remove(door.store.database.engine, "before_cursor_execute", asked)
    second = pieces(door.store, record, READING)
    assert len(second) == len(DOCUMENTS)
    assert first.items() <= second.items()
    kept = pieces(door.store, record, MAP)
    of_documents = {name for name in mapped if not name.startswith("0.")}
    assert {kept[name] for name in of_documents} == {1}
    documents: list[dict[str, object]] = get(door, f"/v1/records/{record}")["documents"]  # type: ignore[assignment]
    late = next(one["id"] for one in documents if one["file"] == LATE.name)
    assert {one["file"] for one in documents} == {
        LATE.name, *(f"all.zip/{path.name}" for path in DOCUMENTS[:-1])
    }  # fmt: skip
    told = get(door, f"/v1/records/{record}/syntheses/2/changes?from=1")
    found: list[dict[str, object]] = told["changes"]  # type: ignore[assignment]
    assert (told["earlier"], told["version"]) == (1, 2)
    assert [(one["kind"], one["id"]) for one in found if one["what"] == "document"] == [
        ("added", late)
    ]
    lines = [one for one in found if one["what"] == "line"]
    assert lines
    assert all(one["because"] == [late] for one in lines if one["kind"] == "added")


def test_another_template_and_a_day(door: Door) -> None:
    record, job = send(door, parts(DOCUMENTS))
    work(door.store, job)
    asked = {"template": "tumour-board", "as_of": "2024-08-01"}
    headers = door.as_(**{"Idempotency-Key": "k1"})
    address = f"/v1/records/{record}/syntheses"
    made = door.client.post(address, headers=headers, json=asked)
    again = door.client.post(address, headers=headers, json=asked)
    assert made.status_code == 202
    assert again.json() == made.json()
    problem(door.client.post(address, headers=headers, json={}), 409, "idempotency_key_reused")
    work(door.store, made.json()["job"]["id"])
    listed: list[dict[str, object]] = get(door, address)["items"]  # type: ignore[assignment]
    assert [(one["version"], one["template"]) for one in listed] == [
        (1, "patient-summary"), (2, "tumour-board"),
    ]  # fmt: skip
    assert listed[1]["as_of"] == "2024-08-01"
    problem(
        door.client.get(f"{address}/2/changes?from=1", headers=door.as_()), 422, "invalid_option"
    )
    for wrong in ({"template": "soap"}, {"as_of": "2024-02-31"}):
        answer = door.client.post(address, headers=door.as_(), json=wrong)
        assert answer.status_code == 422, answer.text


def test_one_that_cannot_be_read_stops_no_other(door: Door) -> None:
    files = [*parts(DOCUMENTS[:2]), ("file", ("verrouillé.pdf", pdf_locked()))]
    record, job = send(door, [*files, ("file", ("broken.zip", b"PK\x03\x04 nothing"))])
    work(door.store, job)
    documents: list[dict[str, object]] = get(door, f"/v1/records/{record}")["documents"]  # type: ignore[assignment]
    states = {one["file"]: (one["status"], one["code"]) for one in documents}
    assert states["verrouillé.pdf"] == ("refused", "encrypted_document")
    assert states["broken.zip"][0] == "refused"
    assert [states[path.name] for path in DOCUMENTS[:2]] == [("read", None)] * 2
    refused = next(one for one in documents if one["code"] == "encrypted_document")
    assert refused["hint"]
    problem(
        door.client.get(f"/v1/records/{record}/documents/{refused['id']}", headers=door.as_()),
        404,
        "not_found",
    )
    made = Synthesis.model_validate(get(door, f"/v1/records/{record}/syntheses/1"))
    assert "encrypted_document" in {one.code for one in made.refused}
    assert len(made.documents) == 2


def test_nothing_but_what_cannot_be_read_fails_with_a_code(door: Door) -> None:
    _, job = send(door, [("file", ("x.pdf", pdf_locked()))])
    with pytest.raises(Exception, match="no document") as raised:
        work(door.store, job)
    assert raised.value.code == "no_readable_document"  # type: ignore[attr-defined]


def test_what_is_no_upload_of_documents(door: Door) -> None:
    def post(status: int, code: str, **more: object) -> None:
        answer = door.client.post("/v1/records", headers=door.as_(), **more)  # type: ignore[arg-type]
        problem(answer, status, code)

    post(422, "bad_upload", json={})
    post(422, "bad_upload", files=[("other", ("a.txt", b"x"))])
    post(422, "empty_file", files=[("file", ("a.txt", b""))])
    good = [("file", ("a.txt", b"x"))]
    post(422, "unknown_template", files=good, data={"template": "soap"})
    post(422, "unsupported_language", files=good, data={"language": "de"})
    post(422, "invalid_option", files=good, data={"colour": "red"})
    post(422, "invalid_option", files=good, data={"as_of": "2024-13-01"})
    with door.store.database.read() as session:
        assert session.query(Artefact).count() == 0
    record, _ = send(door, good)
    answer = door.client.post(
        f"/v1/records/{record}/documents", headers=door.as_(), files=good, data={"patient": "P"}
    )
    problem(answer, 422, "invalid_option")
    problem(
        door.client.post("/v1/records", headers=door.as_("auditor"), files=good), 403, "forbidden"
    )


def test_records_are_no_consultations(door: Door) -> None:
    record, _ = send(door, parts(DOCUMENTS[:1]))
    for path in ("", "/transcript", "/summary", "/speakers"):
        answer = door.client.get(f"/v1/consultations/{record}{path}", headers=door.as_())
        problem(answer, 404, "not_found")
    assert get(door, "/v1/consultations")["items"] == []
    page: list[dict[str, object]] = get(door, "/v1/records")["items"]  # type: ignore[assignment]
    assert [one["id"] for one in page] == [record]


def test_the_same_request_makes_one_record(door: Door) -> None:
    headers = door.as_(**{"Idempotency-Key": "a"})
    answers = [
        door.client.post("/v1/records", headers=headers, files=parts(DOCUMENTS[:1]))
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len(get(door, "/v1/records")["items"]) == 1  # type: ignore[arg-type]


def test_a_removed_document_takes_with_it_what_was_made_from_it(door: Door) -> None:
    record, job = send(door, parts(DOCUMENTS), as_of="2024-09-01")
    work(door.store, job)
    address = f"/v1/records/{record}/documents/d008"
    answer = door.client.delete(address, headers=door.as_())
    assert answer.status_code == 202, answer.text
    assert "8" not in pieces(door.store, record, READING) | pieces(door.store, record, BYTES)
    assert pieces(door.store, record, SYNTHESIS) == {}
    left = pieces(door.store, record, MAP)
    assert left
    assert not [name for name in left if name.startswith(("0.", "8."))]
    problem(door.client.get(address, headers=door.as_()), 404, "not_found")
    work(door.store, answer.json()["job"]["id"])
    made = Synthesis.model_validate(get(door, f"/v1/records/{record}/syntheses/2"))
    assert [one.file for one in made.documents] == [path.name for path in DOCUMENTS[:-1]]
    # Numbers are not given again: old evidence never opens another document.
    more = door.client.post(
        f"/v1/records/{record}/documents", headers=door.as_(), files=parts([LATE])
    )
    work(door.store, more.json()["job"]["id"])
    documents: list[dict[str, object]] = get(door, f"/v1/records/{record}")["documents"]  # type: ignore[assignment]
    assert documents[-1]["id"] == "d009"


def test_a_document_that_goes_while_it_is_read_is_not_in_the_synthesis(door: Door) -> None:
    record, job = send(door, parts(DOCUMENTS))
    with door.store.database.write() as session:
        begun = job_rows.begin(session, job, "summary", "test")
        assert begun is not None
        fence = begun.fence
    loaded = models(Settings(), ServiceSettings(engines="scripted"))

    def remove(step: str, done: float, _total: float) -> None:
        if (step, done) == ("map", 8):
            door.client.delete(f"/v1/records/{record}/documents/d001", headers=door.as_())

    with pytest.raises(Exception, match="removed") as raised:
        synthesise_job(door.store, Settings(), loaded, job, fence, remove, lambda _: None)
    assert raised.value.retryable  # type: ignore[attr-defined]
    assert pieces(door.store, record, SYNTHESIS) == {}
    synthesise_job(door.store, Settings(), loaded, job, fence, no_progress, lambda _: None)
    made = Synthesis.model_validate(get(door, f"/v1/records/{record}/syntheses/1"))
    assert len(made.documents) == len(DOCUMENTS) - 1


def test_retention_quota_and_rotation(
    door: Door, settings: ServiceSettings, enqueuer: Enqueuer
) -> None:
    record, job = send(door, parts(DOCUMENTS))
    work(door.store, job)
    ring = keys.load(settings.keys_file)
    keys.save(ring.with_new(), settings.keys_file)
    again = open_store(settings)
    count, _ = rotate(again.database, again.ring, again.audio)
    with again.database.read() as session:
        rows = session.query(Artefact).filter_by(consultation_id=record).all()
        assert {one.key_id for one in rows} == {again.ring.active}
        assert {OPTIONS, BYTES, READING, MAP, SYNTHESIS} == {one.kind for one in rows}
    assert count >= len(rows) + len(DOCUMENTS)
    from jobs.store import records

    with again.database.read() as session:
        named = [one.about.file for one in records.documents(session, again.ring, door.org, record)]
    assert named == [path.name for path in DOCUMENTS]
    stored = sum(path.stat().st_size for path in DOCUMENTS)
    from jobs.store import quotas

    with again.database.read() as session:
        assert quotas.stored(session, door.org) == stored
    assert "records" not in Retention(again, enqueuer, settings).look()
    old = settings.model_copy(update={"retention_record_days": 1e-9})
    assert Retention(again, enqueuer, old).look()["records"] == 1
    again.close()
    problem(door.client.get(f"/v1/records/{record}", headers=door.as_()), 404, "not_found")
