"""Launches from an EHR over HTTP: both ways in, and every way that must not lead in."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import update

from api.app import make_app
from api.smart import resources
from api.smart.errors import EhrAnswer, OtherPatient
from consultation.errors import InvalidOption
from jobs.store import launches
from jobs.store.launch_tables import Launch, LaunchStart
from tests.service.conftest import MakeSettings, fresh_database
from tests.service.smart_ehr import ENCOUNTER, INS, PATIENT, PRACTITIONER, TestEhr, smart_ehr
from tests.service.work import recording

URL = "http://127.0.0.1:8765"
"""Of the page; cookies are marked secure where it is https."""


@pytest.fixture(scope="module")
def running() -> Iterator[TestEhr]:
    with smart_ehr() as made:
        yield made


@pytest.fixture
def ehr(running: TestEhr) -> TestEhr:
    running.reset()
    running.secret = running.client_keys = None
    return running


def configured(ehr: TestEhr, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Orbis",
        "iss": ehr.iss,
        "client_id": "anamnese",
        "organisation": "clinic",
        "role": "clinician",
        "patient_system": INS,
        **changes,
    }


def smart(ehr: TestEhr, **changes: Any) -> dict[str, Any]:
    return {
        "smart_ehrs": [configured(ehr, **changes)],
        "smart_url": URL,
        "smart_networks": ["127.0.0.0/8"],
    }


@dataclass
class Launches:
    client: TestClient
    ehr: TestEhr

    def begin(self, **query: str) -> httpx.Response:
        given = {"iss": self.ehr.iss, "launch": self.ehr.launch(), **query}
        return self.client.get("/smart/launch", params=given, follow_redirects=False)

    def authorized(self, begun: httpx.Response) -> str:
        """Path and query that the EHR sends the browser back to."""
        assert begun.headers["location"].startswith(self.ehr.issuer), begun.headers["location"]
        answer = httpx.get(begun.headers["location"], follow_redirects=False)
        assert answer.status_code == 302, answer.text
        back = answer.headers["location"]
        assert back.startswith(f"{URL}/smart/callback?")
        return back.removeprefix(URL)

    def back(self, path: str) -> str:
        answer = self.client.get(path, follow_redirects=False)
        assert answer.status_code == 303
        return str(answer.headers["location"])

    def __call__(self) -> str:
        """Where a whole launch leads to."""
        return self.back(self.authorized(self.begin()))

    def bearer(self, where: str) -> dict[str, str]:
        launch_id = where.removeprefix("/#/launched/")
        answer = self.client.post(f"/smart/session/{launch_id}")
        assert answer.status_code == 200, (where, answer.text)
        again = self.client.post(f"/smart/session/{launch_id}")
        assert (again.status_code, again.json()["code"]) == (401, "launch_expired")
        return {"Authorization": f"Bearer {answer.text}"}


@pytest.fixture
def launching(ehr: TestEhr, make_settings: MakeSettings) -> Iterator[Launches]:
    app = make_app(make_settings(**smart(ehr)))
    with TestClient(app, base_url=URL, raise_server_exceptions=False) as client:
        yield Launches(client, ehr)


def upload(client: TestClient, who: dict[str, str], **fields: str) -> httpx.Response:
    content = recording(0.2)
    pairs = (f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in fields.items())
    sent = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content)),
        "Upload-Metadata": ",".join(pairs),
        "Content-Type": "application/offset+octet-stream",
    }
    return client.post("/v1/uploads", headers={**who, **sent}, content=content)


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

        # The patient is erased by the number that the EHR gave: launches, too.
        wanted = {"patient": "261037511801272"}
        erased = client.post("/v1/erasures", headers=later, json=wanted)
        assert erased.status_code == 200, erased.text
        assert client.get("/v1/me", headers=later).status_code == 401
        seen = " ".join(
            record.getMessage() for record in caplog.records if "httpx" not in record.name
        )
    everything = b"".join(
        path.read_bytes() for path in made.data_folder.rglob("*") if path.is_file()
    )
    assert len(ehr.issued) >= 9
    for secret in ehr.issued:
        assert secret not in seen
        assert secret.encode() not in everything
    for words in ("Dupont", "Martin", "martin.claire", "261037511801272"):
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
        {"exp": now - 3600, "iat": now - 7200},
        {"iss": "https://else.example"},
        {"sub": ""},
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


@pytest.mark.parametrize("proof", ["secret", "key"])
def test_confidential_clients(
    ehr: TestEhr, make_settings: MakeSettings, tmp_path: Path, proof: str
) -> None:
    file = tmp_path / "proof"
    changes: dict[str, Any] = {}
    if proof == "secret":
        ehr.secret = "s3cr3t-of-the-client"
        file.write_text(f"{ehr.secret}\n")
        changes["client_secret_file"] = str(file)
    else:
        key = ec.generate_private_key(ec.SECP384R1())
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        file.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
        changes["private_key_file"] = str(file)
    app = make_app(make_settings(**smart(ehr, **changes)))
    with TestClient(app, base_url=URL) as client:
        launch = Launches(client, ehr)
        published = client.get("/smart/keys").json()
        if proof == "key":
            ehr.client_keys = json.dumps(published)
            assert all("d" not in one for one in published["keys"])
        assert launch().startswith("/#/launched/")
        assert launch().startswith("/#/launched/")
        if proof == "key":
            assert len({one["jti"] for one in ehr.proofs}) == 2
        else:
            assert published == {"keys": []}
        file.unlink()
        assert launch() == "/#/launch-failed/launch_client_unready"


def test_settings_that_cannot_be_meant(ehr: TestEhr, make_settings: MakeSettings) -> None:
    for changes in (
        {"iss": "http://ehr.example/fhir"},
        {"iss": "https://ehr.example/fhir?x=1"},
        {"hosts": ["https://login.example/path"]},
        {"frames": ["http://ehr.example"]},
        {"role": "god"},
        {"role": None},
        {"organisation": ""},
        {"client_secret_file": "/a", "private_key_file": "/b"},
        {"unknown": 1},
    ):
        with pytest.raises(ValidationError):
            make_settings(**smart(ehr, **changes))
    for more in ({"smart_url": None}, {"smart_url": "https://x.example/"}):
        with pytest.raises(ValidationError):
            make_settings(**{**smart(ehr), **more})
    with pytest.raises(InvalidOption):
        make_app(make_settings(**smart(ehr), authentication="none"))


def test_frames_of_those_who_are_named(ehr: TestEhr, make_settings: MakeSettings) -> None:
    given = smart(ehr, frames=["https://ehr.example", "https://other.example:8443"])
    given["smart_url"] = "https://notes.example"
    app = make_app(make_settings(**given))
    with TestClient(app, base_url="https://notes.example") as client:
        page = client.get("/")
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors https://ehr.example https://other.example:8443;" in policy
        assert "x-frame-options" not in page.headers
        api = client.get("/v1/me")
        assert api.headers["x-frame-options"] == "DENY"
        begun = Launches(client, ehr).begin()
    cookie = begun.headers["set-cookie"]
    assert cookie.startswith("__Host-anamnese-launch-")
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert f"; {part}" in cookie
    with TestClient(make_app(make_settings(**smart(ehr))), base_url=URL) as client:
        page = client.get("/")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"


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
