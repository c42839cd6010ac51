"""The OpenAI-compatible chat completion, as llama.cpp and vLLM speak it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from consultation.engines import Completion, Message, Request
from consultation.errors import EngineFailed


class _Content(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Content
    finish_reason: str | None = None


class _CachedTokens(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)
    prompt_tokens_details: _CachedTokens | None = None


class _ChatCompletion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage = _Usage()


def messages_json(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def request_json(request: Request) -> dict[str, Any]:
    """The part of the body that every server understands; the grammar is each server's own."""
    return {
        "messages": messages_json(request.messages),
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stream": False,
    }


def common(one: Sequence[object], other: Sequence[object]) -> int:
    """How many elements two sequences begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def completion_from(payload: object) -> Completion:
    """Read a server's parsed JSON. Raises EngineFailed, without quoting it, if it is nonsense."""
    try:
        answer = _ChatCompletion.model_validate(payload, strict=True)
    except ValidationError as error:
        place = ".".join(str(step) for step in error.errors()[0]["loc"]) or "its root"
        raise EngineFailed(f"the server's answer is not a chat completion: see {place}") from None
    choice = answer.choices[0]
    if choice.finish_reason not in ("stop", "length"):
        raise EngineFailed("the server gave no usable reason for the end of its answer")
    if not choice.message.content and choice.finish_reason == "stop":
        raise EngineFailed("the server's answer is empty")
    details = answer.usage.prompt_tokens_details
    return Completion(
        text=choice.message.content or "",
        finish_reason="stop" if choice.finish_reason == "stop" else "length",
        prompt_tokens=answer.usage.prompt_tokens,
        cached_tokens=(details.cached_tokens or 0) if details else 0,
        completion_tokens=answer.usage.completion_tokens,
    )
