"""A language model that keeps what was asked and answered, to ask its engine alone again."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from consultation.engines import Completion, LanguageModel, Message, Request
from consultation.provenance import ModelUse
from summarize.engines.chat import messages_json


@dataclass(frozen=True)
class Asked:
    """One request that was answered."""

    request: Request
    completion: Completion
    began: float
    ended: float


class Recorded:
    """Hands everything on to ``model``; ``parallel`` as the strategy shall see it."""

    def __init__(self, model: LanguageModel, *, parallel: int) -> None:
        self.parallel = parallel
        self.asked: list[Asked] = []
        self._model = model
        self._lock = threading.Lock()

    def models(self) -> tuple[ModelUse, ...]:
        return self._model.models()

    def context_tokens(self) -> int:
        return self._model.context_tokens()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return self._model.count_tokens(messages)

    def complete(self, request: Request) -> Completion:
        began = time.perf_counter()
        completion = self._model.complete(request)
        with self._lock:
            self.asked.append(Asked(request, completion, began, time.perf_counter()))
        return completion

    def close(self) -> None:
        self._model.close()


def busy(asked: Sequence[Asked]) -> float:
    """Seconds in which at least one request was with the engine."""
    total, until = 0.0, float("-inf")
    for one in sorted(asked, key=lambda a: a.began):
        total += max(0.0, one.ended - max(one.began, until))
        until = max(until, one.ended)
    return total


def replayed(asked: Sequence[Asked]) -> list[dict[str, object]]:
    """For a runner: the same messages, and exactly as many tokens to write. No schema: what a
    grammar costs is ours to answer for."""
    return [
        {
            "messages": messages_json(one.request.messages),
            "max_tokens": max(1, one.completion.completion_tokens),
        }
        for one in asked
    ]
