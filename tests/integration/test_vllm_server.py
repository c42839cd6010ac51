"""The client against a real vLLM server: what a stand-in can only pretend.

``make test-vllm`` runs these; the first run installs the server (see vllm_server.py).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

from consultation.engines import Completion, Message, Request
from consultation.errors import ContextOverflow, EngineFailed, EngineUnavailable, SchemaRefused
from consultation.settings import Settings
from summarize.engines.load import gguf_file
from summarize.engines.vllm import VLLM
from summarize.exchanges import answer_schema
from tests.integration.vllm_server import (
    API_KEY,
    CONTEXT,
    MODEL,
    CannotInstall,
    Server,
    converted,
    environment,
    served,
)

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(3600)]

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
ENDLESS: dict[str, Any] = {
    "type": "array",
    "items": {"const": "again"},
    "minItems": 400,
}
MESSAGES = (
    Message(role="system", content="You answer in JSON. " + "You are kind and precise. " * 40),
    Message(role="user", content="Name three fruits and their season."),
)


def ask(**changes: Any) -> Request:
    return Request.model_validate(
        {"messages": MESSAGES, "json_schema": SCHEMA, "max_tokens": 128} | changes
    )


@pytest.fixture(scope="module")
def start(
    weights: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Any]:
    """Starts one more server."""
    cache = Settings().cache_folder
    try:
        python = environment(cache)
    except CannotInstall as error:
        pytest.skip(f"NOT TESTED AGAINST A REAL vLLM SERVER: {error}")
    model = converted(python, gguf_file(weights("smollm2-135m-instruct")), cache)
    folder = tmp_path_factory.mktemp("vllm")
    return lambda: served(python, model, folder / f"{time.monotonic_ns()}.log")


@pytest.fixture(scope="module")
def server(start: Callable[[], Any]) -> Iterator[Server]:
    with start() as server:
        yield server


@pytest.fixture(scope="module")
def engine(server: Server) -> Iterator[VLLM]:
    engine = client(server)
    yield engine
    engine.close()


def client(server: Server, **changes: Any) -> VLLM:
    options = {"api_key": SecretStr(API_KEY), "timeout": 300.0} | changes
    return VLLM(f"{server.url}/v1", **options)


def test_the_schema_is_obeyed_without_free_whitespace(engine: VLLM) -> None:
    completion = engine.complete(ask())
    assert completion.finish_reason == "stop"
    answer = json.loads(completion.text)
    jsonschema.validate(answer, SCHEMA)
    assert "\n" not in completion.text


def test_a_topic_and_a_wording(engine: VLLM) -> None:
    """An array whose places differ (``prefixItems``): what the strategy *exchanges* asks for."""
    schema = answer_schema(["antécédents", "allergies"])
    for said in ("Patient: J'ai de l'asthme.", "Patient: Je suis allergique aux noix."):
        messages = (MESSAGES[0], Message(role="user", content=said))
        completion = engine.complete(ask(messages=messages, json_schema=schema, max_tokens=300))
        jsonschema.validate(json.loads(completion.text), schema)


def test_a_warm_model_obeys_too(engine: VLLM) -> None:
    for seed in range(3):
        completion = engine.complete(ask(temperature=1.5, seed=seed))
        jsonschema.validate(json.loads(completion.text), SCHEMA)


def test_a_truncated_answer_is_said_to_be(engine: VLLM) -> None:
    completion = engine.complete(ask(max_tokens=4))
    assert completion.finish_reason == "length"
    assert completion.completion_tokens == 4


def test_the_same_request_gives_the_same_answer(engine: VLLM) -> None:
    assert engine.complete(ask(seed=3)).text == engine.complete(ask(seed=3)).text


def test_the_same_seed_gives_the_same_draw(engine: VLLM) -> None:
    draws = [engine.complete(ask(temperature=1.2, seed=seed)).text for seed in (5, 5, 6, 7, 8)]
    assert draws[0] == draws[1]
    assert len(set(draws)) > 1


def test_the_server_tells_its_context_and_itself(engine: VLLM) -> None:
    assert engine.context_tokens() == CONTEXT
    (model,) = engine.models()
    assert model.name == MODEL
    assert model.engine.startswith("vLLM 0.")


def test_tokens_are_counted_as_the_prompt_is_read(engine: VLLM) -> None:
    assert engine.count_tokens(MESSAGES) == engine.complete(ask()).prompt_tokens


def test_a_shared_prefix_is_read_once(engine: VLLM) -> None:
    engine.complete(ask())
    other = (MESSAGES[0], Message(role="user", content="Name three other fruits."))
    assert engine.complete(ask(messages=other)).cached_tokens > 0


def test_what_does_not_fit_is_an_overflow(engine: VLLM) -> None:
    long = Message(role="user", content="The patient coughs at night. " * 800)
    with pytest.raises(ContextOverflow) as caught:
        engine.complete(ask(messages=(long,)))
    assert "coughs" not in caught.value.message


def test_what_leaves_too_little_for_the_answer_is_an_overflow(engine: VLLM) -> None:
    long = Message(role="user", content="The patient coughs at night. " * 220)
    left = CONTEXT - engine.count_tokens((long,))
    assert 100 < left < 800
    with pytest.raises(ContextOverflow):
        engine.complete(ask(messages=(long,), json_schema=ENDLESS, max_tokens=1500))


def test_a_schema_that_the_grammar_does_not_know(engine: VLLM) -> None:
    lookbehind = {"type": "string", "pattern": "(?<=a)b"}
    with pytest.raises(SchemaRefused):
        engine.complete(ask(json_schema=lookbehind))


def test_an_unknown_model_and_a_wrong_key(server: Server) -> None:
    for changes in ({"model": "none"}, {"api_key": SecretStr("wrong")}, {"api_key": None}):
        engine = client(server, **changes)
        with pytest.raises(EngineFailed) as caught:
            engine.complete(ask())
        assert not caught.value.retryable
        engine.close()


def test_threads_are_batched(engine: VLLM) -> None:
    requests = [ask(seed=seed, temperature=0.7) for seed in range(6)]
    with ThreadPoolExecutor(6) as pool:
        for completion in pool.map(engine.complete, requests):
            jsonschema.validate(json.loads(completion.text), SCHEMA)


def test_closing_frees_the_caller(server: Server) -> None:
    engine = client(server)
    running = _Running(engine)
    time.sleep(1)
    engine.close()
    running.join(120)
    assert isinstance(running.error, EngineUnavailable)


def test_a_server_killed_in_mid_request(start: Callable[[], Any]) -> None:
    with start() as doomed:
        engine = client(doomed)
        engine.complete(ask())
        running = _Running(engine)
        time.sleep(1)
        doomed.kill()
        running.join(120)
        assert isinstance(running.error, EngineUnavailable)
        with pytest.raises(EngineUnavailable):
            engine.complete(ask())
        engine.close()


class _Running(threading.Thread):
    """A long request in a thread of its own."""

    def __init__(self, engine: VLLM) -> None:
        super().__init__(daemon=True)
        self._engine = engine
        self.result: Completion | None = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._engine.complete(ask(json_schema=ENDLESS, max_tokens=1500))
        except EngineUnavailable as error:
            self.error = error
