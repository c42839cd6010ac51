"""Around every request: an id, headers that keep browsers careful, and one line of log."""

from __future__ import annotations

import logging
import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problem
from api.problem import TooLarge

log = logging.getLogger("anamnese.access")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


JSON_BYTES = 32 << 20
"""Most bytes of a request without a recording: a transcript of many hours."""
_UPLOADS = {("POST", "/v1/consultations")}
"""They have a limit of their own, from the settings."""


class Envelope:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, status, start = _request_id(scope), 500, time.perf_counter()
        started = False
        scope.setdefault("state", {})["request_id"] = request_id

        async def sent(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                started = True
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                added = {**_HEADERS, "x-request-id": request_id, **scope["state"].get("rate", {})}
                if scope["scheme"] == "https":
                    added["strict-transport-security"] = "max-age=31536000"
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), value.encode())
                        for name, value in added.items()
                        if name.encode() not in present
                    ),
                ]
            await send(message)

        try:
            await self._app(scope, _limited(scope, receive), sent)
        except Exception as error:  # noqa: BLE001 - here, so that no server logs its text
            problem.log_fault(error, request_id)
            if not started:
                await problem.fault(request_id)(scope, receive, sent)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            spent = (time.perf_counter() - start) * 1000
            # The route's pattern, not the path: nothing that a caller wrote gets into the log.
            log.info("%s %s %d %.0f ms %s", scope["method"], route, status, spent, request_id)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """No more than ``JSON_BYTES`` are read, whatever was announced."""
    if (scope["method"], scope["path"]) in _UPLOADS:
        return receive
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > JSON_BYTES:
            # Frameworks turn what is raised here into "bad request": problem.py looks at this.
            scope["state"]["too_large"] = True
            raise TooLarge(f"the request is larger than {JSON_BYTES >> 20} MiB")
        return message

    return limited


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            if _REQUEST_ID.fullmatch(text):
                return str(text)
    return secrets.token_hex(16)
