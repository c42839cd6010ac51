"""Batches of records: a folder, ZIP or bundle is a patient, a synthesis a line of the results."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from api.record_manifest import from_file, from_folder
from consultation.errors import InvalidOption
from consultation.synthesis import Synthesis
from jobs import batch_results
from jobs import batches as work_of
from jobs.batch_source import BadRow, GoodRow
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store.audit import Actor
from jobs.store.store import Store
from jobs.store.tables import Consultation
from tests.service.test_batches import counts, end_jobs, feeder, item, make, status
from tests.service.test_http import Door, door
from tests.service.test_life import all_rows
from tests.service.test_records import DOCUMENTS, parts, send, work, zipped
from tests.unit import made_documents

__all__ = ["door"]
DAY = {"as_of": "2024-09-01"}


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    folder = tmp_path / "patients"
    (folder / "Zylberszteyn" / "letters").mkdir(parents=True)
    for path in DOCUMENTS:
        shutil.copy(path, folder / "Zylberszteyn" / "letters" / path.name)
    (folder / "two.zip").write_bytes(zipped(DOCUMENTS[:3]))
    (folder / "three.json").write_bytes(made_documents.fhir_bytes())
    (folder / "empty").mkdir()
    (folder / ".hidden").mkdir()
    (folder / "notes.txt").write_text("no patient")
    # The same documents as the first one, packed.
    (folder / "again").mkdir()
    for path in DOCUMENTS:
        shutil.copy(path, folder / "again" / path.name)
    return folder


def test_a_folder_of_patients(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, patients: Path
) -> None:
    org, batch = make(store, patients, from_folder(patients, DAY, settings), keep_audio=False)
    fed = feeder(store, enqueuer)
    while fed.look():
        pass
    assert counts(store, batch) == {"active": 3, "duplicate": 1, "failed": 1}
    first = item(store, batch, 1)
    assert first.consultation_id is not None
    assert first.consultation_id.startswith("rec_")
    for number in range(1, 6):
        found = item(store, batch, number)
        if found.status == "active":
            work(store, str(found.job_id))
    fed.look()
    assert status(store, batch) == "completed"
    assert counts(store, batch) == {"completed": 3, "duplicate": 1, "failed": 1}
    lines = {one["path"]: one for one in map(json.loads, batch_results.jsonl(store, org, batch))}
    assert set(lines) == {"Zylberszteyn", "again", "empty", "three.json", "two.zip"}
    assert lines["empty"]["error_code"] == "empty_file"
    assert (lines["again"]["status"], lines["again"]["same_as"]) == ("duplicate", 1)
    for name, count in (("Zylberszteyn", 8), ("two.zip", 3)):
        made = Synthesis.model_validate(lines[name]["synthesis"])
        assert (len(made.documents), made.as_of) == (count, "2024-09-01")
        assert lines[name]["record_id"].startswith("rec_")
        assert lines[name]["consultation_id"] is None
    assert lines["three.json"]["synthesis"]["documents"]
    rows = list(all_rows(store))
    assert [table for table, row in rows if "Zylberszteyn" in row] == []
    path = patients.parent / "out.jsonl"
    batch_results.write_jsonl(store, org, batch, path, content=True)
    assert len(path.read_text("utf-8").splitlines()) == 5
    # Documents stay; a batch without --keep-audio gives up copies of recordings alone.
    with store.database.read() as session:
        assert session.query(Consultation).count() == 3


def test_what_failed_is_tried_again_with_the_documents_that_are_there(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings, patients: Path
) -> None:
    for name in ("again", "empty"):
        shutil.rmtree(patients / name)
    (patients / "three.json").unlink()
    org, batch = make(store, patients, from_folder(patients, DAY, settings))
    fed = feeder(store, enqueuer)
    fed.look()
    before = [item(store, batch, number).consultation_id for number in (1, 2)]
    assert end_jobs(store, "failed") == 2
    fed.look()
    (patients / "two.zip").write_bytes(zipped(DOCUMENTS[:4]))
    assert work_of.retry(store, Actor(org, "test"), batch) == 2
    fed.look()
    after = [item(store, batch, number).consultation_id for number in (1, 2)]
    assert after[0] == before[0]
    assert after[1] != before[1]
    with store.database.read() as session:
        assert session.query(Consultation).count() == 2
    work(store, str(item(store, batch, 2).job_id))
    fed.look()
    assert counts(store, batch) == {"active": 1, "completed": 1}


def test_a_manifest_of_records(settings: ServiceSettings, patients: Path) -> None:
    manifest = patients / "m.csv"
    manifest.write_text(
        "path,reference,template,patient,language\n"
        "Zylberszteyn,R1,tumour-board,IPP 1,fr\n"
        "two.zip,,,,\n"
        "../out,,,,\n"
        "two.zip,,soap,,\n"
        "two.zip,,,,de\n",
        "utf-8",
    )
    rows = list(from_file(manifest, {"as_of": "2024-09-01"}, settings))
    good = [one.source for one in rows if isinstance(one, GoodRow)]
    assert [(one.path, one.record, one.as_of) for one in good] == [
        ("Zylberszteyn", True, "2024-09-01"), ("two.zip", True, "2024-09-01"),
    ]  # fmt: skip
    assert (good[0].reference, good[0].template, good[0].patient) == ("R1", "tumour-board", "IPP 1")
    assert good[0].options.transcribe.language == "fr"
    assert [one.line for one in rows if isinstance(one, BadRow)] == [4, 5, 6]
    with pytest.raises(InvalidOption):
        list(from_folder(patients, {"speakers": "2"}, settings))


def test_stored_records_over_http(door: Door, enqueuer: Enqueuer) -> None:
    record, job = send(door, parts(DOCUMENTS[:2]))
    work(door.store, job)
    body = {
        "items": [
            {"record_id": record, "template": "tumour-board", "reference": "R", **DAY},
            {"record_id": f"rec_{'0' * 32}"},
        ]
    }
    made = door.client.post("/v1/batches", headers=door.as_(), json=body)
    assert made.status_code == 202, made.text
    batch = made.json()["id"]
    fed = feeder(door.store, enqueuer)
    while fed.look():
        pass
    work(door.store, str(item(door.store, batch, 1).job_id))
    fed.look()
    address = f"/v1/batches/{batch}"
    items = door.client.get(f"{address}/items", headers=door.as_()).json()["items"]
    assert [one["status"] for one in items] == ["completed", "failed"]
    assert items[0]["record_id"] == record
    assert items[1]["error"]["code"] == "source_missing"
    lines = door.client.get(f"{address}/results", headers=door.as_()).text.splitlines()
    assert json.loads(lines[0])["synthesis"]["template"] == "tumour-board"
    for wrong in ({"record_id": "con_1"}, {"record_id": record, "speakers": "2"}):
        answer = door.client.post("/v1/batches", headers=door.as_(), json={"items": [wrong]})
        assert answer.status_code == 422, answer.text
    stranger = {"items": [{"record_id": record}]}
    made = door.client.post("/v1/batches", headers=door.as_("stranger"), json=stranger)
    while fed.look():
        pass
    assert item(door.store, made.json()["id"], 1).error_code == "source_missing"
