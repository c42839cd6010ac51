"""An identity provider of the tests: real keys, a real HTTP server on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jobs.service_settings import ServiceSettings

AUDIENCE = "anamnese-test"
ALGORITHMS = {"rsa": "RS256", "ec": "ES256", "ed": "EdDSA"}


class Provider:
    """``answers`` may be changed: path → JSON, or a status."""

    def __init__(self) -> None:
        self.private: dict[str, Any] = {
            "rsa": rsa.generate_private_key(65537, 2048),
            "ec": ec.generate_private_key(ec.SECP256R1()),
            "ed": ed25519.Ed25519PrivateKey.generate(),
        }
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                answer = provider.answers.get(self.path, 404)
                content = b"" if isinstance(answer, int) else json.dumps(answer).encode()
                self.send_response(answer if isinstance(answer, int) else 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realm"
        self.answers: dict[str, Any] = {
            "/realm/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "jwks_uri": f"http://127.0.0.1:{self.server.server_port}/keys",
            },
            "/keys": {"keys": [self.public(name) for name in self.private]},
        }
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def public(self, name: str) -> dict[str, Any]:
        algorithm = jwt.get_algorithm_by_name(ALGORITHMS[name])
        found: dict[str, Any] = algorithm.to_jwk(self.private[name].public_key(), as_dict=True)
        return {**found, "kid": name, "use": "sig"}

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "f3a1:marie.dupont",
            "name": "Marie Dupont",
            "iat": now,
            "exp": now + 300,
            "realm_access": {"roles": ["medecin", "offline_access"]},
            "organisation": "hopital-nord",
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, key: str = "rsa", head: dict[str, Any] | None = None, **changes: Any) -> str:
        return jwt.encode(
            self.claims(**changes),
            self.private[key],
            algorithm=ALGORITHMS[key],
            headers={"kid": key, **(head or {})},
        )

    def settings(self, make: Callable[..., ServiceSettings], **more: Any) -> ServiceSettings:
        return make(
            **{
                "oidc_issuer": self.issuer,
                "oidc_audience": AUDIENCE,
                "oidc_role_claim": "realm_access.roles",
                "oidc_roles": {"medecin": "clinician", "archiviste": "auditor"},
                "oidc_organisations": {"hopital-nord": "clinic"},
                **more,
            }
        )

    def forged(self, algorithm: str) -> str:
        """``none``, or an HMAC whose secret is the public key: two attacks on careless code."""
        part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")  # noqa: E731
        signed = part({"alg": algorithm, "kid": "rsa", "typ": "JWT"}) + b"." + part(self.claims())
        secret = (
            self.private["rsa"]
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        digest = hmac.new(secret, signed, hashlib.sha256).digest()
        seal = b"" if algorithm == "none" else base64.urlsafe_b64encode(digest).rstrip(b"=")
        return (signed + b"." + seal).decode()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
