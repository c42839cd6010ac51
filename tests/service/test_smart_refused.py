"""Launches from an EHR over HTTP: every way that must not lead in."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from api.app import make_app
from api.smart import resources
from api.smart.errors import EhrAnswer, OtherPatient
from jobs.store import launches
from jobs.store.launch_tables import Launch, LaunchStart
from tests.service.conftest import MakeSettings
from tests.service.launching import (
    URL,
    Launches,
    ehr,
    launching,
    running,
    smart,
)
from tests.service.smart_ehr import ENCOUNTER, PATIENT, PRACTITIONER, TestEhr

__all__ = ["ehr", "launching", "running"]


def test_a_launch_that_leads_nowhere(launching: Launches) -> None:
    """Each with its code in the address of the page, and with nothing else there."""
    ehr = launching.ehr
    now = int(time.time())

    def ends(code: str, **changes: Any) -> None:
        ehr.reset()
        for name, value in changes.items():
            setattr(ehr, name, value)
        where = launching()
        assert where == f"/#/launch-failed/{code}", changes

    for claims in (
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["anamnese", "other"], "azp": "other"},
        {"aud": ["anamnese", "other"]},
        {"exp": now - 3600, "iat": now - 7200},
        {"iss": "https://else.example"},
        {"sub": ""},
        {"sub": "\ud800"},
        {"nonce": "\ud800"},
    ):
        ends("launch_id_token", claims=claims)
    ends("launch_id_token", forged=True)
    ends("launch_id_token", token={"id_token": None})
    for named in (f"{ehr.iss}/Patient/p-61", "https://else.example/Practitioner/dr-1", None, "x"):
        ends("launch_not_practitioner", claims={"fhirUser": named})
    ends("launch_no_patient", token={"patient": None})
    ends("launch_no_patient", token={"patient": "../Practitioner/dr-1"})
    ends("launch_ehr_answer", token={"access_token": None})
    ends("launch_ehr_answer", token={"token_type": "mac"})
    ends("launch_ehr_refused", token={"patient": "p-unknown"})
    wrong = {"Encounter/e-7": {**ENCOUNTER, "subject": {"reference": "Patient/p-2"}}}
    ends("launch_other_patient", resources={**ehr.resources, **wrong})
    for path in ("/auth/token", "/fhir/Patient"):
        ends("launch_ehr_unavailable", down={path})
    with launching.client.app.state.service.store.database.read() as session:  # type: ignore[attr-defined]
        assert session.query(Launch).count() == 0
        assert session.query(LaunchStart).count() == 0
    # As several audiences, where this client is the one that was meant.
    ehr.reset()
    ehr.claims = {"aud": ["anamnese", "other"], "azp": "anamnese"}
    assert launching().startswith("/#/launched/")


_LONG = 1 << 19
_RUBBISH = (
    b"",
    b"<html>Maintenance</html>",
    b"[]",
    b"null",
    b'{"resourceType": "Patient", "id": "p-6',
    b"[" * 100_000,
    b'{"x": "' + b"x" * (1 << 20) + b'"}',
    b"\xff\xfe",
)


def test_an_ehr_that_answers_rubbish(launching: Launches) -> None:
    """Never a fault of ours, and never a place that it leads elsewhere to."""
    ehr = launching.ehr
    places = ("/auth/token", "/fhir/Practitioner/dr-1", "/fhir/Patient/p-61", "/fhir/Encounter/e-7")
    for path in places:
        for content in _RUBBISH:
            ehr.instead = {path: Response(content, media_type="application/json")}
            said = launching()
            # Nobody reads on what is too long: then the EHR may be the one that hangs up first.
            known = {
                "launch_ehr_answer",
                *(["launch_ehr_unavailable"] if len(content) > _LONG else []),
            }
            assert said.removeprefix("/#/launch-failed/") in known, (path, content[:20])
        ehr.instead = {path: RedirectResponse(f"{ehr.iss}/Patient/elsewhere")}
        assert launching() == "/#/launch-failed/launch_ehr_refused"
    assert not any("elsewhere" in path for path in ehr.asked)
    # Another patient than the one that was asked for.
    ehr.instead = {places[2]: JSONResponse({**PATIENT, "id": "p-62"})}
    assert launching() == "/#/launch-failed/launch_ehr_answer"
    # Text that no document can hold is left out of what can.
    names = [{"family": "Du\u0000pont\ud800", "given": ["Marie", "\ud800"] * 30}]
    odd = json.dumps({**PATIENT, "name": names})
    ehr.instead = {places[2]: Response(odd, media_type="application/json")}
    about = launching.client.get("/smart/session", headers=launching.bearer(launching())).json()
    assert about["patient"]["name"].startswith("DU PONT Marie Marie")


def test_discovery_and_keys_that_are_rubbish(launching: Launches) -> None:
    ehr = launching.ehr
    for content in _RUBBISH:
        rubbish = Response(content, media_type="application/json")
        ehr.instead = {"/fhir/.well-known/smart-configuration": rubbish}
        assert launching.begin().headers["location"] == "/#/launch-failed/launch_ehr_answer"
    ehr.instead = {"/auth/keys": Response(b"[null, {}]")}
    assert launching() == "/#/launch-failed/launch_ehr_unavailable"


def test_what_the_browser_brings_back(launching: Launches) -> None:
    ehr, client = launching.ehr, launching.client
    path = launching.authorized(launching.begin())
    # Another browser has the address, and not the cookie; and then nobody has it any more.
    cookies = dict(client.cookies)
    client.cookies.clear()
    assert launching.back(path) == "/#/launch-failed/launch_other_browser"
    client.cookies.update(cookies)
    assert launching.back(path) == "/#/launch-failed/launch_expired"
    # Once, and not twice.
    path = launching.authorized(launching.begin())
    assert launching.back(path).startswith("/#/launched/")
    assert launching.back(path) == "/#/launch-failed/launch_expired"
    for query in ("", "?state=unknown&code=x", "?code=x"):
        assert launching.back(f"/smart/callback{query}") == "/#/launch-failed/launch_expired"
    # What the EHR says instead of a code.
    for said, code in (("access_denied", "launch_denied"), ("server_error", "launch_ehr_refused")):
        state = parse_qs(urlsplit(launching.begin().headers["location"]).query)["state"][0]
        where = launching.back(f"/smart/callback?state={state}&error={said}&error_description=x")
        assert where == f"/#/launch-failed/{code}"
    # A code of another launch: its verifier does not fit.
    one, two = launching.begin(), launching.authorized(launching.begin())
    state = parse_qs(urlsplit(one.headers["location"]).query)["state"][0]
    code = parse_qs(urlsplit(two).query)["code"][0]
    mixed = launching.back(f"/smart/callback?state={state}&code={code}")
    assert mixed == "/#/launch-failed/launch_ehr_refused"
    # Too late: at the EHR, for the trade, and when the session is over.
    late = launching.authorized(launching.begin())
    database = client.app.state.service.store.database  # type: ignore[attr-defined]
    with database.write() as session:
        session.execute(update(LaunchStart).values(expires=1))
    assert launching.back(late) == "/#/launch-failed/launch_expired"
    where = launching()
    with database.write() as session:
        session.execute(update(Launch).values(created=1))
    trade = client.post(f"/smart/session/{where.rpartition('/')[2]}")
    assert trade.status_code == 401
    who = launching.bearer(launching())
    with database.write() as session:
        session.execute(update(Launch).values(session_until=1))
    assert client.get("/v1/me", headers=who).status_code == 401
    for bearer in ("lau_", "lau_x_y", f"lau_{'0' * 32}_{'0' * 64}", "lau_\x01"):
        refused = client.get("/v1/me", headers={"Authorization": f"Bearer {bearer}"})
        assert refused.status_code == 401
    with database.write() as session:
        session.execute(update(Launch).values(expires=1))
        launches.forget(session)
        assert session.query(Launch).count() == 0
    assert ehr.asked


def test_only_who_is_configured_is_spoken_to(launching: Launches) -> None:
    ehr = launching.ehr
    for iss in (f"{ehr.iss}/", ehr.iss.upper(), "https://else.example/fhir", "", "x" * 5000):
        answer = launching.begin(iss=iss)
        if len(iss) > 4000:
            assert answer.status_code == 422
        else:
            assert answer.headers["location"] == "/#/launch-failed/launch_unknown_ehr"
    assert ehr.asked == []
    for about in (
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"authorization_endpoint": "https://else.example/authorize"},
        {"jwks_uri": f"http://127.0.0.1:{ehr.port}@else.example/keys"},
        {"authorization_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"issuer": ""},
    ):
        ehr.about = about
        assert launching.begin().headers["location"] == "/#/launch-failed/launch_ehr_answer"
    ehr.about, ehr.down = {}, {"/fhir/.well-known"}
    assert launching.begin().headers["location"] == "/#/launch-failed/launch_ehr_unavailable"
    ehr.down = set()
    assert launching.begin().headers["location"].startswith(ehr.issuer)


def test_an_address_inside_needs_its_network(ehr: TestEhr, make_settings: MakeSettings) -> None:
    given = {**smart(ehr), "smart_networks": []}
    with TestClient(make_app(make_settings(**given)), base_url=URL) as client:
        where = Launches(client, ehr).begin().headers["location"]
    assert where == "/#/launch-failed/launch_ehr_unavailable"
    assert ehr.asked == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
_FIELDS = ("name", "identifier", "birthDate", "gender", "class", "period", "subject")


@settings(max_examples=200)
@given(st.sampled_from(_FIELDS), _JSON)
def test_nonsense_of_an_ehr_is_left_out_or_refused_in_our_words(name: str, value: Any) -> None:
    patient, encounter, practitioner = (
        {**one, name: value} for one in (PATIENT, ENCOUNTER, PRACTITIONER)
    )
    with contextlib.suppress(EhrAnswer, OtherPatient):
        found = resources.context(patient, encounter, practitioner)
        assert found.patient is not None
        assert found.patient.name
