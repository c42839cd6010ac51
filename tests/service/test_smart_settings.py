"""Launches from an EHR: what the settings allow, and what they cannot mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from pydantic import ValidationError

from api.app import make_app
from consultation.errors import InvalidOption
from tests.service.conftest import MakeSettings
from tests.service.launching import (
    URL,
    Launches,
    ehr,
    running,
    smart,
)
from tests.service.smart_ehr import TestEhr

__all__ = ["ehr", "running"]


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
