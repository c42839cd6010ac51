"""A language model that says what it is told to: for tests, and to try the flow without weights."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from consultation.engines import Completion, Message, Request
from consultation.errors import ContextOverflow, EngineFailed, EngineUnavailable
from consultation.provenance import ModelUse
from summarize.engines.answers import check_answer, check_schema

Script = Callable[[Request], str | Completion]


class ScriptedModel:
    """Answers from a function of the request, or from a list, in order.

    It keeps the promises of a real engine: an answer outside the schema is EngineFailed, one that
    is too long is cut, a prompt that does not fit is ContextOverflow. A token is four bytes. A
    scripted ``Completion`` is handed over as it is, and an exception that the function raises is
    the engine's.
    """

    def __init__(
        self,
        answers: Script | Iterable[str | Completion],
        *,
        context: int = 8192,
        parallel: int = 1,
    ) -> None:
        self.parallel = parallel
        self.requests: list[Request] = []
        """Every request it was asked, in order."""
        self._answer: Script = answers if callable(answers) else _in_order(answers)
        self._context = context
        self._lock = threading.Lock()
        self._closed = False

    def models(self) -> tuple[ModelUse, ...]:
        return (ModelUse(task="generation", name="scripted", engine="scripted"),)

    def context_tokens(self) -> int:
        return self._context

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(4 + _tokens(message.content) for message in messages)

    def complete(self, request: Request) -> Completion:
        if self._closed:
            raise EngineUnavailable("the language model was closed", hint="Make a new engine.")
        check_schema(request.json_schema)
        prompt = self.count_tokens(request.messages)
        if prompt + request.max_tokens > self._context:
            raise ContextOverflow(f"{prompt} tokens of prompt exceed the context")
        with self._lock:
            self.requests.append(request)
            answer = self._answer(request)
        if isinstance(answer, Completion):
            return answer
        if _tokens(answer) > request.max_tokens:
            text = answer.encode()[: 4 * request.max_tokens].decode(errors="ignore")
            return Completion(
                text=text,
                finish_reason="length",
                prompt_tokens=prompt,
                completion_tokens=request.max_tokens,
            )
        check_answer(answer, request.json_schema)
        return Completion(
            text=answer,
            finish_reason="stop",
            prompt_tokens=prompt,
            completion_tokens=_tokens(answer),
        )

    def close(self) -> None:
        self._closed = True


def _tokens(text: str) -> int:
    return -(-len(text.encode()) // 4)


def _in_order(answers: Iterable[str | Completion]) -> Script:
    left = iter(answers)

    def answer(_request: Request) -> str | Completion:
        try:
            return next(left)
        except StopIteration:
            raise EngineFailed("the script is over") from None

    return answer
