"""Errors → HTTP, in this one place: RFC 9457 problem+json with a stable code and a hint.

What a caller sent is never repeated: it may be clinical.
"""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api import openai_errors
from consultation.errors import AnamneseError, DiskFull, InputError, ResearchOff
from jobs.errors import AudioAway, AudioDeleted, Conflict, NotFound, StorageQuota, TooManyUnfinished
from jobs.store.database import DatabaseAway, DatabaseFull
from jobs.store.uploads import Gone
from jobs.uploads import Busy

log = logging.getLogger("anamnese.api")
MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """Stable, for programs."""
    hint: str
    """What to do."""
    request_id: str
    errors: list[str] | None = None
    """Places in the request that are wrong."""


class Unauthorized(AnamneseError):
    code = "unauthorized"
    challenge = "Bearer"
    """For WWW-Authenticate."""
    hint = "Send an API key that is valid: Authorization: Bearer ana_…"


class Forbidden(AnamneseError):
    code = "forbidden"
    hint = "Ask for a key whose role allows this."


class TooManyRequests(AnamneseError):
    code = "too_many_requests"
    hint = "Wait as long as Retry-After says, and ask less often."

    def __init__(
        self, message: str, *, retry_after: float, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message, retryable=True)
        self.retry_after, self.headers = retry_after, headers or {}


class Unavailable(AnamneseError):
    code = "unavailable"
    retryable = True


class TooLarge(InputError):
    code = "too_large"
    hint = "Send less; for recordings, ANAMNESE_UPLOAD_LIMIT_MB is the limit."


class NotAcceptable(InputError):
    code = "not_acceptable"


class UnsupportedMedia(InputError):
    code = "unsupported_media_type"


class ChecksumMismatch(InputError):
    code = "checksum_mismatch"
    hint = "What arrived is not what was sent: send this part again."


class PreconditionRequired(InputError):
    code = "precondition_required"
    hint = "Read it first, and send its ETag as If-Match."


class PreconditionFailed(InputError):
    code = "precondition_failed"
    hint = "It was changed since: read it again."


class RangeNotSatisfiable(InputError):
    code = "range_not_satisfiable"
    hint = "Content-Range says how many bytes there are."

    def __init__(self, total: int) -> None:
        super().__init__("the range begins after the end")
        self.headers = {"Content-Range": f"bytes */{total}", "Accept-Ranges": "bytes"}


class TooBusy(AnamneseError):
    """Too much waits already."""

    code = "too_busy"
    retryable = True
    hint = "Send it again later, as Retry-After says; what was accepted is not lost."
    retry_after = 30


_STATUS: tuple[tuple[type[AnamneseError], int], ...] = (
    (Unauthorized, 401),
    (Forbidden, 403),
    (Gone, 410),
    (AudioDeleted, 410),
    (NotFound, 404),
    (NotAcceptable, 406),
    (Busy, 423),
    (Conflict, 409),
    (PreconditionFailed, 412),
    (TooLarge, 413),
    (StorageQuota, 413),
    (UnsupportedMedia, 415),
    (PreconditionRequired, 428),
    (TooManyRequests, 429),
    (TooManyUnfinished, 429),
    (RangeNotSatisfiable, 416),
    (ChecksumMismatch, 460),
    (ResearchOff, 403),
    (InputError, 422),
    (Unavailable, 503),
    (DatabaseFull, 507),
    (DatabaseAway, 503),
    (TooBusy, 503),
    (AudioAway, 503),
    (DiskFull, 507),
)


def status_of(error: AnamneseError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def phrase(status: int) -> str:
    """The status in words; tus has one of its own."""
    return "Checksum Mismatch" if status == 460 else HTTPStatus(status).phrase


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: these besides those that any request may get."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": phrase(status), "content": content}
        for status in sorted({401, 403, 422, 429, 500, 503, *statuses})
    }


def install(app: FastAPI) -> None:
    @app.exception_handler(AnamneseError)
    async def ours(request: Request, error: AnamneseError) -> JSONResponse:
        status = status_of(error)
        if status >= 500:
            log.error("%s %s", error.code, request.state.request_id)
        headers: dict[str, str] = dict(getattr(error, "headers", {}))
        if isinstance(error, Unauthorized):
            headers["WWW-Authenticate"] = error.challenge
        if status in {429, 503}:
            headers["Retry-After"] = str(max(1, math.ceil(getattr(error, "retry_after", 5.0))))
        places = getattr(error, "errors", None)
        return _answer(
            request, status, error.code, error.message, error.hint, headers=headers, errors=places
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        places = sorted({".".join(str(part) for part in e["loc"])[:200] for e in error.errors()})
        return _answer(
            request,
            422,
            "invalid_request",
            "the request is not what this address takes",
            "Compare it with /openapi.json.",
            errors=places[:20],
        )

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if getattr(request.state, "too_large", False):
            return _answer(request, 413, TooLarge.code, "the request is too large", TooLarge.hint)
        if error.status_code == 400:
            # Of FastAPI's own, for a body that is no text: as for any other that is not JSON.
            return await invalid(request, RequestValidationError([]))
        text = phrase(error.status_code).lower()
        return _answer(
            request,
            error.status_code,
            text.replace(" ", "_"),
            text,
            "See /openapi.json.",
            headers={**(error.headers or {}), **_allow(app, request, error.status_code)},
        )


def _allow(app: FastAPI, request: Request, status: int) -> dict[str, str]:
    from api.openapi import methods  # which describes errors

    known = methods(app, request.url.path) if status == 405 else []
    return {"Allow": ", ".join(known)} if known else {}


def log_fault(error: Exception, request_id: str) -> None:
    """The class and the place only: its text may hold what was said."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
    log.error("%s at %s %s", type(error).__name__, place, request_id)


def fault(request_id: str, path: str) -> JSONResponse:
    """What a caller is told of an error that nobody foresaw."""
    code, detail, hint = "internal_error", "a fault of ours", "Report the request id."
    if openai_errors.speaks(path):
        return openai_errors.answer(500, code, detail, hint)
    return _problem(request_id, 500, code, detail, hint)


def _answer(
    request: Request, status: int, code: str, detail: str, hint: str, **more: Any
) -> JSONResponse:
    if openai_errors.speaks(request.url.path):
        return openai_errors.answer(status, code, detail, hint, **more)
    return _problem(request.state.request_id, status, code, detail, hint, **more)


def _problem(
    request_id: str,
    status: int,
    code: str,
    detail: str,
    hint: str,
    *,
    headers: dict[str, str] | None = None,
    errors: list[str] | None = None,
) -> JSONResponse:
    problem = Problem(
        type=f"urn:anamnese:problem:{code}",
        title=phrase(status),
        status=status,
        detail=detail,
        code=code,
        hint=hint,
        request_id=request_id,
        errors=errors,
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True), status, headers, media_type=MEDIA_TYPE
    )
