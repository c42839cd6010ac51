"""What every language model promises, asked of each: the same tests, four engines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from consultation.engines import LanguageModel, Message, Request
from consultation.errors import ContextOverflow, EngineUnavailable, SchemaRefused
from summarize.engines.load import gguf_file
from summarize.engines.scripted import ScriptedModel

CONTEXT = 1024
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "fruits": {
            "type": "array",
            "items": {"type": "string", "maxLength": 30},
            "minItems": 3,
            "maxItems": 3,
        },
        "season": {"enum": ["summer", "winter"]},
    },
    "required": ["fruits", "season"],
    "additionalProperties": False,
}
MESSAGES = (
    Message(role="system", content="You answer in JSON."),
    Message(role="user", content="Name three fruits and their season."),
)


def scripted(request: Request) -> str:
    """Obedient, and different for another prompt or seed where the temperature allows it."""
    draw = request.seed if request.temperature else 0
    return json.dumps({"fruits": ["fig", "pear", f"plum {draw}"], "season": "summer"})


@pytest.fixture(
    scope="module",
    params=[
        "scripted",
        pytest.param("llamacpp", marks=pytest.mark.slow),
        pytest.param("transformers", marks=pytest.mark.slow),
    ],
)
def make(
    request: pytest.FixtureRequest, weights: Callable[[str], Path]
) -> Callable[[], LanguageModel]:
    """Makes one more engine of the kind that is tested."""
    if request.param == "scripted":
        return lambda: ScriptedModel(scripted, context=CONTEXT)
    file = gguf_file(weights("smollm2-135m-instruct"))
    if request.param == "llamacpp":
        from summarize.engines.llamacpp import LlamaCpp

        return lambda: LlamaCpp(file, context=CONTEXT, threads=2)
    from summarize.engines.transformers import Transformers

    return lambda: Transformers(file, context=CONTEXT, threads=2, device="cpu")


@pytest.fixture(scope="module")
def engine(make: Callable[[], LanguageModel]) -> Iterator[LanguageModel]:
    engine = make()
    yield engine
    engine.close()


def ask(**changes: Any) -> Request:
    return Request.model_validate(
        {"messages": MESSAGES, "json_schema": SCHEMA, "max_tokens": 128} | changes
    )


def test_the_schema_is_obeyed(engine: LanguageModel) -> None:
    completion = engine.complete(ask())
    assert completion.finish_reason == "stop"
    jsonschema.validate(json.loads(completion.text), SCHEMA)
    assert completion.prompt_tokens > 0
    assert 0 < completion.completion_tokens <= 128


def test_a_warm_model_obeys_too(engine: LanguageModel) -> None:
    for seed in range(3):
        completion = engine.complete(ask(temperature=1.5, seed=seed))
        jsonschema.validate(json.loads(completion.text), SCHEMA)


def test_a_truncated_answer_is_said_to_be(engine: LanguageModel) -> None:
    completion = engine.complete(ask(max_tokens=4))
    assert completion.finish_reason == "length"
    assert completion.completion_tokens == 4
    with pytest.raises(ValueError, match=r".+"):
        json.loads(completion.text)


def test_the_same_request_gives_the_same_answer(engine: LanguageModel) -> None:
    cold = engine.complete(ask(seed=3))
    engine.complete(ask(messages=(Message(role="user", content="Something else entirely."),)))
    again = engine.complete(ask(seed=3))
    warm = engine.complete(ask(seed=3))
    assert cold.text == again.text == warm.text


def test_the_same_seed_gives_the_same_draw(engine: LanguageModel) -> None:
    draws = [engine.complete(ask(temperature=1.2, seed=seed)).text for seed in (5, 5, 6, 7, 8)]
    assert draws[0] == draws[1]
    assert len(set(draws)) > 1


def test_what_does_not_fit_is_an_overflow(engine: LanguageModel) -> None:
    long = Message(role="user", content="The patient coughs at night. " * 400)
    with pytest.raises(ContextOverflow) as caught:
        engine.complete(ask(messages=(long,)))
    assert not caught.value.retryable
    assert "coughs" not in caught.value.message


def test_prompt_and_answer_must_fit_together(engine: LanguageModel) -> None:
    with pytest.raises(ContextOverflow):
        engine.complete(ask(max_tokens=engine.context_tokens()))


def test_the_context_is_the_one_asked_for(engine: LanguageModel) -> None:
    assert engine.context_tokens() == CONTEXT


def test_more_text_is_more_tokens(engine: LanguageModel) -> None:
    words = ["Le", "patient", "prend", "du", "paracétamol", "depuis", "trois", "jours"]
    counts = [
        engine.count_tokens((Message(role="user", content=" ".join(words[: n + 1])),))
        for n in range(len(words))
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_tokens_are_counted_as_the_prompt_is_read(engine: LanguageModel) -> None:
    counted = engine.count_tokens(MESSAGES)
    assert counted == engine.complete(ask()).prompt_tokens


def test_an_impossible_schema_is_refused(engine: LanguageModel) -> None:
    with pytest.raises(SchemaRefused):
        engine.complete(ask(json_schema={"type": "wrong"}))


def test_it_says_what_it_is(engine: LanguageModel) -> None:
    (model,) = engine.models()
    assert model.task == "generation"
    assert model.name
    assert model.engine
    assert engine.parallel >= 1


def test_closing_twice_and_asking_after(make: Callable[[], LanguageModel]) -> None:
    engine = make()
    engine.complete(ask(max_tokens=2))
    engine.close()
    engine.close()
    with pytest.raises(EngineUnavailable):
        engine.complete(ask())
