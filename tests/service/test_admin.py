"""Administration over HTTP, on both databases: failures tried again, keys, people, retention, the
audit log. Of one's own organisation alone: test_isolation.py asks every route."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text, update

from api.app import make_app
from jobs.service_settings import ServiceSettings
from jobs.store import access, audit, job_rows, leases, lives, people, workers
from jobs.store.artefacts import SUMMARY, TRANSCRIPT
from jobs.store.operations_tables import report
from jobs.store.tables import Consultation, Job, now_ms
from tests.service.conftest import MakeSettings
from tests.service.provider import Provider
from tests.service.test_http import Door, door, problem, upload
from tests.service.test_store import put
from tests.unit.talk import transcript

__all__ = ["door"]
HOUR = 3600 * 1000


def failed(door: Door, code: str, **fields: str) -> dict[str, str]:
    """A recording whose job failed with this code."""
    made: Any = upload(door, **fields)
    job = made["job"]["id"]
    with door.store.database.write() as session:
        job_rows.fail(session, job, None, code, "a hint")
    return {"job": job, "consultation": made["consultation_id"]}


def failures(door: Door) -> dict[str, dict[str, Any]]:
    answer = door.client.get("/v1/admin/failures", headers=door.as_("admin"))
    return {one["code"]: one for one in answer.json()["items"]}


def actions(door: Door, **wanted: str) -> list[tuple[str, str]]:
    found = door.client.get("/v1/audit", headers=door.as_("auditor"), params=wanted)
    assert found.status_code == 200, found.text
    return [(one["action"], one["subject"]) for one in found.json()["items"]]


def retry(door: Door, job: str, **query: object) -> Any:
    path = f"/v1/jobs/{job}/retry"
    return door.client.post(path, headers=door.as_("admin"), params=query)  # type: ignore[arg-type]


def test_one_failed_job_is_tried_again_and_once(door: Door) -> None:
    one = failed(door, "engine_process_ended", template="soap")
    assert failures(door)["engine_process_ended"]["jobs"] == 1
    first = retry(door, one["job"])
    assert first.status_code == 202, first.text
    made = first.json()
    assert made["again"]
    assert made["job"]["status"] == "queued"
    assert (made["job"]["consultation_id"], made["job"]["template"]) == (
        one["consultation"],
        "soap",
    )
    again = retry(door, one["job"]).json()
    assert not again["again"]
    assert again["job"]["id"] == made["job"]["id"]
    # What failed stays as it was, and is settled.
    before = door.client.get(f"/v1/jobs/{one['job']}", headers=door.as_("admin")).json()
    assert before["status"] == "failed"
    assert failures(door) == {}
    assert actions(door, action="job.retry") == [("job.retry", one["job"])]
    # The engine has been given the new one.
    with door.store.database.read() as session:
        place = "" if door.store.database.sqlite else "dbos."
        query = text(f"SELECT count(*) FROM {place}workflow_status WHERE workflow_uuid LIKE :job")
        assert session.execute(query, {"job": f"{made['job']['id']}:%"}).scalar_one() == 1
    # Failed again, it is a failure again.
    with door.store.database.write() as session:
        job_rows.fail(session, made["job"]["id"], None, "engine_process_ended", "a hint")
    assert failures(door)["engine_process_ended"]["jobs"] == 1


def test_what_is_no_failure_is_not_tried_again(door: Door) -> None:
    running: Any = upload(door)
    problem(retry(door, running["job"]["id"]), 409, "conflict")
    problem(retry(door, f"job_{'0' * 32}"), 404, "not_found")
    silent = failed(door, "no_speech")
    assert not failures(door)["no_speech"]["retry_helps"]
    problem(retry(door, silent["job"]), 409, "same_input")
    with door.store.database.write() as session:
        lives.release_audio(session, door.org, silent["consultation"])
    problem(retry(door, silent["job"], force=True), 410, "audio_deleted")
    assert actions(door, action="job.retry") == []


def test_a_stored_transcript_is_not_made_again(door: Door) -> None:
    one = failed(door, "engine_unavailable")
    said = transcript("D: De quoi souffrez-vous ?", "P: J'ai mal au ventre.")
    put(door.store, door.org, one["consultation"], TRANSCRIPT, said.to_json().encode())
    made = retry(door, one["job"]).json()["job"]
    assert made["kind"] == "summary"
    assert made["artefacts"]["transcript"] == "ready"


def test_all_of_one_code(door: Door) -> None:
    ours = [failed(door, "engine_process_ended")["job"] for _ in range(3)]
    other = failed(door, "step_stuck")["job"]
    gone = failed(door, "engine_process_ended")
    with door.store.database.write() as session:
        lives.release_audio(session, door.org, gone["consultation"])
    ask = {"headers": door.as_("admin"), "json": {"code": "engine_process_ended"}}
    listed = door.client.get(
        "/v1/admin/jobs",
        headers=door.as_("admin"),
        params={"code": "engine_process_ended", "unsettled": True},
    ).json()["items"]
    assert {one["id"] for one in listed} == {*ours, gone["job"]}
    first = door.client.post("/v1/admin/failures/retry", **ask)
    assert first.status_code == 202, first.text
    assert {k: v for k, v in first.json().items() if k != "code"} == {
        "jobs": 3, "items": 0, "skipped": 1, "left": 0,
    }  # fmt: skip
    assert door.client.post("/v1/admin/failures/retry", **ask).json()["jobs"] == 0
    assert {code: one["jobs"] for code, one in failures(door).items()} == {
        "engine_process_ended": 1,  # its recording is gone
        "step_stuck": 1,
    }
    retried = [subject for _, subject in actions(door, action="job.retry")]
    assert sorted(retried) == sorted(ours)
    assert other not in retried
    bad = {"headers": door.as_("admin"), "json": {"code": "no_speech"}}
    problem(door.client.post("/v1/admin/failures/retry", **bad), 409, "same_input")
    page = door.client.get(
        "/v1/admin/jobs", headers=door.as_("admin"), params={"status": "queued", "limit": 2}
    ).json()
    assert len(page["items"]) == 2
    assert page["next_cursor"]


def test_items_of_a_batch_wait_again(door: Door) -> None:
    """One of two that failed, by its job; the batch counts it, and no second job is made."""
    jobs = [failed(door, "out_of_memory"), failed(door, "out_of_memory")]
    items = [{"consultation_id": one["consultation"], "template": "soap"} for one in jobs]
    made = door.client.post("/v1/batches", headers=door.as_("admin"), json={"items": items}).json()
    with door.store.database.write() as session:
        for number, one in enumerate(jobs, start=1):
            session.execute(
                text(
                    "UPDATE batch_items SET status = 'failed', error_code = 'out_of_memory',"
                    " job_id = :job, consultation_id = :con WHERE batch_id = :id AND number = :n"
                ),
                {"job": one["job"], "con": one["consultation"], "id": made["id"], "n": number},
            )
    assert failures(door)["out_of_memory"]["jobs"] == 2
    first, again = retry(door, jobs[0]["job"]).json(), retry(door, jobs[0]["job"]).json()
    assert (first["job"], first["batch_id"], first["again"]) == (None, made["id"], True)
    assert (again["batch_id"], again["again"]) == (made["id"], False)
    assert failures(door)["out_of_memory"]["jobs"] == 1
    path = f"/v1/batches/{made['id']}/retry"
    nothing = door.client.post(path, headers=door.as_("admin"), json={"items": [1]}).json()
    assert (nothing["items"]["waiting"], nothing["items"]["failed"]) == (1, 1)
    rest = door.client.post(path, headers=door.as_("admin"), json={"code": "out_of_memory"}).json()
    assert (rest["items"]["waiting"], rest["items"]["failed"]) == (2, 0)


def test_keys_are_issued_once_shown_and_revoked(door: Door) -> None:
    admin = door.as_("admin")
    wanted = {"name": "Dr Martin", "role": "clinician", "days": 30}
    answer = door.client.post("/v1/admin/keys", headers=admin, json=wanted)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    new = {"Authorization": f"Bearer {made['secret']}"}
    me = door.client.get("/v1/me", headers=new).json()
    assert (me["name"], me["role"], me["organisation"]) == ("Dr Martin", "clinician", "clinic")
    listed = door.client.get("/v1/admin/keys", headers=admin)
    assert made["secret"] not in listed.text
    assert door.keys["stranger"].split("_")[1] not in listed.text
    turned = door.client.post(
        f"/v1/admin/keys/{made['id']}/rotate", headers=admin, json={"grace_hours": 0}
    ).json()
    problem(door.client.get("/v1/me", headers=new), 401, "unauthorized")
    new = {"Authorization": f"Bearer {turned['secret']}"}
    assert door.client.get("/v1/me", headers=new).status_code == 200
    for _ in range(2):
        gone = door.client.post(f"/v1/admin/keys/{made['id']}/revoke", headers=admin)
        assert gone.status_code == 200
        assert not gone.json()["valid"]
    problem(door.client.get("/v1/me", headers=new), 401, "unauthorized")
    assert [action for action, _ in actions(door, subject=made["id"])] == [
        "apikey.new", "apikey.rotate", "apikey.revoke",
    ]  # fmt: skip
    own = door.keys["admin"].split("_")[1]
    problem(door.client.post(f"/v1/admin/keys/{own}/revoke", headers=admin), 409, "own_key")
    theirs = door.keys["stranger"].split("_")[1]
    problem(door.client.post(f"/v1/admin/keys/{theirs}/revoke", headers=admin), 404, "not_found")
    more = {"name": "x", "role": "monitor", "scopes": ["notes:sign"]}
    refused = door.client.post("/v1/admin/keys", headers=admin, json=more)
    problem(refused, 422, "invalid_option")


def test_only_who_manages(door: Door) -> None:
    """Not a clinician, an auditor or a program; nor an administrator's key with fewer scopes."""
    paths = ["service", "retention", "jobs", "failures", "keys", "people"]
    for who in ("clinician", "integration", "auditor", "monitor", "reader"):
        for path in paths:
            answer = door.client.get(f"/v1/admin/{path}", headers=door.as_(who))
            problem(answer, 403, "forbidden")
    for path in paths:
        assert door.client.get(f"/v1/admin/{path}", headers=door.as_("admin")).is_success


def test_what_goes_when(door: Door) -> None:
    young, old, signed = (str(upload(door)["consultation_id"]) for _ in range(3))
    busy: Any = upload(door)["consultation_id"]
    with door.store.database.write() as session:
        for con in (young, old, signed):
            job = session.scalars(select(Job).where(Job.consultation_id == con)).one()
            job_rows.cancel(session, door.org, job.id)
        for con in (old, busy):
            past = update(Consultation).where(Consultation.id == con)
            session.execute(past.values(created=now_ms() - 100 * HOUR))
        lives.signed_off(session, door.org, signed)
    put(door.store, door.org, young, TRANSCRIPT, b"{}")
    put(door.store, door.org, young, SUMMARY, b"{}", "soap")
    found = door.client.get("/v1/admin/retention", headers=door.as_("admin")).json()
    kinds = {one["kind"]: one for one in found["kinds"]}
    recordings = kinds["recordings"]
    assert recordings["keeps_hours"] == 72
    assert (recordings["count"], recordings["due_now"], recordings["due_week"]) == (4, 3, 4)
    going = {one["id"]: (one["reason"], one["waits"]) for one in recordings["next"]}
    assert going == {
        old: ("age", False), busy: ("age", True), signed: ("signed", False), young: ("age", False),
    }  # fmt: skip
    assert [one["id"] for one in recordings["next"]][-1] == young
    for kind in ("transcripts", "notes"):
        # Kept by the settings: counted, and none goes.
        assert (kinds[kind]["count"], kinds[kind]["due_week"], kinds[kind]["next"]) == (1, 0, [])
        assert kinds[kind]["bytes"] > 0
    # To look at only.
    again = door.client.get("/v1/admin/retention", headers=door.as_("admin")).json()
    assert {one["kind"]: one["count"] for one in again["kinds"]}["recordings"] == 4
    theirs = door.client.get("/v1/admin/retention", headers=door.as_("stranger")).json()
    assert {one["count"] for one in theirs["kinds"]} == {0}


def test_the_forecast_is_what_retention_does(
    make_settings: MakeSettings, settings: ServiceSettings
) -> None:
    """What is said to be due now is what goes at the next look, of every kind."""
    from jobs.retention import Retention
    from tests.service.test_records import LATE, parts, work

    more = {
        "retention_transcript_days": 1, "retention_note_days": 2, "retention_record_days": 3,
    }  # fmt: skip
    changed = ServiceSettings.model_validate({**settings.model_dump(), **more})
    app = make_app(changed)
    store, enqueuer = app.state.service.store, app.state.service.enqueuer
    with store.database.write() as session:
        org = access.organisation(session, "clinic")
        key = access.issue(session, org_id=org, name="k", role=access.Role.admin, expires=None)[1]
    with TestClient(app) as client:
        door = Door(client, store, org, dict.fromkeys(("admin", "clinician", "auditor"), key))
        con = str(upload(door)["consultation_id"])
        put(store, org, con, TRANSCRIPT, b"{}")
        put(store, org, con, SUMMARY, b"{}", "soap")
        sent = client.post("/v1/records", headers=door.as_(), files=parts([LATE])).json()
        work(store, sent["job"]["id"])
        with store.database.write() as session:
            job = session.scalars(select(Job).where(Job.consultation_id == con)).one()
            job_rows.cancel(session, org, job.id)
            past = {"past": now_ms() - 36 * HOUR}
            session.execute(text("UPDATE artefacts SET created = :past"), past)
            session.execute(text("UPDATE records SET changed = :past"), {"past": 1})

        def due() -> dict[str, int]:
            kinds = client.get("/v1/admin/retention", headers=door.as_()).json()["kinds"]
            return {one["kind"]: one["due_now"] for one in kinds}

        assert due() == {"recordings": 0, "transcripts": 1, "notes": 0, "records": 1}
        worker = Retention(store, enqueuer, changed)
        assert worker.claim("retention", 60)
        assert not worker.claim("retention", 60), "it was a moment ago"
        assert client.post("/v1/admin/retention/run", headers=door.as_()).status_code == 202
        assert worker.claim("retention", 60), "an administrator wants it now"
        assert ("retention.run", "retention") in actions(door, action="retention.")
        gone = worker.look()
        assert (gone["audio"], gone["transcript"], gone["summary"], gone["records"]) == (0, 1, 0, 1)
        assert set(due().values()) == {0}


def test_workers_models_cards_and_disk(door: Door) -> None:
    with door.store.database.write() as session:
        for name in ("host.example-12-abc123", "host.example-13-def456"):
            leases.register(session, name)
        report(session, "host.example-12-abc123", weights="ok", language_model="missing")
        workers.describe(session, "host.example-12-abc123", ["whisper-base"], [(2 << 30, 8 << 30)])
        workers.describe(session, "host.example-12-abc123", ["whisper-base"], [(3 << 30, 8 << 30)])
        workers.describe(session, "unknown", ["whisper-base"], [])
        session.execute(
            text("UPDATE worker_leases SET seen = 1 WHERE id = 'host.example-13-def456'")
        )
    upload(door)
    answer = door.client.get("/v1/admin/service", headers=door.as_("admin"))
    found = answer.json()
    assert "host.example" not in answer.text
    first, second = found["workers"]
    assert (first["id"], first["lease"], first["weights"]) == ("abc123", "held", "ok")
    assert first["models"] == ["whisper-base"]
    assert first["cards"] == [{"device": 0, "used_bytes": 3 << 30, "total_bytes": 8 << 30}]
    assert (second["id"], second["lease"], second["weights"]) == ("def456", "late", "unknown")
    waiting = {(one["queue"], one["priority"]): one["waiting"] for one in found["queues"]}
    assert waiting["speech", "interactive"] == 1
    assert 0 < found["disk"]["free_bytes"] <= found["disk"]["total_bytes"]


def test_the_audit_log_is_searched_exported_and_verified(door: Door) -> None:
    one, two = upload(door), upload(door)
    con = str(one["consultation_id"])
    door.client.post(f"/v1/jobs/{one['job']['id']}/cancel", headers=door.as_("admin"))  # type: ignore[index]
    admin = door.keys["admin"].split("_")[1]
    assert actions(door, actor=admin) == [("job.cancel", one["job"]["id"])]  # type: ignore[index]
    assert actions(door, subject=con) == [("consultation.create", con)]
    assert actions(door, action="consultation.") == [
        ("consultation.create", con), ("consultation.create", str(two["consultation_id"])),
    ]  # fmt: skip
    assert actions(door, action="%") == []
    assert actions(door, until="2020-01-01T00:00:00Z") == []
    assert len(actions(door, since="2020-01-01T00:00:00Z")) == 3
    assert actions(door, order="newest")[0][0] == "job.cancel"
    first = door.client.get(
        "/v1/audit", headers=door.as_("auditor"), params={"order": "newest", "limit": 2}
    ).json()
    rest = actions(door, order="newest", after=str(first["next_after"]))
    assert rest == [("consultation.create", con)]

    lines = door.client.get("/v1/audit/export", headers=door.as_("auditor"))
    assert [json.loads(line)["seq"] for line in lines.text.splitlines()] == [1, 2, 3]
    some = {"format": "csv", "actor": admin}
    table = door.client.get("/v1/audit/export", headers=door.as_("auditor"), params=some)
    assert "attachment" in table.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["seq"], row["action"]) for row in rows] == [("3", "job.cancel")]

    def verify() -> dict[str, Any]:
        got = door.client.get("/v1/audit/verification", headers=door.as_("auditor"))
        found: dict[str, Any] = got.json()
        return found

    whole = verify()
    assert (whole["unbroken"], whole["entries"], whole["broken"]) == (True, 3, None)
    assert whole["last_sha256"] == json.loads(lines.text.splitlines()[-1])["sha256"]
    # Somebody who is above the database's refusal of changes.
    _tamper(door, "UPDATE audit_log SET action = 'note.read' WHERE seq = 2")
    broken = verify()
    assert (broken["unbroken"], broken["entries"]) == (False, 1)
    assert (broken["broken"]["seq"], broken["broken"]["reason"]) == (2, "changed")
    assert broken["broken"]["action"] == "note.read"
    theirs = door.client.get("/v1/audit/verification", headers=door.as_("stranger")).json()
    assert (theirs["broken"]["seq"], theirs["broken"]["action"]) == (2, None)
    _tamper(door, "DELETE FROM audit_log WHERE seq = 2")
    assert verify()["broken"] | {"at": 0} == {
        "seq": 3, "reason": "missing", "at": 0, "action": "job.cancel",
    }  # fmt: skip


def _tamper(door: Door, statement: str) -> None:
    with door.store.database.write() as session:
        if door.store.database.sqlite:
            for name in session.scalars(
                text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_log'")
            ).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("ALTER TABLE audit_log DISABLE TRIGGER ALL"))
        session.execute(text(statement))


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.stop()


def test_people_are_seen_and_kept_out(
    provider: Provider, make_settings: MakeSettings, settings: ServiceSettings
) -> None:
    both = provider.settings(make_settings, database_url=settings.database_url)
    app = make_app(both)
    store = app.state.service.store
    with store.database.write() as session:
        org = access.organisation(session, "clinic")
        key = access.issue(session, org_id=org, name="k", role=access.Role.admin, expires=None)[1]
    admin = {"Authorization": f"Bearer {key}"}
    with TestClient(app) as client:
        token = {"Authorization": f"Bearer {provider.token(sub='martin')}"}
        me = client.get("/v1/me", headers=token).json()
        found = client.get("/v1/admin/people", headers=admin).json()
        assert found["issuer"] == str(both.oidc_issuer)
        assert [(one["id"], one["role"], one["blocked"]) for one in found["items"]] == [
            (me["id"], "clinician", None)
        ]
        looked = client.post("/v1/admin/people/find", headers=admin, json={"subject": "martin"})
        assert looked.json()["id"] == me["id"]
        nobody = client.post("/v1/admin/people/find", headers=admin, json={"subject": "durand"})
        problem(nobody, 404, "not_found")
        for _ in range(2):
            blocked = client.post(f"/v1/admin/people/{me['id']}/block", headers=admin)
            assert blocked.json()["blocked"]
        problem(client.get("/v1/me", headers=token), 403, "person_blocked")
        # A new token of the same person does not help; another person is let in.
        again = {"Authorization": f"Bearer {provider.token(sub='martin', jti='2')}"}
        problem(client.get("/v1/me", headers=again), 403, "person_blocked")
        other = {"Authorization": f"Bearer {provider.token(sub='durand')}"}
        assert client.get("/v1/me", headers=other).status_code == 200
        client.post(f"/v1/admin/people/{me['id']}/unblock", headers=admin)
        assert client.get("/v1/me", headers=token).status_code == 200
        said = client.get("/v1/audit", headers=admin, params={"subject": me["id"]}).json()["items"]
        assert [one["action"] for one in said] == ["person.block", "person.unblock"]
        # Who acted before people were noted is known by the audit log, and can be blocked.
        before = f"usr_{'0' * 32}"
        with store.database.write() as session:
            audit.append(store.database, session, audit.Actor(org, before), "note.sign", "x")
            assert before in {one.id for one in people.listed(session, org)}
            assert people.block(session, org, before, "k")
            assert people.is_blocked(session, before)


def test_without_a_provider_there_are_no_people(door: Door) -> None:
    found = door.client.get("/v1/admin/people", headers=door.as_("admin")).json()
    assert found == {"issuer": None, "items": []}
    asked = {"headers": door.as_("admin"), "json": {"subject": "martin"}}
    problem(door.client.post("/v1/admin/people/find", **asked), 409, "no_identity_provider")
