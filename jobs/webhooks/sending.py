"""One signed POST: the name is resolved once, every address is looked at, and the connection goes
to one of those. No redirects, no proxy, no cookies; of the answer, the status is all that is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from jobs.webhooks.address import Network, check_url
from jobs.webhooks.guarded import FAILURES, Resolve, failure, post, resolve

_ANSWER_MOST = 4096
"""Bytes of the body that are read, so that a receiver may end its answer; none is kept."""


@dataclass(frozen=True)
class Outcome:
    status_code: int | None = None
    error: str | None = None
    """address_refused, dns_failed, connect_failed, tls_failed, timeout or bad_answer"""
    duration_ms: int = 0

    @property
    def delivered(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def gone(self) -> bool:
        """The receiver wants no more of them."""
        return self.status_code == 410


@dataclass(frozen=True)
class Limits:
    allowed: tuple[Network, ...]
    http: bool
    seconds: float


def new_secret() -> str:
    """256 random bits, as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, message_id: str, at: int, body: bytes) -> dict[bytes | str, bytes | str]:
    """The headers of https://www.standardwebhooks.com; ``at`` in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{at}.".encode() + body
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }


def send(
    url: str,
    secret: str,
    message_id: str,
    body: bytes,
    limits: Limits,
    resolve: Resolve = resolve,
) -> Outcome:
    """One try. Never raises for what the other side does."""
    began = time.monotonic()
    code, error = None, None
    try:
        # The settings may have become narrower since it was registered.
        check_url(url, http=limits.http, allowed=limits.allowed)
        code = _post(url, secret, message_id, body, limits, resolve)
    except FAILURES as failed:
        error = failure(failed)
    return Outcome(code, error, round((time.monotonic() - began) * 1000))


def _post(
    url: str, secret: str, message_id: str, body: bytes, limits: Limits, resolve: Resolve
) -> int:
    headers: dict[bytes | str, bytes | str] = {
        "Content-Type": "application/json",
        "User-Agent": "anamnese-webhooks/1",
        "Connection": "close",
        **sign(secret, message_id, int(time.time()), body),
    }
    return post(
        url,
        headers,
        body,
        allowed=limits.allowed,
        resolve=resolve,
        seconds=limits.seconds,
        most=_ANSWER_MOST,
    )
