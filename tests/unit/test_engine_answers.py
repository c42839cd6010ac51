"""What every engine checks, and the reading of a chat completion."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.engines import Completion, Message, Request
from consultation.errors import EngineFailed, SchemaRefused
from summarize.engines.answers import check_answer, check_schema
from summarize.engines.chat import completion_from, request_json
from summarize.engines.grammar import check_grammar, compact_grammar

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"items": {"type": "array", "items": {"type": "string"}, "maxItems": 2}},
    "required": ["items"],
    "additionalProperties": False,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def test_an_answer_within_the_schema_passes() -> None:
    check_answer('{"items": ["toux", "fièvre"]}', SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Voici le résumé : {}",
        '{"items": ["toux"',
        '{"items": ["a", "b", "c"]}',
        '{"items": "toux"}',
        '{"items": [], "more": 1}',
        "[" * 100_000,
    ],
)
def test_an_answer_outside_the_schema_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(EngineFailed) as caught:
        check_answer(text, SCHEMA)
    assert "toux" not in caught.value.message
    assert caught.value.retryable


@pytest.mark.parametrize("schema", [{"type": "wrong"}, {"properties": 3}, {"maxItems": "two"}])
def test_what_is_not_a_schema_is_refused_for_good(schema: dict[str, Any]) -> None:
    with pytest.raises(SchemaRefused) as caught:
        check_schema(schema)
    assert not caught.value.retryable


def test_a_keyword_that_no_grammar_holds_is_refused() -> None:
    check_schema(SCHEMA)
    check_grammar(compact_grammar(SCHEMA))
    unique = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    with pytest.raises(SchemaRefused):
        check_grammar(compact_grammar(unique))


def test_the_request_carries_what_makes_it_reproducible() -> None:
    message = Message(role="user", content="Résumez.")
    request = Request(messages=(message,), json_schema=SCHEMA, max_tokens=64, seed=7)
    body = request_json(request)
    assert body["messages"] == [{"role": "user", "content": "Résumez."}]
    assert (body["temperature"], body["seed"], body["max_tokens"]) == (0.0, 7, 64)


def chat(**changes: Any) -> dict[str, Any]:
    choice = {"message": {"role": "assistant", "content": "{}"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 2}
    return {"choices": [choice], "usage": usage} | changes


def test_a_chat_completion_is_read() -> None:
    details = {"prompt_tokens": 9, "completion_tokens": 2}
    details["prompt_tokens_details"] = {"cached_tokens": 8}
    assert completion_from(chat(usage=details)) == Completion(
        text="{}", finish_reason="stop", prompt_tokens=9, cached_tokens=8, completion_tokens=2
    )


def test_a_truncated_completion_says_so_even_if_it_is_empty() -> None:
    choice = {"message": {"content": None}, "finish_reason": "length"}
    assert completion_from(chat(choices=[choice])).finish_reason == "length"


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "ok",
        {},
        {"choices": []},
        {"choices": "none"},
        chat(choices=[{"message": {"content": 3}, "finish_reason": "stop"}]),
        chat(choices=[{"message": {"content": ""}, "finish_reason": "stop"}]),
        chat(choices=[{"message": {"content": None}, "finish_reason": "stop"}]),
        chat(choices=[{"message": {"content": "{}"}, "finish_reason": "abort"}]),
        chat(choices=[{"message": {"content": "{}"}}]),
        chat(choices=[{"finish_reason": "stop"}]),
        chat(usage={"prompt_tokens": "nine"}),
        chat(usage={"prompt_tokens": -1}),
    ],
)
def test_nonsense_is_not_a_completion(payload: object) -> None:
    with pytest.raises(EngineFailed):
        completion_from(payload)


@given(JSON)
def test_any_json_is_a_completion_or_an_engine_failure(payload: object) -> None:
    try:
        completion = completion_from(payload)
    except EngineFailed:
        return
    assert completion.finish_reason in ("stop", "length")


@given(JSON)
def test_what_the_schema_accepts_is_what_passes(payload: object) -> None:
    obeys = (
        isinstance(payload, dict)
        and set(payload) == {"items"}
        and isinstance(payload["items"], list)
        and len(payload["items"]) <= 2
        and all(isinstance(item, str) for item in payload["items"])
    )
    try:
        check_answer(json.dumps(payload), SCHEMA)
    except EngineFailed:
        assert not obeys
    else:
        assert obeys
