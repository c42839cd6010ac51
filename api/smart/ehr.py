"""Requests to one EHR: its discovery, a code for a token, and reads. Every address is one that the
administrator listed; every connection goes to an address that was looked at."""

from __future__ import annotations

import base64
import json
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from api.smart.errors import ClientUnready, EhrAnswer, EhrAway, EhrRefused
from jobs.smart_settings import Ehr, SmartSettings
from jobs.store.crypto import digest
from jobs.webhooks.guarded import FAILURES, ask

_MOST = 1 << 20
_DISCOVERY_SECONDS = 600.0
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_BEARER = re.compile(r"[\x21-\x7e]{1,16384}")


@dataclass(frozen=True)
class Discovery:
    issuer: str
    """Of ``id_token``."""
    jwks_uri: str
    authorization_endpoint: str
    token_endpoint: str


class EhrClient:
    """Safe to use from threads."""

    def __init__(
        self, ehr: Ehr, settings: SmartSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.ehr, self._settings, self._clock = ehr, settings, clock
        self._found: tuple[float, Discovery] | None = None
        self._lock = threading.Lock()

    def discovery(self) -> Discovery:
        """Kept for ten minutes. Raises EhrAway, EhrAnswer."""
        with self._lock:
            if self._found is None or self._clock() - self._found[0] > _DISCOVERY_SECONDS:
                url = f"{self.ehr.base}/.well-known/smart-configuration"
                self._found = self._clock(), self._checked(self._json("GET", url, {}))
            return self._found[1]

    def _checked(self, found: dict[str, Any]) -> Discovery:
        methods = found.get("code_challenge_methods_supported")
        if not isinstance(methods, list) or "S256" not in methods:
            raise EhrAnswer("discovery: no PKCE by S256")
        for name in ("jwks_uri", "authorization_endpoint", "token_endpoint"):
            if not self.ehr.meant(found.get(name)):
                raise EhrAnswer(f"discovery: {name} is at no origin that is configured")
        issuer = found.get("issuer")
        if not isinstance(issuer, str) or not issuer or not issuer.isascii():
            raise EhrAnswer("discovery: no issuer")
        return Discovery(
            issuer,
            found["jwks_uri"],
            found["authorization_endpoint"],
            found["token_endpoint"],
        )

    def tokens(self, code: str, verifier: str, redirect: str) -> dict[str, Any]:
        """What the token endpoint gives for a code. Raises EhrAway, EhrRefused, EhrAnswer,
        ClientUnready."""
        endpoint = self.discovery().token_endpoint
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        headers: dict[bytes | str, bytes | str] = {
            "Content-Type": "application/x-www-form-urlencoded"
        }
        if self.ehr.private_key_file is not None:
            form |= {
                "client_assertion_type": _ASSERTION,
                "client_assertion": self._assertion(endpoint),
            }
        elif self.ehr.client_secret_file is not None:
            secret = _text(self.ehr.client_secret_file.read_text)
            pair = f"{quote_plus(self.ehr.client_id)}:{quote_plus(secret.strip())}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = self.ehr.client_id
        found = self._json("POST", endpoint, headers, urlencode(form).encode())
        token = found.get("access_token")
        if not isinstance(token, str) or not _BEARER.fullmatch(token):
            raise EhrAnswer("token: no access token")
        if str(found.get("token_type")).lower() != "bearer":
            raise EhrAnswer("token: of another type than Bearer")
        return found

    def read(self, kind: str, number: str, access: str) -> dict[str, Any]:
        """A resource. Raises EhrAway, EhrRefused, EhrAnswer."""
        url = f"{self.ehr.base}/{kind}/{quote(number, safe='')}"
        headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {access}"}
        found = self._json("GET", url, headers)
        if found.get("resourceType") != kind or found.get("id") != number:
            raise EhrAnswer(f"{kind}: another resource than was asked for")
        return found

    def fetch(self, url: str) -> Any:
        """For the cache of its keys. Raises ValueError."""
        try:
            return self._json("GET", url, {})
        except (EhrAway, EhrRefused, EhrAnswer) as error:
            raise ValueError(error.code) from None

    def public_key(self) -> dict[str, Any] | None:
        """JWK, where this EHR knows the client by a key. Raises ClientUnready."""
        if self.ehr.private_key_file is None:
            return None
        key, algorithm, number = self._key()
        named = jwt.get_algorithm_by_name(algorithm)
        public: dict[str, Any] = named.to_jwk(key.public_key(), as_dict=True)
        return {**public, "kid": number, "use": "sig", "alg": algorithm, "key_ops": ["verify"]}

    def _assertion(self, endpoint: str) -> str:
        key, algorithm, number = self._key()
        now = int(time.time())
        claims = {
            "iss": self.ehr.client_id,
            "sub": self.ehr.client_id,
            "aud": endpoint,
            "iat": now,
            "exp": now + 240,
            "jti": secrets.token_hex(16),
        }
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": number})

    def _key(self) -> tuple[RSAPrivateKey | EllipticCurvePrivateKey, str, str]:
        """With its algorithm and a name made of its public half."""
        assert self.ehr.private_key_file is not None  # the callers'
        pem = _text(self.ehr.private_key_file.read_text)
        try:
            key = load_pem_private_key(pem.encode(), None)
        except (ValueError, TypeError):
            raise ClientUnready("the private key is no PEM without a password") from None
        if isinstance(key, RSAPrivateKey) and key.key_size >= 2048:
            algorithm = "RS384"
        elif isinstance(key, EllipticCurvePrivateKey) and key.curve.name == "secp384r1":
            algorithm = "ES384"
        else:
            raise ClientUnready("the private key is neither RSA of 2048 bits nor P-384")
        named = jwt.get_algorithm_by_name(algorithm)
        public = named.to_jwk(key.public_key(), as_dict=True)
        return key, algorithm, digest(json.dumps(public, sort_keys=True))[:32]

    def _json(
        self,
        method: str,
        url: str,
        headers: dict[bytes | str, bytes | str],
        body: bytes | None = None,
    ) -> dict[str, Any]:
        sent: dict[bytes | str, bytes | str] = {
            "Accept": "application/json, application/fhir+json",
            "User-Agent": "anamnese-smart/1",
            "Connection": "close",
            **headers,
        }
        if not self.ehr.meant(url):
            raise EhrAnswer("an address at no origin that is configured")
        try:
            status, content = ask(
                method,
                url,
                sent,
                body,
                allowed=self._settings.smart_networks,
                seconds=self._settings.smart_timeout,
                most=_MOST,
            )
            found = json.loads(content) if status == 200 else None
        except FAILURES:
            raise EhrAway("the EHR could not be reached") from None
        except (ValueError, RecursionError):
            raise EhrAnswer("an answer that is no JSON, or too long") from None
        if status >= 500 or status in {408, 429}:
            raise EhrAway("the EHR is not well")
        if status != 200:
            raise EhrRefused(f"the EHR answered {status}")
        if not isinstance(found, dict):
            raise EhrAnswer("an answer that is no JSON object")
        return found


def _text(read: Callable[[str], str]) -> str:
    try:
        return read("utf-8")
    except (OSError, UnicodeDecodeError):
        raise ClientUnready("a file with a secret or a key cannot be read") from None
