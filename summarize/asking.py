"""One question to a language model, until its answer is usable or it is clear that none will be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jsonschema

from consultation.engines import Completion, LanguageModel, Request
from consultation.errors import ContextOverflow, EngineFailed

ATTEMPTS = 2
_REFUSAL = re.compile(
    r"\b(je ne peux pas|je suis désolé|en tant qu['’](?:ia|assistant|intelligence)|as an ai"
    r"|i(?:['’]m| am) (?:sorry|unable)|i can(?:no|['’])t (?:help|assist|provide))\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"[\u0400-\u04ff\u0600-\u06ff\u0900-\u0dff\u3000-\u9fff\uac00-\ud7af]+")


@dataclass(frozen=True)
class Draft:
    """A statement as the model wrote it, before anything is checked."""

    text: str
    hints: tuple[str, ...] = ()
    """Segments that the model named: hints at most."""


@dataclass
class Usage:
    """Tokens, added up over the requests of a summary."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0

    def add(self, completion: Completion) -> None:
        self.prompt += completion.prompt_tokens
        self.cached += completion.cached_tokens
        self.completion += completion.completion_tokens


@dataclass(frozen=True)
class Answer:
    """Parsed JSON, or the code of what went wrong every time."""

    content: Any | None
    problem: str | None = None


def ask(
    model: LanguageModel,
    request: Request,
    usage: Usage,
    *,
    shorter: Callable[[Request], Request] | None = None,
) -> Answer:
    """Ask, and ask once more with another seed when the answer is cut, not JSON, or a refusal.

    Args:
        shorter: makes the second request ask for less, when the first was cut.

    A server that does not answer raises EngineUnavailable: that is for the caller to try again
    later. What a model answers badly is a problem code: truncated, invalid, loop, refusal,
    engine_failed.
    """
    problem = "engine_failed"
    for attempt in range(ATTEMPTS):
        current = request
        if attempt:
            # The same question at temperature 0 would get the same answer.
            current = request.model_copy(update={"seed": request.seed + 1, "temperature": 0.4})
            if shorter is not None and problem in {"truncated", "loop"}:
                current = shorter(current)
        try:
            completion = model.complete(current)
        except ContextOverflow:
            raise
        except EngineFailed:
            problem = "engine_failed"
            continue
        usage.add(completion)
        content, problem_now = _read(completion, current.json_schema)
        if problem_now is None:
            return Answer(content)
        problem = problem_now
    return Answer(None, problem)


def _read(completion: Completion, schema: dict[str, Any]) -> tuple[Any, str | None]:
    if completion.finish_reason == "length":
        return None, "loop" if loops(completion.text) else "truncated"
    try:
        content = json.loads(completion.text)
        jsonschema.validate(content, schema)
    except (json.JSONDecodeError, jsonschema.ValidationError):
        return None, "invalid"
    return content, None


def loops(text: str) -> bool:
    """Whether the end of a text says the same thing three times."""
    words = text.split()
    for size in range(3, min(40, len(words) // 3) + 1):
        tail = words[-size:]
        if words[-2 * size : -size] == tail and words[-3 * size : -2 * size] == tail:
            return True
    return False


def tidy(text: str) -> str:
    """A statement without other scripts, list marks and white space that models add."""
    text = _FOREIGN.sub("", text)
    text = re.sub(r"^\s*(?:[-*•–]|\d+[.)])\s+", "", text)
    return re.sub(r"\s+", " ", text).strip()


def refuses(text: str) -> bool:
    return bool(_REFUSAL.search(text))
