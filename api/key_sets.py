"""The keys of an identity provider (JWKS): fetched when first needed, kept, and asked for again
when they are old or a token names one that is not known.

While the provider is away, the keys that are there go on serving. However many wrong tokens arrive,
it is asked at most once in ``FLOOR_SECONDS``.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt

from api.problem import Unavailable
from jobs.identity_settings import IdentitySettings, is_safe

FLOOR_SECONDS = 30.0
"""Between two times that the provider is asked."""
_TIMEOUT = 5.0
_MOST_BYTES = 1 << 20
_KINDS = {"RSA", "EC", "OKP"}


class ProviderAway(Unavailable):
    code = "identity_provider_unavailable"
    hint = "Try again; if it persists, check that the service reaches ANAMNESE_OIDC_ISSUER."


Fetch = Callable[[str], Any]
"""URL → parsed JSON; raises httpx.HTTPError or ValueError."""


class KeySet:
    """Safe to use from threads."""

    def __init__(
        self,
        settings: IdentitySettings,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._fetch, self._clock = settings, fetch or fetch_json, clock
        self._keys: tuple[jwt.PyJWK, ...] = ()
        self._fetched: float | None = None
        self._asked: float | None = None
        self._lock = threading.Lock()

    def keys(self, key_id: str | None) -> tuple[jwt.PyJWK, ...]:
        """Those that may have signed a token that names ``key_id``; all when it names none.

        Raises ProviderAway when there are none and the provider does not answer.
        """
        found = self._matching(key_id)
        if not found or self._age() > self._settings.oidc_refresh_seconds:
            self._ask_again()
            found = self._matching(key_id)
        if not found and self._age() > self._settings.oidc_keys_kept_hours * 3600:
            raise ProviderAway("the identity provider's keys could not be had")
        return found

    def _matching(self, key_id: str | None) -> tuple[jwt.PyJWK, ...]:
        if self._age() > self._settings.oidc_keys_kept_hours * 3600:
            return ()
        return tuple(key for key in self._keys if key_id is None or key.key_id == key_id)

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self._clock() - self._fetched

    def _ask_again(self) -> None:
        # One thread asks; with keys at hand, others go on with what there is.
        if not self._lock.acquire(blocking=self._fetched is None):
            return
        try:
            now = self._clock()
            if self._asked is not None and now - self._asked < FLOOR_SECONDS:
                return
            self._asked = now
            keys = _usable(self._fetch(self._where()))
            if keys:
                self._keys, self._fetched = keys, now
        except (httpx.HTTPError, ValueError):
            return
        finally:
            self._lock.release()

    def _where(self) -> str:
        """Raises httpx.HTTPError or ValueError."""
        if self._settings.oidc_jwks_url is not None:
            return self._settings.oidc_jwks_url
        issuer = self._settings.oidc_issuer or ""
        about = self._fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
        if not isinstance(about, dict) or about.get("issuer") != issuer:
            raise ValueError("not the document of this issuer")
        url = about.get("jwks_uri")
        if not isinstance(url, str) or not is_safe(url):
            raise ValueError("no safe address of keys")
        return url


def fetch_json(url: str) -> Any:
    """No redirects, little time, few bytes. Raises httpx.HTTPError or ValueError."""
    content = b""
    with (
        httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client,
        client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
    ):
        if answer.status_code != 200:
            raise ValueError("not answered")
        for chunk in answer.iter_bytes():
            content += chunk
            if len(content) > _MOST_BYTES:
                raise ValueError("too long")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _usable(found: Any) -> tuple[jwt.PyJWK, ...]:
    """Public keys for signatures; one that cannot be read spoils no other."""
    given = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(given, list):
        return ()
    keys = []
    for one in given[:100]:
        if (
            not isinstance(one, dict)
            or one.get("kty") not in _KINDS
            or one.get("use", "sig") != "sig"
            or "d" in one
        ):
            continue
        try:
            keys.append(jwt.PyJWK(one))
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
    return tuple(keys)
