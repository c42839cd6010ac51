"""Around every request: an id, headers that keep browsers careful, and one line of log."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problem, tus
from api.metrics import ApiMetrics
from api.problem import TooLarge
from jobs import logs
from jobs.tracing import Tracer

log = logs.logger("anamnese.access")
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""A caller may write anything there; only these are counted by name."""
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
_UPLOADS = {
    ("POST", "/v1/consultations"),
    ("POST", "/v1/audio/transcriptions"),
    ("POST", "/v1/uploads"),
    ("POST", "/v1/records"),
}
"""They have a limit of their own, from the settings; parts of uploads too."""
_DOCUMENTS = re.compile(r"/v1/records/[^/]+/documents")


class Envelope:
    def __init__(self, app: ASGIApp, measured: ApiMetrics, tracer: Tracer) -> None:
        self._app, self._measured, self._tracer = app, measured, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        with (
            logs.bound(request_id=request_id),
            self._tracer.span("request", request_id=request_id) as said,
        ):
            await self._handle(scope, receive, send, request_id, said)

    async def _handle(
        self, scope: Scope, receive: Receive, send: Send, request_id: str, said: dict[str, Any]
    ) -> None:
        status, start, started = 500, time.perf_counter(), False

        async def sent(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                started = True
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                present |= scope["state"].get("without", set())
                added = {**_HEADERS, "x-request-id": request_id, **scope["state"].get("rate", {})}
                if tus.speaks(scope["path"]):
                    added |= tus.HEADERS
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
                await problem.fault(request_id, scope["path"])(scope, receive, sent)
        finally:
            # The route's pattern, not the path: nothing that a caller wrote gets into the log.
            route = getattr(scope.get("route"), "path", "-")
            method = scope["method"] if scope["method"] in METHODS else "other"
            spent = time.perf_counter() - start
            self._measured.request(method, route, status, spent)
            said.update(
                {"name": f"{method} {route}", "http.route": route, "http.status_code": status}
            )
            log.info("request", method=method, route=route, status=status, ms=round(spent * 1000))


def _limited(scope: Scope, receive: Receive) -> Receive:
    """No more than ``JSON_BYTES`` are read, whatever was announced."""
    method, path = scope["method"], scope["path"]
    added = method == "POST" and _DOCUMENTS.fullmatch(path) is not None
    if added or (method, path) in _UPLOADS or (tus.speaks(path) and method in {"PATCH", "POST"}):
        return receive
    announced = dict(scope["headers"]).get(b"content-length", b"")
    read = int(announced) if re.fullmatch(rb"\d{1,18}", announced) else 0
    # What is announced is believed when it is too much: nothing is waited for then.
    read = read if read > JSON_BYTES else 0

    async def limited() -> Message:
        nonlocal read
        message: Message = {"type": "http.request"} if read > JSON_BYTES else await receive()
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
