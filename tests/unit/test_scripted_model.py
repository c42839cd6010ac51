"""The scripted language model."""

from __future__ import annotations

from typing import Any

import pytest

from consultation.engines import Completion, Message, Request
from consultation.errors import EngineFailed, EngineUnavailable
from summarize.engines.scripted import ScriptedModel

SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
REQUEST = Request(messages=(Message(role="user", content="?"),), json_schema=SCHEMA, max_tokens=32)


def test_a_list_is_said_in_order_and_then_it_is_over() -> None:
    model = ScriptedModel(['["a"]', '["b"]'])
    assert [model.complete(REQUEST).text for _ in range(2)] == ['["a"]', '["b"]']
    with pytest.raises(EngineFailed):
        model.complete(REQUEST)
    assert len(model.requests) == 3


def test_a_scripted_answer_outside_the_schema_fails_as_a_real_one() -> None:
    with pytest.raises(EngineFailed):
        ScriptedModel(['{"a": 1}']).complete(REQUEST)


def test_a_scripted_completion_and_a_scripted_error() -> None:
    cut = Completion(text='["a', finish_reason="length")
    assert ScriptedModel([cut]).complete(REQUEST) == cut

    def fail(request: Request) -> str:
        raise EngineUnavailable("down")

    with pytest.raises(EngineUnavailable):
        ScriptedModel(fail).complete(REQUEST)
