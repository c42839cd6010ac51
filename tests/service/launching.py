"""A service that an EHR of the tests may launch, and a browser's way through a launch."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from api.app import make_app
from tests.service.conftest import MakeSettings
from tests.service.smart_ehr import INS, TestEhr, smart_ehr
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


def smart(ehr: TestEhr, url: str = URL, **changes: Any) -> dict[str, Any]:
    return {
        "smart_ehrs": [configured(ehr, **changes)],
        "smart_url": url,
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
