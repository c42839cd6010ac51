"""WebSocket /v1/consultations/live: words while they are spoken, and a job when it is over."""

from __future__ import annotations

import asyncio
import json
import secrets
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.security import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool

from api.auth import actor, principal
from api.live_socket import LiveSocket
from api.live_start import create
from api.live_wire import BadMessage, LiveIdle, LiveOff, Start, close_code, first
from api.problem import Forbidden, log_fault
from api.service import Service, Used
from consultation.errors import AnamneseError
from jobs import logs
from jobs.store.access import Principal, Scope

router = APIRouter(prefix="/v1/consultations")
log = logs.logger("anamnese.access")
FIRST_SECONDS = 10.0
_FAULT = 1011


@router.websocket("/live")
async def live(socket: WebSocket, used: Used) -> None:
    """README, "Live words", shows the messages."""
    request_id = secrets.token_hex(16)
    socket.state.request_id = request_id
    code = "ended"
    await socket.accept()
    with logs.bound(request_id=request_id):
        try:
            await _serve(socket, used)
            await socket.close(1000)
        except AnamneseError as error:
            code = error.code
            await _refuse(socket, error)
        except WebSocketDisconnect:
            code = "disconnected"
        except Exception as error:  # noqa: BLE001 - here, so that no server logs its text
            code = "internal_error"
            log_fault(error, request_id)
            await _close(socket, _FAULT, code)
        finally:
            log.info("live", route="/v1/consultations/live", code=code)


async def _serve(socket: WebSocket, used: Service) -> None:
    _check_origin(socket, used)
    try:
        event = await asyncio.wait_for(socket.receive(), FIRST_SECONDS)
    except TimeoutError:
        raise LiveIdle("no first message came", hint="Send start or resume at once.") from None
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code") or 1006)
    if event.get("text") is None:
        raise BadMessage("the first message is no text")
    message = first(event["text"])
    who = await _caller(socket, used, message.token)
    by = actor(socket, who)
    if not used.settings.live_sessions:
        raise LiveOff("this service offers no live words")
    with used.live.place(used.settings.live_sessions):
        session = (
            await create(used, who, by, message) if isinstance(message, Start) else message.session
        )
        await LiveSocket(socket, used, by).run(session, message)


async def _caller(socket: WebSocket, used: Service, token: str | None) -> Principal:
    """Raises Unauthorized, Forbidden, TooManyRequests."""
    given = HTTPAuthorizationCredentials(scheme="Bearer", credentials=token) if token else None
    who = await run_in_threadpool(principal, used, socket, given)
    if Scope.write not in who.scopes:
        raise Forbidden(f"this key may not: {Scope.write.value}")
    return who


def _check_origin(socket: WebSocket, used: Service) -> None:
    """Without keys, any page that a browser on this machine shows could connect. Raises
    Forbidden."""
    origin = socket.headers.get("origin")
    open_to_all = used.settings.authentication == "none" and origin is not None
    if open_to_all and urlsplit(str(origin)).netloc != socket.headers.get("host"):
        raise Forbidden("another site's page may not connect", hint="Use the service's own.")


async def _refuse(socket: WebSocket, error: AnamneseError) -> None:
    said = {"type": "error", "code": error.code, "detail": error.message, "hint": error.hint}
    try:
        await socket.send_text(json.dumps(said))
    except (RuntimeError, WebSocketDisconnect):
        return
    await _close(socket, close_code(error), error.code)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        await socket.close(code, reason)
    except (RuntimeError, WebSocketDisconnect):
        return
