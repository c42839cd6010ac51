"""An EHR of the tests: a FHIR server and its authorization server (SMART App Launch 2), a real
application under uvicorn with keys of its own. It checks what it is sent as strictly as it can."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from tests.service.conftest import free_port

INS = "urn:oid:1.2.250.1.213.1.4.8"
PATIENT = {
    "resourceType": "Patient",
    "id": "p-61",
    "identifier": [
        {
            "use": "official",
            "system": INS,
            "value": "261037511801272",
            "type": {"coding": [{"code": "INS-NIR"}]},
        },
        {"system": "https://ehr.example/ipp", "value": "IPP-4471", "type": {"coding": [{}]}},
        {"system": 7, "value": None},
    ],
    "name": [
        {"use": "old", "family": "Leroy"},
        {"use": "official", "family": "Dupont", "given": ["Marie", "Anne"]},
    ],
    "birthDate": "1961-03-12",
    "gender": "female",
}
ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "e-7",
    "class": {"code": "AMB"},
    "status": "in-progress",
    "subject": {"reference": "Patient/p-61"},
    "identifier": [{"system": "https://ehr.example/visit", "value": "V-2026-7"}],
    "period": {"start": "2026-03-02T09:30:00+01:00"},
}
PRACTITIONER = {
    "resourceType": "Practitioner",
    "id": "dr-1",
    "name": [{"prefix": ["Dr"], "given": ["Claire"], "family": "Martin"}],
    "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810001234567"}],
}


class TestEhr:
    """What is set here changes its answers: ``claims`` of id_token, ``down`` paths, the context."""

    __test__ = False

    def __init__(self) -> None:
        self.port = free_port()
        self.key = rsa.generate_private_key(65537, 2048)
        self.other_key = rsa.generate_private_key(65537, 2048)
        self.secret: str | None = None
        self.client_keys: str | None = None
        """Where the client's JWKS is; then it must prove itself by one of them."""
        self.reset()
        self.app = FastAPI()
        self._routes()

    def reset(self) -> None:
        self.claims: dict[str, Any] = {}
        self.token: dict[str, Any] = {}
        self.about: dict[str, Any] = {}
        self.forged = False
        self.down: set[str] = set()
        self.instead: dict[str, Response] = {}
        """Path → what is answered there, whatever was asked."""
        self.resources = {
            f"{one['resourceType']}/{one['id']}": dict(one)
            for one in (PATIENT, ENCOUNTER, PRACTITIONER)
        }
        self.launches: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}
        self.issued: set[str] = set()
        """Every access token, id_token and code that was ever given."""
        self.asked: list[str] = []
        self.proofs: list[dict[str, Any]] = []

    @property
    def iss(self) -> str:
        return f"http://127.0.0.1:{self.port}/fhir"

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/auth"

    def launch(self) -> str:
        made = secrets.token_urlsafe(12)
        self.launches.add(made)
        return made

    def _routes(self) -> None:
        app = self.app

        @app.middleware("http")
        async def counted(request: Request, following: Any) -> Response:
            self.asked.append(request.url.path)
            if any(request.url.path.startswith(one) for one in self.down):
                return Response(status_code=503)
            if (wrong := self.instead.get(request.url.path)) is not None:
                return wrong
            answer: Response = await following(request)
            return answer

        @app.get("/fhir/.well-known/smart-configuration")
        def about() -> dict[str, Any]:
            return {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/keys",
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "code_challenge_methods_supported": ["S256"],
                "capabilities": ["launch-ehr", "launch-standalone", "sso-openid-connect"],
                **self.about,
            }

        @app.get("/auth/keys")
        def keys() -> dict[str, Any]:
            public = jwt.get_algorithm_by_name("RS256").to_jwk(self.key.public_key(), as_dict=True)
            return {"keys": [{**public, "kid": "ehr-1", "use": "sig"}]}

        @app.get("/auth/authorize")
        def authorize(request: Request) -> Response:
            asked = dict(request.query_params)
            scopes = asked["scope"].split()
            assert asked["aud"] == self.iss
            assert asked["code_challenge_method"] == "S256"
            assert len(asked["state"]) >= 22
            assert {"openid", "fhirUser"} <= set(scopes)
            if "launch" in scopes:
                self.launches.remove(asked["launch"])
            else:
                assert "launch/patient" in scopes
            code = secrets.token_urlsafe(24)
            self.codes[code] = asked
            self.issued.add(code)
            query = urlencode({"code": code, "state": asked["state"]})
            return RedirectResponse(f"{asked['redirect_uri']}?{query}", 302)

        @app.post("/auth/token")
        async def token(request: Request) -> Response:
            form = {name: str(value) for name, value in (await request.form()).items()}
            asked = self.codes.pop(form["code"], None)
            challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
            if (
                asked is None
                or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
                != asked["code_challenge"]
                or form["redirect_uri"] != asked["redirect_uri"]
                or not await self._proven(request, form, asked["client_id"])
            ):
                return JSONResponse({"error": "invalid_grant"}, 400)
            now = int(time.time())
            claims = {
                "iss": self.issuer,
                "aud": asked["client_id"],
                "sub": "martin.claire",
                "iat": now,
                "exp": now + 300,
                "nonce": asked["nonce"],
                "fhirUser": f"{self.iss}/Practitioner/dr-1",
                **self.claims,
            }
            signer = self.other_key if self.forged else self.key
            id_token = jwt.encode(claims, signer, "RS256", {"kid": "ehr-1"})
            access = secrets.token_urlsafe(24)
            self.issued |= {access, id_token}
            answer = {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": asked["scope"],
                "id_token": id_token,
                "patient": "p-61",
                "encounter": "e-7",
                **self.token,
            }
            return JSONResponse({name: one for name, one in answer.items() if one is not None})

        @app.get("/fhir/{kind}/{number}")
        def read(kind: str, number: str, request: Request) -> Response:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if given not in self.issued:
                return Response(status_code=401)
            found = self.resources.get(f"{kind}/{number}")
            if found is None:
                return Response(status_code=404)
            return JSONResponse(found, media_type="application/fhir+json")

    async def _proven(self, request: Request, form: dict[str, str], client_id: str) -> bool:
        if self.client_keys is not None:
            # The keys are what the client publishes; fetching them is the test's.
            proof = form["client_assertion"]
            key = next(iter(jwt.PyJWKSet.from_json(self.client_keys).keys))
            assert jwt.get_unverified_header(proof)["kid"] == key.key_id
            self.proofs.append(
                jwt.decode(
                    proof, key, algorithms=["RS384", "ES384"], audience=f"{self.issuer}/token"
                )
            )
            return bool(self.proofs[-1]["iss"] == self.proofs[-1]["sub"] == client_id)
        if self.secret is not None:
            pair = base64.b64encode(f"{client_id}:{self.secret}".encode()).decode()
            return request.headers.get("authorization") == f"Basic {pair}"
        return form.get("client_id") == client_id


@contextmanager
def smart_ehr() -> Iterator[TestEhr]:
    made = TestEhr()
    config = uvicorn.Config(made.app, port=made.port, log_level="critical", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < end
        time.sleep(0.02)
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join(30)
