"""The client of a model server, against a server that misbehaves in every way we know."""

from __future__ import annotations

import json
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from consultation.engines import Message, Request
from consultation.errors import (
    ContextOverflow,
    EngineError,
    EngineFailed,
    EngineUnavailable,
    InvalidOption,
    SchemaRefused,
)
from summarize.engines import connection
from summarize.engines.vllm import VLLM

SECRET = "Marguerite tousse"
"""Stands for what must never be in an error."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"items": {"type": "array", "items": {"type": "string"}}},
    "required": ["items"],
}
REQUEST = Request(
    messages=(Message(role="user", content=SECRET),), json_schema=SCHEMA, max_tokens=64, seed=11
)
ANSWER = json.dumps({"items": [SECRET]}, ensure_ascii=False)


def completion(content: Any = ANSWER, finish_reason: Any = "stop") -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}}
    return {
        "choices": [choice | {"finish_reason": finish_reason}],
        "usage": {
            "prompt_tokens": 21,
            "completion_tokens": 8,
            "prompt_tokens_details": {"cached_tokens": 16},
        },
    }


MODELS = {"data": [{"id": "mistral", "max_model_len": 4096}]}


class Server(ThreadingHTTPServer):
    """Answers by path; what it was sent is in ``seen``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Callable[[_Handler], None]] = {}
        self.seen: list[tuple[str, dict[str, str], Any]] = []
        self.released = threading.Event()
        """Set when the test is over: who hangs may go."""
        self.outwaited = threading.Event()
        """Set if the client waited longer than any timeout of these tests."""
        self.on("/v1/models", MODELS)
        self.on("/v1/chat/completions", completion())
        self.on("/tokenize", {"count": 17, "max_model_len": 4096, "tokens": []})
        self.on("/version", {"version": "0.32.0"})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def on(self, path: str, body: Any, status: int = 200) -> None:
        """Answer with JSON, or with the bytes that are given."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.does(path, lambda handler: handler.reply(status, content))

    def hang(self) -> None:
        if not self.released.wait(60):
            self.outwaited.set()

    def does(self, path: str, behaviour: Callable[[_Handler], None]) -> None:
        self.answers[path] = behaviour


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(json.loads(body))

    def _answer(self, body: Any) -> None:
        self.server.seen.append((self.path, dict(self.headers), body))
        behaviour = self.server.answers.get(self.path)
        if behaviour is None:
            self.reply(404, b'{"detail": "Not Found"}')
        else:
            behaviour(self)

    def reply(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", headers.pop("length", str(len(content))))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None: ...  # noqa: A002


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def engine(server: Server) -> Iterator[VLLM]:
    engine = VLLM(server.url, timeout=30)
    yield engine
    engine.close()


def failure(engine: VLLM) -> EngineError:
    """The error of a request; whatever it is, it quotes nothing."""
    with pytest.raises(EngineError) as caught:
        engine.complete(REQUEST)
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert SECRET not in shown
    return caught.value


def test_a_request_and_its_answer(server: Server, engine: VLLM) -> None:
    answer = engine.complete(REQUEST)
    assert answer.text == ANSWER
    assert (answer.prompt_tokens, answer.cached_tokens, answer.completion_tokens) == (21, 16, 8)
    path, _, body = server.seen[-1]
    assert path == "/v1/chat/completions"
    assert body["model"] == "mistral"
    assert (body["seed"], body["temperature"], body["max_tokens"]) == (11, 0.0, 64)
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA


def test_the_server_tells_its_context_its_model_and_its_version(engine: VLLM) -> None:
    assert engine.context_tokens() == 4096
    (model,) = engine.models()
    assert (model.name, model.engine, model.sha256) == ("mistral", "vLLM 0.32.0", None)


def test_another_server_without_context_or_version(server: Server) -> None:
    server.on("/v1/models", {"data": [{"id": "m"}]})
    del server.answers["/version"]
    engine = VLLM(server.url, context=3000)
    assert engine.context_tokens() == 3000
    assert engine.models()[0].engine == "OpenAI-compatible server"
    engine.close()


def test_tokens_are_counted_by_the_server_at_its_root(server: Server, engine: VLLM) -> None:
    assert engine.count_tokens(REQUEST.messages) == 17
    assert server.seen[-1][0] == "/tokenize"
    assert server.seen[-1][2]["messages"] == [{"role": "user", "content": SECRET}]


def test_a_server_that_cannot_count_is_met_with_an_upper_estimate(
    server: Server, engine: VLLM
) -> None:
    del server.answers["/tokenize"]
    few = engine.count_tokens((Message(role="user", content="été " * 10),))
    many = engine.count_tokens((Message(role="user", content="été " * 20),))
    assert (few, many) == (16 + 30, 16 + 60)


@pytest.mark.parametrize("body", [{}, [], {"count": "17"}, {"count": True}, {"count": -1}])
def test_a_count_that_is_none(server: Server, engine: VLLM, body: Any) -> None:
    server.on("/tokenize", body)
    with pytest.raises(EngineFailed):
        engine.count_tokens(REQUEST.messages)


def test_the_key_is_sent_and_shown_nowhere(server: Server) -> None:
    engine = VLLM(server.url, api_key=SecretStr("s3cret"))
    engine.complete(REQUEST)
    server.on("/v1/chat/completions", {"error": "s3cret"}, 401)
    error = failure(engine)
    assert "s3cret" not in error.message + error.hint
    engine.close()
    assert {headers["Authorization"] for _, headers, _ in server.seen} == {"Bearer s3cret"}


def test_no_address_is_an_option_to_set() -> None:
    with pytest.raises(InvalidOption) as caught:
        VLLM(None)
    assert "ANAMNESE_VLLM_URL" in caught.value.hint


def test_of_several_models_one_must_be_named(server: Server) -> None:
    server.on("/v1/models", {"data": [{"id": "a"}, {"id": "b", "max_model_len": 9}]})
    unnamed, named, unknown = (VLLM(server.url, model=model) for model in (None, "b", "c"))
    with pytest.raises(InvalidOption):
        unnamed.complete(REQUEST)
    assert named.context_tokens() == 9
    with pytest.raises(EngineFailed) as caught:
        unknown.complete(REQUEST)
    assert not caught.value.retryable
    assert "ANAMNESE_VLLM_MODEL" in caught.value.hint
    for engine in (unnamed, named, unknown):
        engine.close()


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": [{"name": "x"}]}, [], "models"])
def test_a_list_of_models_that_is_none(server: Server, engine: VLLM, body: Any) -> None:
    server.on("/v1/models", body)
    assert isinstance(failure(engine), EngineFailed)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    engine = VLLM(f"http://127.0.0.1:{port}/v1")
    error = failure(engine)
    assert isinstance(error, EngineUnavailable)
    assert error.retryable
    engine.close()


@pytest.mark.parametrize("url", ["127.0.0.1:8000/v1", "ftp://127.0.0.1/v1", "http://:x/v1"])
def test_an_address_that_is_none(url: str) -> None:
    engine = VLLM(url)
    with pytest.raises(InvalidOption):
        engine.complete(REQUEST)
    engine.close()


def hang(handler: _Handler) -> None:
    handler.server.hang()


def hang_in_the_body(handler: _Handler) -> None:
    handler.reply(200, b'{"choices": [', length="5000")
    handler.server.hang()


def drip(handler: _Handler) -> None:
    """Each byte in time, and never all of them."""
    handler.reply(200, b"{", length="5000")
    for _ in range(600):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)
    handler.server.outwaited.set()


def drop_the_connection(handler: _Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def drop_in_the_body(handler: _Handler) -> None:
    handler.reply(200, b'{"choices": [', length="5000")
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "behaviour", [hang, hang_in_the_body, drip, drop_the_connection, drop_in_the_body]
)
def test_slow_or_broken_connections(server: Server, behaviour: Callable[[_Handler], None]) -> None:
    engine = VLLM(server.url, timeout=0.6)
    server.does("/v1/chat/completions", behaviour)
    error = failure(engine)
    assert isinstance(error, EngineUnavailable)
    assert error.retryable
    assert not server.outwaited.is_set()
    engine.close()


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_a_server_in_trouble_can_be_asked_again(server: Server, engine: VLLM, status: int) -> None:
    server.on("/v1/chat/completions", f"error: {SECRET}".encode(), status)
    error = failure(engine)
    assert isinstance(error, EngineUnavailable)
    assert error.retryable


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "This model's maximum context length is 4096 tokens", ContextOverflow),
        (400, "Input length (5000) exceeds model's maximum context length", ContextOverflow),
        (400, "Failed to transform json schema into a grammar", SchemaRefused),
        (400, "The provided JSON schema contains features not supported", SchemaRefused),
        (400, "temperature must be non-negative", EngineFailed),
        (401, "Unauthorized", EngineFailed),
        (403, "Forbidden", EngineFailed),
        (404, "The model `x` does not exist.", EngineFailed),
        (405, "Method Not Allowed", EngineFailed),
        (413, "too large", EngineFailed),
    ],
)
def test_refusals_are_for_good(
    server: Server, engine: VLLM, status: int, message: str, kind: type[EngineError]
) -> None:
    told = {"error": {"message": f"{message} {SECRET}", "type": "BadRequest", "code": status}}
    server.on("/v1/chat/completions", told, status)
    error = failure(engine)
    assert type(error) is kind or (kind is EngineFailed and isinstance(error, EngineFailed))
    assert not isinstance(error, SchemaRefused) or kind is SchemaRefused
    assert not error.retryable


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(server: Server, engine: VLLM, status: int) -> None:
    elsewhere = server.url + "/elsewhere"
    server.on("/v1/elsewhere", completion())
    server.does(
        "/v1/chat/completions", lambda handler: handler.reply(status, b"", Location=elsewhere)
    )
    assert isinstance(failure(engine), EngineFailed)
    assert not [path for path, _, _ in server.seen if path == "/v1/elsewhere"]


def test_proxies_of_the_environment_are_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    engine = VLLM(server.url)
    assert engine.complete(REQUEST).finish_reason == "stop"
    engine.close()


@pytest.mark.parametrize(
    "body",
    [
        f"<html><body>{SECRET}</body></html>".encode(),
        b"",
        b"null",
        b"[]",
        b'"ok"',
        json.dumps(completion()).encode()[:-30],
        b"\xff\xfe\x00",
        b"[" * 200_000,
        json.dumps({"choices": []}).encode(),
        json.dumps({"error": {"message": SECRET}}).encode(),
        json.dumps(completion(content=None)).encode(),
        json.dumps(completion(content="")).encode(),
        json.dumps(completion(content=[SECRET])).encode(),
        json.dumps(completion(finish_reason=None)).encode(),
        json.dumps(completion(finish_reason=3)).encode(),
        json.dumps(completion(content=f"I think {SECRET}")).encode(),
        json.dumps(completion(content='{"items": "' + SECRET + '"}')).encode(),
    ],
)
def test_nonsense_with_a_status_of_200(server: Server, engine: VLLM, body: bytes) -> None:
    server.on("/v1/chat/completions", body)
    assert isinstance(failure(engine), EngineFailed)


def test_an_answer_without_end_is_cut_off(
    server: Server, engine: VLLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MOST_BYTES", 10_000)
    server.on("/v1/chat/completions", completion(content="x" * 20_000))
    assert isinstance(failure(engine), EngineFailed)


def test_compression_is_not_asked_for(server: Server, engine: VLLM) -> None:
    engine.complete(REQUEST)
    assert server.seen[-1][1]["Accept-Encoding"] == "identity"


def test_a_body_that_cannot_be_unpacked(server: Server, engine: VLLM) -> None:
    server.does(
        "/v1/chat/completions",
        lambda handler: handler.reply(200, b"not gzip", Content_Encoding="gzip"),
    )
    assert isinstance(failure(engine), EngineFailed)


def test_a_truncated_answer_is_reported_and_not_judged(server: Server, engine: VLLM) -> None:
    server.on("/v1/chat/completions", completion(content='{"items": [', finish_reason="length"))
    assert engine.complete(REQUEST.model_copy(update={"max_tokens": 8})).finish_reason == "length"


def test_an_answer_that_ends_with_the_context_is_an_overflow(server: Server, engine: VLLM) -> None:
    """vLLM gives fewer tokens than were asked for where the context has no more."""
    server.on("/v1/chat/completions", completion(content='{"items": [', finish_reason="length"))
    assert isinstance(failure(engine), ContextOverflow)


def test_an_invalid_schema_is_not_even_sent(server: Server, engine: VLLM) -> None:
    with pytest.raises(SchemaRefused):
        engine.complete(REQUEST.model_copy(update={"json_schema": {"type": "wrong"}}))
    assert server.seen == []


def test_threads_are_served_together(server: Server) -> None:
    together = threading.Barrier(4, timeout=60)

    def meet(handler: _Handler) -> None:
        together.wait()
        handler.reply(200, json.dumps(completion()).encode())

    server.does("/v1/chat/completions", meet)
    engine = VLLM(server.url, parallel=4, timeout=60)
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.append(engine.complete(REQUEST).text))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [ANSWER] * 4
    engine.close()


def test_closing_hangs_up_on_a_request_in_flight(server: Server) -> None:
    arrived = threading.Event()

    def wait(handler: _Handler) -> None:
        arrived.set()
        server.hang()

    server.does("/v1/chat/completions", wait)
    engine = VLLM(server.url, timeout=90)
    errors: list[Exception] = []

    def request() -> None:
        try:
            engine.complete(REQUEST)
        except EngineUnavailable as error:
            errors.append(error)

    thread = threading.Thread(target=request)
    thread.start()
    assert arrived.wait(60)
    engine.close()
    engine.close()
    thread.join()
    assert not server.outwaited.is_set()
    assert len(errors) == 1
    with pytest.raises(EngineUnavailable):
        engine.complete(REQUEST)
