"""What is kept of a record: nothing once it is erased, and nothing that other readers made."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections import Counter
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from consultation.engines import no_progress
from consultation.settings import Settings
from consultation.synthesis import Synthesis
from jobs.engines import models
from jobs.record_tasks import synthesise_job
from jobs.service_settings import ServiceSettings
from jobs.store import artefacts, job_rows, records
from jobs.store.artefacts import OPTIONS
from jobs.store.crypto import unseal
from jobs.store.record_tables import RecordDocument
from jobs.store.records import BYTES, MAP, READING, RESEARCH, SYNTHESIS
from jobs.store.store import Store
from jobs.store.tables import Artefact
from tests.service.test_http import Door, door, problem
from tests.service.test_life import actions, all_rows
from tests.service.test_records import counted, get, pieces, send, work
from tests.service.work import files_with

__all__ = ["door"]
CANARY = "Zylberszteyn7731"


def canary_files() -> list[tuple[str, tuple[str, bytes]]]:
    """A text, an e-mail with one attached, and an archive of one: with the canary in each, in the
    words that facts are read from, and in the names."""

    def text(day: str) -> bytes:
        return (
            f"Consultation de {CANARY} du {day}/02/2024\n\nAllergies :\n- {CANARY} (urticaire)\n\n"
            f"Problèmes actifs :\n- Lombosciatique {CANARY}\n\nTraitement en cours :\n"
            "- Capécitabine 500 mg matin et soir\n\nConclusion :\n"
            f"Diarrhée grade 3 sous capécitabine, vue par {CANARY}.\n"
        ).encode()

    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = CANARY, f"{CANARY}@x.example", "b@x.example"
    mail["Date"] = "Mon, 05 Feb 2024 10:00:00 +0100"
    mail.set_content(f"Cher confrère, voici le compte rendu de {CANARY}.")
    mail.add_attachment(text("04"), maintype="text", subtype="plain", filename=f"{CANARY} b.txt")
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{CANARY} c.txt", text("06"))
    return [
        ("file", (f"{CANARY} a.txt", text("03"))),
        ("file", (f"{CANARY}.eml", mail.as_bytes())),
        ("file", (f"{CANARY}.zip", packed.getvalue())),
    ]


def opened(store: Store) -> dict[str, list[bytes]]:
    """Everything of all records that is sealed in the database, unsealed, by what it is."""
    found: dict[str, list[bytes]] = {}
    with store.database.read() as session:
        for row in session.scalars(select(Artefact)):
            content = unseal(row.body, artefacts.context_of(row), store.ring)
            found.setdefault(row.kind, []).append(content)
        for about in session.scalars(select(RecordDocument)):
            content = unseal(about.body, records.context_of(about), store.ring)
            found.setdefault("about", []).append(content)
    return found


def traces(store: Store, canary: str = CANARY) -> set[str]:
    """Kinds of what holds the canary once it is unsealed."""
    sealed = opened(store)
    return {k for k, all_ in sealed.items() if any(canary.encode() in one for one in all_)}


def researched(store: Store, job_id: str) -> None:
    with store.database.write() as session:
        begun = job_rows.begin(session, job_id, "summary", "test")
        assert begun is not None
    settings = Settings(research=True)
    loaded = models(settings, ServiceSettings(engines="scripted"))
    synthesise_job(store, settings, loaded, job_id, begun.fence, no_progress, lambda _: None)
    with store.database.write() as session:
        job_rows.ready(session, job_id, begun.fence, "summary")


@pytest.mark.parametrize("way", ["record", "patient", "documents"])
def test_what_was_made_of_documents_goes_with_them(
    door: Door,
    settings: ServiceSettings,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The canary is in names, in what is written, in the consent and the patient's reference. Each
    kind of piece is shown to hold it before, so that nothing found afterwards says something."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("ANAMNESE_RESEARCH", "1")
    named = "P-77" if way == "documents" else CANARY
    consent = {} if way == "documents" else {"consent": CANARY}
    record, job = send(door, canary_files(), patient=named, **consent)
    other, another = send(door, [("file", ("b.txt", b"Consultation du 03/02/2024\n\nVa bien."))])
    for one in (job, another):
        work(door.store, one)
    answer = door.client.post(
        f"/v1/records/{record}/research", headers=door.as_(), json={"function": "toxicity"}
    )
    assert answer.status_code == 202, answer.text
    researched(door.store, answer.json()["job"]["id"])
    wanted = {"about", BYTES, READING, MAP, SYNTHESIS, RESEARCH}
    assert traces(door.store) == (wanted if way == "documents" else {*wanted, OPTIONS})
    # Never in the clear: not in our rows, the engine's, files of the service or temporary ones.
    assert [table for table, row in all_rows(door.store) if CANARY in row] == []
    assert files_with(settings.data_folder, CANARY.encode()) == []
    assert files_with(temporary, CANARY.encode()) == []

    address = f"/v1/records/{record}"
    if way == "record":
        assert door.client.delete(address, headers=door.as_()).status_code == 204
    elif way == "patient":
        receipt = door.client.post("/v1/erasures", headers=door.as_(), json={"patient": CANARY})
        assert (receipt.json()["records"], receipt.json()["consultations"]) == (1, 0)
    else:
        # The attached one goes with its mail.
        while there := get(door, address)["documents"]:
            place = f"{address}/documents/{there[0]['id']}"  # type: ignore[index]
            assert door.client.delete(place, headers=door.as_()).status_code == 202
    assert traces(door.store) == set()
    assert list(temporary.iterdir()) == []
    if way == "documents":
        assert get(door, address)["documents"] == []
    else:
        problem(door.client.get(address, headers=door.as_()), 404, "not_found")
        # What is still to be removed outside of our rows is told by a row of its own.
        left = {table for table, row in all_rows(door.store) if record in row or job in row}
        assert left <= {"audit_log", "removals"}, left
        assert ("record.erase", record) in [(a, s) for _, a, s in actions(door.store, door.org)]
    # And nothing else went.
    assert Synthesis.model_validate(get(door, f"/v1/records/{other}/syntheses/1")).documents


def test_what_other_readers_read_is_read_anew_under_the_same_numbers(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, job = send(door, canary_files())
    work(door.store, job)
    before = get(door, f"/v1/records/{record}")["documents"]
    first, mapped = pieces(door.store, record, READING), pieces(door.store, record, MAP)
    done: Counter[str] = Counter()
    reading, rules = "jobs.record_reading.read_record", "summarize.record_facts.map.facts_of"
    for place in (reading, rules):
        counted(monkeypatch, done, place)

    def again() -> None:
        done.clear()
        answer = door.client.post(
            f"/v1/records/{record}/syntheses", headers=door.as_(), json={"as_of": "2024-09-01"}
        )
        work(door.store, answer.json()["job"]["id"])

    again()
    assert (done[reading], done[rules]) == (0, 0)
    # Another release of the readers: as if a line of records/ were another one.
    for module in ("jobs.record_reading", "jobs.record_pieces"):
        monkeypatch.setattr(f"{module}.readers_sha256", lambda: "f" * 64)
    again()
    # Three files; the attached one is read with its mail. What rules found in the same paragraphs
    # still holds.
    assert (done[reading], done[rules]) == (3, 0)
    second = pieces(door.store, record, READING)
    assert {name: version + 1 for name, version in first.items()} == second
    assert get(door, f"/v1/records/{record}")["documents"] == before
    assert len(json.dumps(before)) > 100
    again()
    assert (done[reading], done[rules]) == (0, 0)
    # Another release of the rules.
    monkeypatch.setattr("summarize.record_facts.map.rules_sha256", lambda: "e" * 64)
    again()
    assert (done[reading], done[rules]) == (0, len(first))
    kept = pieces(door.store, record, MAP)
    assert len(kept) == len(mapped)
    # Readers that cannot read a file any more leave what was read.
    monkeypatch.setattr("jobs.record_reading.readers_sha256", lambda: "d" * 64)
    monkeypatch.setattr(
        "jobs.record_reading.read_record", lambda *_, **__: _nothing_read(), raising=True
    )
    again()
    assert pieces(door.store, record, READING) == second
    assert get(door, f"/v1/records/{record}")["documents"] == before


def _nothing_read() -> object:
    from consultation.documents import PatientRecord

    return PatientRecord(language="fr", documents=())
