"""One document to a FHIR server: POST, over a connection that was looked at."""

from __future__ import annotations

import json
import re
from typing import Any

from consultation.export.fhir.transaction import criterion
from jobs.push.outcome import Outcome, Verdict
from jobs.push_settings import PushSettings
from jobs.webhooks.guarded import FAILURES, Resolve, failure, post, resolve

_ANSWER_MOST = 1 << 20
"""Bytes of the body that are read, so that a receiver may end its answer; none is kept."""
_PASSES = frozenset({401, 403, 408, 409, 421, 423, 425, 429})
"""Refusals that end when a token, a lock or a limit does. Of 500 and more, all but 501 and 505."""
_TOKEN = re.compile(r"[\x21-\x7e]+")


def send(bundle: dict[str, Any], settings: PushSettings, resolve: Resolve = resolve) -> Outcome:
    """One try, of a document or of a transaction. Never raises for what the other side does.

    A document is created only where the server has none with its identifier (``If-None-Exist``),
    which is the hash of what was signed: sent again, it is found and not doubled.
    """
    base = (settings.fhir_endpoint or "").rstrip("/")
    headers: dict[bytes | str, bytes | str] = {
        "Content-Type": "application/fhir+json; charset=utf-8",
        "Accept": "application/fhir+json",
        "Prefer": "return=minimal",
        "User-Agent": "anamnese-push/1",
        "Connection": "close",
    }
    url = base
    if bundle["type"] == "document":
        own = bundle["identifier"]
        headers["If-None-Exist"] = criterion(own["system"], own["value"])
        url = f"{base}/Bundle"
    if settings.fhir_token_file is not None:
        token = _token(settings)
        if token is None:
            return Outcome("again", error="token_unreadable")
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps(bundle, ensure_ascii=False).encode()
    try:
        status = post(
            url,
            headers,
            body,
            allowed=settings.push_networks,
            resolve=resolve,
            seconds=settings.push_timeout,
            most=_ANSWER_MOST,
        )
    except FAILURES as failed:
        return Outcome("again", error=failure(failed))
    return Outcome(verdict(status), str(status))


def verdict(status: int) -> Verdict:
    """What an HTTP status says of the next try."""
    if 200 <= status < 300:
        return "accepted"
    if status in _PASSES or (status >= 500 and status not in {501, 505}):
        return "again"
    return "failed"


def _token(settings: PushSettings) -> str | None:
    assert settings.fhir_token_file is not None  # the caller's
    try:
        token = settings.fhir_token_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return token if _TOKEN.fullmatch(token) else None
