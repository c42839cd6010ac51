"""What a client of /v1/consultations/live says first, and what it is refused with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.problem import TooLarge, status_of
from consultation.errors import AnamneseError, InvalidOption
from jobs.errors import Conflict


class BadMessage(InvalidOption):
    code = "live_bad_message"
    hint = "Send start or resume first, then binary frames of sound, then end."


class LiveOff(AnamneseError):
    code = "live_off"
    hint = "Record as usual, and upload it. Who runs the service may set ANAMNESE_LIVE_SESSIONS."
    close = 4503


class LiveIdle(AnamneseError):
    code = "live_idle"
    hint = "What arrived is kept: resume the session, or send end."
    close = 4408


class Superseded(Conflict):
    code = "live_superseded"
    hint = "The session goes on over another connection."


class FrameTooLarge(TooLarge):
    code = "live_frame_too_large"
    hint = "Send at most 1 MiB in a frame: a second of sound is enough."


class _First(BaseModel):
    model_config = ConfigDict(extra="forbid")
    token: str | None = Field(default=None, max_length=16_384)
    """An API key or token, as it would be in Authorization: Bearer."""


class Start(_First):
    type: Literal["start"]
    audio: Literal["pcm", "container"]
    fields: dict[str, str] = {}
    """As those that come with an upload."""


class Resume(_First):
    type: Literal["resume"]
    session: str = Field(max_length=40)
    heard: float = Field(default=0.0, ge=0, lt=1e6)
    """End of the last final word that the client has, in seconds."""


class End(BaseModel):
    model_config = ConfigDict(extra="forbid")
    type: Literal["end"]


_FIRST: TypeAdapter[Start | Resume] = TypeAdapter(
    Annotated[Start | Resume, Field(discriminator="type")]
)


def first(text: str | None) -> Start | Resume:
    """Raises BadMessage."""
    try:
        return _FIRST.validate_json(text or "")
    except ValidationError:
        raise BadMessage("the first message is neither start nor resume") from None


def check_end(text: str) -> None:
    """Raises BadMessage."""
    try:
        End.model_validate_json(text)
    except ValidationError:
        raise BadMessage("a message is not one that there is") from None


def close_code(error: AnamneseError) -> int:
    """4000 and the HTTP status that the error has elsewhere."""
    return int(getattr(error, "close", 4000 + status_of(error)))
