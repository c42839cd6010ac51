"""Errors in the form of OpenAI's API, on the addresses that speak it: its clients raise their own
typed exceptions by the status, and show ``message``."""

from __future__ import annotations

from fastapi.responses import JSONResponse
from pydantic import BaseModel

_PATHS = ("/v1/audio/transcriptions", "/v1/models")
_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    429: "rate_limit_error",
}


class OpenAIProblem(BaseModel):
    message: str
    type: str
    param: str | None
    """The field that is wrong, where it is one."""
    code: str


class OpenAIError(BaseModel):
    error: OpenAIProblem


def speaks(path: str) -> bool:
    """Whether this address answers as OpenAI's."""
    return path.startswith(_PATHS)


def answer(
    status: int,
    code: str,
    detail: str,
    hint: str,
    *,
    headers: dict[str, str] | None = None,
    errors: list[str] | None = None,
) -> JSONResponse:
    """422 becomes 400, as there. A field is named at the start of ``detail``: ``language: …``."""
    field, colon, _ = detail.partition(":")
    wrong = field if colon and field.replace("_", "").isalnum() else None
    status = 400 if status == 422 else status
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    if errors:
        detail = f"{detail} ({', '.join(errors)})"
    body = OpenAIError(
        error=OpenAIProblem(message=f"{detail}. {hint}", type=kind, param=wrong, code=code)
    )
    # What failed here fails again: a client must not send a recording three times.
    retry = {"x-should-retry": "true" if status in {429, 503} else "false"}
    return JSONResponse(body.model_dump(), status, {**(headers or {}), **retry})
