"""The life cycle: recordings go by age and sign-off, results where the settings say so, and an
erasure leaves nothing: proven by reading every file and every table."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import inspect, text, update

from api.app import make_app
from jobs import erasure
from jobs.erasure import finish_removals
from jobs.queue import Enqueuer
from jobs.retention import Retention, release
from jobs.service_settings import ServiceSettings
from jobs.store import audit, job_rows, lives, notes, pseudonyms
from jobs.store.access import Role
from jobs.store.artefacts import OPTIONS, RECOGNITION, SUMMARY, TRANSCRIPT
from jobs.store.audit import Actor
from jobs.store.note_tables import NoteRevision
from jobs.store.store import Store
from jobs.store.tables import Artefact, Consultation, Job
from tests.service.conftest import Processes
from tests.service.test_http import FILE, Door, door, issue, problem, sent_transcript, upload
from tests.service.test_store import consultation, get, put
from tests.service.work import add_job, files_with, organisation, recording, wait, wait_for

__all__ = ["door"]
HOUR, DAY = 3600 * 1000, 24 * 3600 * 1000


def older(store: Store, con: str, by: int) -> None:
    with store.database.write() as session:
        session.execute(
            update(Consultation)
            .where(Consultation.id == con)
            .values(created=Consultation.created - by)
        )
        session.execute(
            update(Artefact)
            .where(Artefact.consultation_id == con)
            .values(created=Artefact.created - by)
        )


def actions(store: Store, org: str) -> list[tuple[str, str, str]]:
    with store.database.read() as session:
        return [
            (e.actor, e.action, e.subject) for e in audit.page(session, org, after=0, limit=1000)
        ]


def test_recordings_go_by_age_and_at_sign_off_and_never_from_a_job_that_needs_them(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings
) -> None:
    org = organisation(store)
    old, young, signed, waiting, failed = (
        add_job(store, enqueuer, org, b"sound") for _ in range(5)
    )
    for job in (old, young, signed):
        with store.database.write() as session:
            job_rows.begin(session, job.id, "transcript", "w")
            job_rows.ready(session, job.id, 1, "transcript")
    with store.database.write() as session:
        job_rows.fail(session, failed.id, None, "x", "")
        lives.signed_off(session, org, signed.consultation_id)
        lives.signed_off(session, org, signed.consultation_id)
    put(store, org, failed.consultation_id, RECOGNITION, b"words")
    for job in (old, waiting, failed):
        older(store, job.consultation_id, 73 * HOUR)
    retention = Retention(store, enqueuer, settings)
    assert retention.look()["audio"] == 3
    there = {p.stem for p in store.audio.folder.rglob("*.anf")}  # type: ignore[attr-defined]
    assert there == {young.consultation_id, waiting.consultation_id}
    assert get(store, org, failed.consultation_id, RECOGNITION) is None
    assert retention.look()["audio"] == 0
    said = actions(store, org)
    assert sorted(said) == sorted(
        ("worker", "audio.delete", job.consultation_id) for job in (old, signed, failed)
    )
    assert not release(store, Actor(org, "k"), waiting.consultation_id)
    with store.database.write() as session:
        job_rows.cancel(session, org, waiting.id)
    assert retention.look()["audio"] == 1
    assert finish_removals(store, enqueuer, older_ms=-1) == 4
    assert finish_removals(store, enqueuer, older_ms=-1) == 0


def test_results_stay_unless_the_settings_say_otherwise(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings
) -> None:
    org = organisation(store)
    con, fresh = consultation(store, org), consultation(store, org)
    for one in (con, fresh):
        for kind in (TRANSCRIPT, SUMMARY, OPTIONS):
            put(store, org, one, kind, b"x")
    older(store, con, 400 * DAY)
    Retention(store, enqueuer, settings).look()
    assert get(store, org, con, TRANSCRIPT) is not None
    some = settings.model_copy(update={"retention_transcript_days": 365.0})
    assert Retention(store, enqueuer, some).look()[TRANSCRIPT] == 1
    kept = [get(store, org, con, kind) is not None for kind in (TRANSCRIPT, SUMMARY, OPTIONS)]
    assert kept == [False, True, True]
    both = some.model_copy(update={"retention_note_days": 399.5})
    assert Retention(store, enqueuer, both).look()[SUMMARY] == 1
    assert get(store, org, con, OPTIONS) is None
    for kind in (TRANSCRIPT, SUMMARY, OPTIONS):
        assert get(store, org, fresh, kind) is not None
    assert [a for _, a, _ in actions(store, org)] == ["transcript.expire", "summary.expire"]


def test_one_worker_of_all_has_the_turn(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings
) -> None:
    retention = Retention(store, enqueuer, settings)
    assert retention.claim("retention", 60.0)
    with store.database.write() as session:
        session.execute(text("UPDATE schedules SET due = 0"))
    turns: list[bool] = []
    threads = [
        threading.Thread(target=lambda: turns.append(retention.claim("retention", 60.0)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == [False] * 5 + [True]


def test_one_recording_that_cannot_be_deleted_keeps_no_other(
    store: Store, enqueuer: Enqueuer
) -> None:
    org = organisation(store)
    stuck, fine = (add_job(store, enqueuer, org, b"sound") for _ in range(2))
    path = store.audio.path(org, stuck.consultation_id)  # type: ignore[attr-defined]
    path.unlink()
    path.mkdir()
    for job in (stuck, fine):
        # Answered all the same: the rows are gone, and a worker tries the rest again.
        receipt = erasure.erase_consultation(store, enqueuer, Actor(org, "k"), job.consultation_id)
        assert receipt.recordings == 1
    assert finish_removals(store, enqueuer, older_ms=-1) == 1
    path.rmdir()
    assert finish_removals(store, enqueuer, older_ms=-1) == 1


def test_the_same_idempotency_key_for_another_patient_is_another_request(door: Door) -> None:
    headers = door.as_(**{"Idempotency-Key": "one"})
    for patient, status in (("IPP 1", 202), ("IPP 1", 202), ("IPP 2", 409)):
        answer = door.client.post(
            "/v1/consultations", headers=headers, files=FILE, data={"patient": patient}
        )
        assert answer.status_code == status
    # Once it is erased, the key is free again.
    door.client.post("/v1/erasures", headers=door.as_(), json={"patient": "IPP 1"})
    answer = door.client.post("/v1/consultations", headers=headers, files=FILE)
    assert answer.status_code == 202


def test_hashes_of_patients(store: Store) -> None:
    ours, theirs = organisation(store), organisation(store, "other")
    with store.database.write() as session:
        one = pseudonyms.patient(session, store.ring, ours, "IPP 0042")
        assert one == pseudonyms.patient(session, store.ring, ours, " IPP 0042 ")
        assert one != pseudonyms.patient(session, store.ring, ours, "IPP 0043")
        assert one != pseudonyms.patient(session, store.ring, theirs, "IPP 0042")
        composed = pseudonyms.patient(session, store.ring, ours, "Zoé")
        assert composed == pseudonyms.patient(session, store.ring, ours, "Zoe\u0301")


def test_two_that_make_the_organisations_key_at_once_have_the_same(store: Store) -> None:
    org, made = organisation(store), []

    def one() -> None:
        with store.database.write() as session:
            made.append(pseudonyms.patient(session, store.ring, org, "x"))

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1


def test_a_recording_alone_is_deleted(door: Door) -> None:
    made = upload(door)
    path = f"/v1/consultations/{made['consultation_id']}"
    problem(door.client.delete(f"{path}/audio", headers=door.as_()), 409, "audio_in_use")
    problem(door.client.delete(f"{path}/audio", headers=door.as_("integration")), 403, "forbidden")
    door.client.post(f"/v1/jobs/{made['job']['id']}/cancel", headers=door.as_())  # type: ignore[index]
    for _ in range(2):
        assert door.client.delete(f"{path}/audio", headers=door.as_()).status_code == 204
    assert door.client.get(path, headers=door.as_()).json()["has_audio"] is False
    assert not list(door.store.audio.folder.rglob("*.*"))  # type: ignore[attr-defined]


def test_erasures_over_http(door: Door) -> None:
    ours = [upload(door, patient="IPP 0042 Zylberszteyn")["consultation_id"] for _ in range(2)]
    other = upload(door, patient="IPP 0043")["consultation_id"]
    sent = {"transcript": sent_transcript(), "patient": "IPP 0042 Zylberszteyn", "consent": "C-1"}
    answer = door.client.post("/v1/summaries", headers=door.as_(), json=sent)
    assert answer.status_code == 202, answer.text
    ours.append(answer.json()["consultation_id"])

    def erase(who: str = "clinician", **body: object) -> object:
        return door.client.post("/v1/erasures", headers=door.as_(who), json=body)

    for wrong in ({}, {"patient": ""}, {"patient": "x", "consultation": "y"}, {"name": "x"}):
        problem(erase(**wrong), 422, "invalid_request")
    problem(erase("integration", patient="x"), 403, "forbidden")
    zeros = erase("stranger", patient="IPP 0042 Zylberszteyn").json()  # type: ignore[attr-defined]
    assert set(zeros.values()) - {zeros["id"]} == {0}
    problem(erase("stranger", consultation=other), 404, "not_found")
    receipt = erase(patient=" IPP 0042 Zylberszteyn").json()  # type: ignore[attr-defined]
    assert (receipt["consultations"], receipt["recordings"], receipt["jobs"]) == (3, 2, 3)
    assert receipt["artefacts"] == 4
    left = door.client.get("/v1/consultations", headers=door.as_()).json()["items"]
    assert [one["id"] for one in left] == [other]
    lines = [(a, s) for _, a, s in actions(door.store, door.org)]
    assert ("patient.erase", receipt["id"]) in lines
    assert {("consultation.erase", con) for con in ours} <= set(lines)
    assert "Zylberszteyn" not in str(lines)


@pytest.mark.slow
def test_an_erased_patient_is_nowhere(
    settings: ServiceSettings, processes: Processes, store: Store
) -> None:
    """The canary is in the recording's bytes, the options, the consent, the patient's reference,
    the idempotency key and what is said; one job is done, one runs, one waits."""
    canary = "Zylberszteyn7731"
    dialogue = settings.data_folder.parent / "dialogue.txt"
    dialogue.write_text(f"D: Bonjour Monsieur {canary}.\nP: J'ai mal au ventre.\n", "utf-8")
    slow = settings.model_copy(
        update={"scripted_dialogue": dialogue, "scripted_seconds": 6.0, "retention_audio_hours": 1}
    )
    quick = slow.model_copy(update={"scripted_seconds": 0.0})
    app = make_app(settings)
    org = organisation(store)
    key = issue(store, org, Role.clinician)
    made = []
    with TestClient(app) as client:

        def send(number: int) -> dict[str, object]:
            answer = client.post(
                "/v1/consultations",
                headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"{canary} {number}"},
                files={"file": (f"{canary}.wav", recording() + canary.encode() * 1000)},
                data={"vocabulary": canary, "consent": canary, "patient": canary},
            )
            assert answer.status_code == 202, answer.text
            found: dict[str, object] = answer.json()
            made.append(found)
            return found

        def row(number: int) -> Job:
            with store.database.read() as session:
                job = job_rows.find(session, org, str(made[number]["job"]["id"]))  # type: ignore[index]
                session.expunge(job)
            return job

        send(0)
        first = processes.worker(quick)
        wait(store, [row(0)])
        first.terminate()
        first.wait(30)
        send(1)
        worker = processes.worker(slow)
        wait_for(store, row(1), "recognise")
        send(2)
        with store.database.read() as session:
            derived = [a.id for a in session.query(Artefact)]
            hashed = session.execute(text("SELECT patient FROM consultation_lives")).scalars().all()
        assert len(set(hashed)) == 1
        assert len(derived) >= 5
        answer = client.post(
            "/v1/erasures", headers={"Authorization": f"Bearer {key}"}, json={"patient": canary}
        )
        receipt = answer.json()
        assert (receipt["consultations"], receipt["recordings"], receipt["jobs"]) == (3, 3, 3)
        assert receipt["idempotency_records"] == 3
        assert receipt["events"] > 3
    time.sleep(4)
    assert worker.poll() is None
    worker.terminate()
    worker.wait(60)
    enqueuer = Enqueuer(store.database)
    finish_removals(store, enqueuer, older_ms=-1)
    enqueuer.close()
    cons = [str(one["consultation_id"]) for one in made]
    jobs = [str(one["job"]["id"]) for one in made]  # type: ignore[index]
    nowhere = [canary, *jobs, *derived, hashed[0]]
    rows = list(all_rows(store))
    assert any(table == "audit_log" for table, _ in rows)
    for needle in nowhere:
        assert [table for table, content in rows if needle in content] == [], needle
    for con in cons:
        # That it was made and erased stays in the audit log, and nowhere else.
        assert {table for table, content in rows if con in content} == {"audit_log"}
    logged = {con: sum(con in c for t, c in rows if t == "audit_log") for con in cons}
    for needle in nowhere:
        assert files_with(settings.data_folder, needle.encode()) == [], needle
    for con in cons:
        for path in files_with(settings.data_folder, con.encode()):
            assert path.name == "anamnese.sqlite"
            assert path.read_bytes().count(con.encode()) == logged[con]
    assert [p for p in settings.audio_folder.rglob("*") if p.is_file()] == []
    assert [p for p in settings.work.rglob("*") if p.is_file()] == []
    # The engine's log may name a job that was erased while it ran; never what was said.
    assert canary not in processes.said()


def all_rows(store: Store) -> Iterator[tuple[str, str]]:
    """(table, row as text) of every table of ours and of the engine."""
    for schema in [None] if store.database.sqlite else ["public", "dbos"]:
        for table in inspect(store.database.engine).get_table_names(schema=schema):
            name = f'"{schema}"."{table}"' if schema else f'"{table}"'
            with store.database.read() as session:
                for row in session.execute(text(f"SELECT * FROM {name}")):
                    yield table, " ".join(str(value) for value in row)


def test_a_note_goes_with_its_revisions_by_the_age_of_the_last(
    store: Store, enqueuer: Enqueuer, settings: ServiceSettings
) -> None:
    org = organisation(store)
    worked, signed = consultation(store, org), consultation(store, org)
    for con in (worked, signed):
        put(store, org, con, SUMMARY, b"x", "soap")
        with store.database.write() as session:
            for revision in (1, 2):
                notes.add(
                    session,
                    store.ring,
                    org_id=org,
                    consultation_id=con,
                    template="soap",
                    revision=revision,
                    content=b"{}",
                    source="ai",
                    state="draft",
                    by="k",
                )
            notes.put_context(
                session, store.ring, org_id=org, consultation_id=con, content=b"{}", by="k"
            )
    older(store, worked, 400 * DAY)
    older(store, signed, 400 * DAY)
    with store.database.write() as session:
        session.execute(
            update(NoteRevision)
            .where(NoteRevision.consultation_id == worked)
            .values(created=NoteRevision.created - 400 * DAY)
        )
    days = settings.model_copy(update={"retention_note_days": 365.0})
    assert Retention(store, enqueuer, days).look()[SUMMARY] == 1
    with store.database.read() as session:
        assert notes.last(session, org, worked, "soap") == 0
        assert notes.document_context(session, store.ring, org, worked) is None
        assert notes.last(session, org, signed, "soap") == 2
        assert notes.document_context(session, store.ring, org, signed) is not None
    assert get(store, org, signed, SUMMARY, "soap") is not None
