"""Launches from an EHR over HTTP: both ways in, what becomes of them, and their settings."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import make_app
from api.live_start import create
from api.live_wire import Start
from jobs.store import people, uploads
from jobs.store.access import SCOPES, Principal, Role
from jobs.store.artefacts import SUMMARY, TRANSCRIPT
from jobs.store.audit import Actor
from jobs.store.tables import Organisation
from jobs.upload_fields import UploadFields
from tests.service.conftest import MakeSettings, fresh_database
from tests.service.launching import (
    URL,
    Launches,
    configured,
    ehr,
    launching,
    running,
    smart,
    upload,
)
from tests.service.smart_ehr import INS, PATIENT, TestEhr, smart_ehr
from tests.service.test_store import put
from tests.service.work import recording
from tests.unit.test_never import TALK, note

__all__ = ["ehr", "launching", "running"]


def _check_document(client: TestClient, who: dict[str, str], con: str) -> None:
    """Patient, encounter and clinician of the launch are in the exported document, and signed."""
    store = client.app.state.service.store  # type: ignore[attr-defined]
    with store.database.read() as session:
        org = session.scalar(select(Organisation.id).where(Organisation.name == "clinic"))
    assert org is not None
    put(store, org, con, TRANSCRIPT, TALK["fr"].to_json().encode())
    made = note(TALK["fr"], "Genou droit douloureux depuis trois semaines.")
    put(store, org, con, SUMMARY, made.to_json().encode(), "soap")
    at = f"/v1/consultations/{con}/notes/soap"
    etag = client.get(at, headers=who).headers["etag"]
    signed = client.post(
        f"{at}/sign", headers={**who, "If-Match": etag}, json={"name": "Dr Claire Martin"}
    )
    assert signed.status_code == 200, signed.text
    assert signed.json()["signature"]["author"]["name"] == "Dr Claire Martin"
    answer = client.get(f"{at}/final", headers={**who, "Accept": "application/fhir+json"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = {}
    for entry in answer.json()["entry"]:
        found.setdefault(entry["resource"]["resourceType"], entry)
    patient, encounter = found["Patient"]["resource"], found["Encounter"]["resource"]
    assert patient["identifier"][0]["system"] == INS
    assert patient["identifier"][0]["value"] == "261037511801272"
    assert (patient["name"][0]["family"], patient["birthDate"]) == ("Dupont", "1961-03-12")
    assert encounter["identifier"][0]["value"] == "V-2026-7"
    assert encounter["subject"]["reference"] == found["Patient"]["fullUrl"]
    assert found["Composition"]["resource"]["subject"]["reference"] == found["Patient"]["fullUrl"]
    assert (
        found["Composition"]["resource"]["encounter"]["reference"]
        == (found["Encounter"]["fullUrl"])
    )


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_launch_files_what_is_recorded_with_its_patient(
    ehr: TestEhr,
    make_settings: MakeSettings,
    database: str,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    more = smart(ehr)
    if database == "postgres":
        more["database_url"] = fresh_database(request.getfixturevalue("postgres"))
    made = make_settings(**more)
    with (
        TestClient(make_app(made), base_url=URL) as client,
        caplog.at_level(logging.DEBUG),
    ):
        launch = Launches(client, ehr)
        where = launch()
        who = launch.bearer(where)
        me = client.get("/v1/me", headers=who).json()
        assert (me["name"], me["role"], me["organisation"]) == (
            "Dr Claire Martin",
            "clinician",
            "clinic",
        )
        assert me["id"].startswith("usr_")
        about = client.get("/smart/session", headers=who).json()
        assert about["patient"] == {
            "name": "DUPONT Marie Anne",
            "birth_date": "1961-03-12",
            "sex": "female",
            "identifiers": [{"value": "261037511801272", "type": "INS-NIR"}],
        }
        sent = upload(client, who, launch=about["id"])
        assert sent.status_code == 201, sent.text
        one = f"/v1/consultations/{sent.headers['anamnese-consultation']}"
        context = client.get(f"{one}/document-context", headers=who).json()
        assert context["patient"]["family"] == "Dupont"
        assert {"value": "IPP-4471", "system": "https://ehr.example/ipp"}.items() <= (
            context["patient"]["identifiers"][1].items()
        )
        assert context["encounter"]["identifiers"][0]["value"] == "V-2026-7"
        assert context["encounter"]["start"] == "2026-03-02T09:30:00+01:00"
        assert context["practitioners"][0]["name"] == "Dr Claire Martin"
        _check_document(client, who, sent.headers["anamnese-consultation"])
        # So is what is heard while it is recorded.
        store = client.app.state.service.store  # type: ignore[attr-defined]
        with store.database.read() as session:
            org = session.scalar(select(Organisation.id).where(Organisation.name == "clinic"))
        assert org is not None
        clinician = Principal(org, me["id"], Role.clinician, SCOPES[Role.clinician])
        start = Start(type="start", audio="pcm", fields={"launch": about["id"], "language": "fr"})
        by = Actor(org, me["id"], "test")
        service = client.app.state.service  # type: ignore[attr-defined]
        # In a thread of its own: where a browser was driven before, this one has a loop that runs.
        with ThreadPoolExecutor(1) as other:
            begun = other.submit(
                lambda: asyncio.run(create(service, clinician, by, start))
            ).result()
        with store.database.read() as session:
            row = uploads.find(session, org, begun)
            live = UploadFields.model_validate_json(uploads.fields_of(row, store.ring))
        assert live.context is not None
        assert "V-2026-7" in live.context
        assert live.patient is not None
        # And what is sent in one request, or as the documents of a record.
        whole = client.post(
            "/v1/consultations",
            headers=who,
            files={"file": ("a.wav", recording(0.2))},
            data={"launch": about["id"], "patient": "of nobody"},
        )
        assert whole.status_code == 202, whole.text
        place = f"/v1/consultations/{whole.json()['consultation_id']}/document-context"
        assert client.get(place, headers=who).json() == context
        record = client.post(
            "/v1/records",
            headers=who,
            files={"file": ("a.txt", b"Consultation du 03/02/2024. Amlodipine 5 mg.")},
            data={"launch": about["id"]},
        )
        assert record.status_code == 202, record.text
        filed = f"/v1/records/{record.json()['record_id']}"
        wrong = client.post(
            "/v1/records", headers=who, files={"file": b"x"}, data={"launch": "lau_of_nobody"}
        )
        assert (wrong.status_code, wrong.json()["code"]) == (422, "launch_over")
        # What does not name the launch is nobody's.
        other = upload(client, who)
        place = f"/v1/consultations/{other.headers['anamnese-consultation']}/document-context"
        assert client.get(place, headers=who).status_code == 404

        # The same person again, about somebody else: the first patient's recording arrives late.
        ehr.resources["Patient/p-2"] = {**PATIENT, "id": "p-2", "name": [{"family": "Petit"}]}
        ehr.token = {"patient": "p-2", "encounter": None}
        later = launch.bearer(launch())
        assert client.get("/v1/me", headers=later).json()["id"] == me["id"]
        assert client.delete("/smart/session", headers=who).status_code == 204
        assert client.get("/v1/me", headers=who).status_code == 401
        late = upload(client, later, launch=about["id"])
        place = f"/v1/consultations/{late.headers['anamnese-consultation']}/document-context"
        assert client.get(place, headers=later).json()["patient"]["family"] == "Dupont"
        # Another person's launch is not to be had.
        ehr.claims, ehr.token = {"sub": "somebody.else"}, {}
        stranger = launch.bearer(launch())
        refused = upload(client, stranger, launch=about["id"])
        assert (refused.status_code, refused.json()["code"]) == (422, "launch_over")

        # Who is blocked here gets in by no launch.
        third = client.get("/v1/me", headers=stranger).json()["id"]
        with store.database.write() as session:
            assert people.block(session, org, third, "test")
        refused = client.get("/v1/me", headers=stranger)
        assert (refused.status_code, refused.json()["code"]) == (403, "person_blocked")

        # The patient is erased by the number that the EHR gave: launches, too.
        wanted = {"patient": "261037511801272"}
        erased = client.post("/v1/erasures", headers=later, json=wanted)
        assert erased.status_code == 200, erased.text
        assert client.get("/v1/me", headers=later).status_code == 401
        ehr.claims = {}
        admin = launch.bearer(launch())
        assert client.get(filed, headers=admin).status_code == 404
        assert client.get(place, headers=admin).status_code == 404
        # This thread plays the browser, whose library logs every address. The service has others.
        served = [one for one in caplog.records if one.thread != threading.get_ident()]
        assert {"anamnese.access", "httpcore.http11"} <= {one.name for one in served}
        seen = " ".join(one.getMessage() for one in served)
    everything = b"".join(
        path.read_bytes() for path in made.data_folder.rglob("*") if path.is_file()
    )
    assert len(ehr.issued) >= 9
    for secret in ehr.issued:
        assert secret not in seen
        assert secret.encode() not in everything
    numbers = ("261037511801272", "IPP-4471", "V-2026-7", "Patient/p-61", "Encounter/e-7")
    for words in ("Dupont", "Martin", "martin.claire", *numbers):
        assert words not in seen
        assert words.encode() not in everything


def test_standalone_asks_for_a_patient(launching: Launches) -> None:
    begun = launching.client.get(
        "/smart/launch", params={"iss": launching.ehr.iss}, follow_redirects=False
    )
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert "launch/patient" in asked["scope"][0].split()
    assert "launch" not in asked
    assert "code_verifier" not in begun.headers["location"]
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert launching.bearer(launching.back(launching.authorized(begun)))
    assert launching.client.get("/smart/ehrs").json() == {"items": []}


def test_a_patient_of_another_organisation(ehr: TestEhr, make_settings: MakeSettings) -> None:
    """Two EHRs of two organisations, and a person with the same name for both to sign in by."""
    with smart_ehr() as second:
        given = smart(ehr)
        given["smart_ehrs"].append(configured(second, name="Autre", organisation="other"))
        with TestClient(make_app(make_settings(**given)), base_url=URL) as client:
            here, there = Launches(client, ehr), Launches(client, second)
            who, stranger = here.bearer(here()), there.bearer(there())
            about = client.get("/smart/session", headers=who).json()
            sent = upload(client, who, launch=about["id"])
            con = sent.headers["anamnese-consultation"]
            for path in ("", "/document-context", "/notes/soap"):
                refused = client.get(f"/v1/consultations/{con}{path}", headers=stranger)
                assert refused.status_code == 404, path
            late = upload(client, stranger, launch=about["id"])
            assert (late.status_code, late.json()["code"]) == (422, "launch_over")
            # Nor is the patient erased there, who has the same number.
            wanted = {"patient": "261037511801272"}
            client.post("/v1/erasures", headers=stranger, json=wanted)
            assert client.get("/v1/me", headers=stranger).status_code == 401
            assert client.get("/v1/me", headers=who).status_code == 200
            # One EHR's answer to a launch that another was asked for.
            one, other = here.begin(), there.authorized(there.begin())
            state = parse_qs(urlsplit(one.headers["location"]).query)["state"][0]
            code = parse_qs(urlsplit(other).query)["code"][0]
            mixed = f"/smart/callback?state={state}&code={code}"
            named = here.back(f"{mixed}&iss={quote(second.issuer)}")
            assert named == "/#/launch-failed/launch_ehr_answer"
            one = here.begin()
            state = parse_qs(urlsplit(one.headers["location"]).query)["state"][0]
            unnamed = here.back(f"/smart/callback?state={state}&code={code}")
            assert unnamed == "/#/launch-failed/launch_ehr_refused"
