"""Launches from an EHR: where the browser goes, comes back, and trades in what it came back with.

No answer here is a page: a launch that fails leads to the page, whose address has the code of the
error and nothing else. What the browser is given in cookies is good for one trade.
"""

from __future__ import annotations

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import actor, principal
from api.problem import TooManyRequests
from api.service import Used
from api.smart.errors import (
    LaunchExpired,
    LaunchFailed,
    NothingToTrade,
    TooManyLaunches,
    UnknownEhr,
)
from api.smart.resources import shown
from api.smart.stages import Launched
from consultation.errors import AnamneseError
from jobs.errors import NotFound
from jobs.smart_settings import SmartSettings
from jobs.store import audit, launches
from jobs.store.access import Principal
from jobs.store.crypto import digest

router = APIRouter(prefix="/smart", include_in_schema=False)
log = logging.getLogger("anamnese.smart")
Text = Annotated[str | None, Query(max_length=4000)]
Who = Annotated[Principal, Depends(principal)]


@router.get("/ehrs")
def ehrs(used: Used) -> dict[str, list[dict[str, str]]]:
    """Those that are offered where people sign in."""
    found = [one for one in used.settings.smart_ehrs if one.standalone]
    return {"items": [{"name": one.name, "iss": one.iss} for one in found]}


@router.get("/keys")
def keys(used: Used) -> dict[str, list[dict[str, Any]]]:
    """Our public keys (JWKS), for EHRs that know this service by one."""
    return {"keys": used.launcher.public_keys()}


@router.get("/launch")
def launch(request: Request, used: Used, iss: Text = None, launch: Text = None) -> Response:
    """From the EHR, with ``iss`` and ``launch``; from our page, with ``iss`` alone."""
    try:
        # Strangers may come here; each address may so often.
        used.rates.take(f"launch {_address(request)}")
        if iss is None:
            raise UnknownEhr("no iss was sent")
        begun = used.launcher.begin(iss, launch)
    except AnamneseError as error:
        return _failed(request, error)
    answer = _away(begun.where)
    name = _cookie_name(used.settings, "launch", digest(begun.state)[:16])
    _set_cookie(
        answer, used.settings, name, begun.browser, launches.START_MS // 1000, framed=begun.framed
    )
    return answer


@router.get("/callback")
def callback(
    request: Request,
    used: Used,
    state: Text = None,
    code: Text = None,
    error: Text = None,
    iss: Text = None,
) -> Response:
    """From the EHR, after the person signed in there."""
    name = _cookie_name(used.settings, "launch", digest(state or "")[:16])
    try:
        used.rates.take(f"launch {_address(request)}")
        if state is None:
            raise LaunchExpired("no state was sent")
        ended = used.launcher.finish(
            state=state,
            browser=request.cookies.get(name, ""),
            code=code,
            error=error,
            iss=iss,
            request_id=request.state.request_id,
        )
    except AnamneseError as failed:
        answer = _failed(request, failed)
        framed = bool(used.settings.smart_frames)
        _set_cookie(answer, used.settings, name, "", 0, framed=framed)
        return answer
    answer = _away(f"/#/launched/{ended.launch_id}")
    framed = ended.framed
    _set_cookie(answer, used.settings, name, "", 0, framed=framed)
    trade = _cookie_name(used.settings, "trade", ended.launch_id)
    lasts = launches.HANDOFF_MS // 1000
    _set_cookie(answer, used.settings, trade, ended.secret, lasts, framed=framed)
    return answer


@router.post("/session/{launch_id}")
def trade(launch_id: str, request: Request, used: Used) -> Response:
    """The cookie of the callback for a bearer of the page's own, once. Raises NothingToTrade.

    Another site can make a browser send this, and cannot read the answer.
    """
    name = _cookie_name(used.settings, "trade", launch_id[:40])
    with used.store.database.write() as session:
        bearer = launches.trade(session, launch_id, request.cookies.get(name, ""))
    if bearer is None:
        raise NothingToTrade("there is no launch to go on with")
    answer = Response(bearer, media_type="text/plain")
    _set_cookie(answer, used.settings, name, "", 0, framed=bool(used.settings.smart_frames))
    return answer


@router.get("/session")
def show(used: Used, who: Who) -> dict[str, Any]:
    """Whom the session is about. Raises NotFound for who was not launched."""
    if who.launch_id is None:
        raise NotFound("this session was not launched")
    with used.store.database.read() as session:
        row = launches.find(session, who.org_id, who.key_id, who.launch_id)
        if row is None:
            raise NotFound("this session is over")
        launched = Launched.model_validate_json(launches.body_of(row, used.store.ring))
    return {
        "id": who.launch_id,
        "ehr": launched.ehr,
        "practitioner": launched.practitioner,
        "patient": shown(launched.context),
    }


@router.delete("/session", status_code=204)
def end(request: Request, used: Used, who: Who) -> Response:
    """Sign out."""
    if who.launch_id is not None:
        with used.store.database.write() as session:
            launches.end(session, who.launch_id)
            by = actor(request, who)
            audit.append(used.store.database, session, by, "launch.end", who.launch_id)
    return Response(status_code=204)


def _failed(request: Request, error: AnamneseError) -> Response:
    """Back to the page, which says it in words. The message of our own errors quotes nobody."""
    if isinstance(error, TooManyRequests):
        error = TooManyLaunches("too many launches from this address")
    code = error.code if isinstance(error, LaunchFailed) else LaunchFailed.code
    log.warning("launch: %s (%s) %s", error.code, error.message, request.state.request_id)
    return _away(f"/#/launch-failed/{code}")


def _away(where: str) -> Response:
    return RedirectResponse(where, 303, headers={"cache-control": "no-store"})


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _secure(settings: SmartSettings) -> bool:
    return (settings.smart_url or "").startswith("https:")


def _cookie_name(settings: SmartSettings, kind: str, number: str) -> str:
    """One for each launch, so that two at once keep apart; of this host alone."""
    return ("__Host-" if _secure(settings) else "") + f"anamnese-{kind}-{number}"


def _set_cookie(
    answer: Response, settings: SmartSettings, name: str, value: str, lasts: int, *, framed: bool
) -> None:
    """In an EHR's frame only a partitioned cookie comes back: one for each site that frames."""
    parts = [f"{name}={value}", f"Max-Age={lasts}", "Path=/", "HttpOnly"]
    if _secure(settings):
        parts.append("Secure")
    if framed and _secure(settings):
        parts += ["SameSite=None", "Partitioned"]
    else:
        parts.append("SameSite=Lax")
    answer.headers.append("set-cookie", "; ".join(parts))
