"""A vLLM server, or another that speaks the OpenAI-compatible protocol, over HTTP.

The grammar is the server's: the schema goes in ``response_format``. It allows free whitespace, in
which a model can loop until ``max_tokens``, unless the server was started with
``--structured-outputs-config '{"backend": "xgrammar", "disable_any_whitespace": true}'``.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence

from pydantic import BaseModel, Field, SecretStr, ValidationError

from consultation.engines import Completion, Message, Request
from consultation.errors import ContextOverflow, EngineFailed, InvalidOption
from consultation.provenance import ModelUse
from summarize.engines.answers import check_answer, check_schema
from summarize.engines.chat import completion_from, messages_json, request_json
from summarize.engines.connection import ADDRESS, Connection, NotThere

_BYTES_PER_TOKEN = 2
_TOKENS_PER_MESSAGE = 16


class VLLM:
    """One model of one server; requests from several threads are in flight together."""

    def __init__(
        self,
        base_url: str | None,
        *,
        model: str | None = None,
        api_key: SecretStr | None = None,
        timeout: float = 120.0,
        parallel: int = 8,
        context: int = 8192,
    ) -> None:
        """``base_url`` ends in ``/v1``; ``model`` None: the only one served; ``timeout`` seconds.

        ``context``, in tokens, is for a server that does not tell its own. No connection is opened
        yet. Raises InvalidOption without a URL.
        """
        if base_url is None:
            raise InvalidOption(
                "the vLLM engine needs the address of a server",
                hint="Set ANAMNESE_VLLM_URL, for example to http://127.0.0.1:8000/v1",
            )
        self.parallel = parallel
        self._url = base_url.rstrip("/")
        self._root = self._url.removesuffix("/v1")
        self._model = model
        self._context = context
        self._lock = threading.Lock()
        self._served: _Served | None = None
        self._connection = Connection(api_key=api_key, timeout=timeout, parallel=parallel)

    def models(self) -> tuple[ModelUse, ...]:
        """Asks the server. Raises as ``complete`` does."""
        engine = "OpenAI-compatible server"
        with contextlib.suppress(EngineFailed):
            version = self._connection.ask("GET", f"{self._root}/version")
            if isinstance(version, dict) and isinstance(version.get("version"), str):
                engine = f"vLLM {version['version']}"
        return (ModelUse(task="generation", name=self._use().id, engine=engine),)

    def context_tokens(self) -> int:
        return self._use().max_model_len or self._context

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """By the server's ``/tokenize``.

        A server without one is met with an estimate that errs upward: a token for every two bytes
        of UTF-8 (French and English take about four) and 16 for each message.
        """
        body = {
            "model": self._use().id,
            "messages": messages_json(messages),
            "add_generation_prompt": True,
        }
        try:
            answer = self._connection.ask("POST", f"{self._root}/tokenize", body)
        except NotThere:
            return sum(
                _TOKENS_PER_MESSAGE + -(-len(message.content.encode()) // _BYTES_PER_TOKEN)
                for message in messages
            )
        count = answer.get("count") if isinstance(answer, dict) else None
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise EngineFailed("the server did not count the tokens")
        return count

    def complete(self, request: Request) -> Completion:
        check_schema(request.json_schema)
        body = request_json(request) | {
            "model": self._use().id,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": request.json_schema, "strict": True},
            },
            # vLLM takes defaults from the model's generation_config.json: a repetition penalty
            # there would count against verbatim quotes.
            "top_p": 1.0,
            "repetition_penalty": 1.0,
        }
        completion = completion_from(
            self._connection.ask("POST", f"{self._url}/chat/completions", body)
        )
        if completion.finish_reason == "stop":
            check_answer(completion.text, request.json_schema)
        elif 0 < completion.completion_tokens < request.max_tokens:
            # vLLM lowers max_tokens in silence to what the prompt leaves of the context.
            raise ContextOverflow("the server's context ended before the answer")
        return completion

    def close(self) -> None:
        """Hangs up on the requests in flight, which raise EngineUnavailable; the server stops."""
        self._connection.close()

    def _use(self) -> _Served:
        with self._lock:
            if self._served is None:
                self._served = self._choose()
            return self._served

    def _choose(self) -> _Served:
        try:
            served = _Models.model_validate(self._connection.ask("GET", f"{self._url}/models")).data
        except ValidationError:
            raise EngineFailed("the server's list of models is not one", hint=ADDRESS) from None
        if self._model is None:
            if len(served) != 1:
                raise InvalidOption(
                    f"the server has {len(served)} models",
                    hint="Name one of them in ANAMNESE_VLLM_MODEL.",
                )
            return served[0]
        for model in served:
            if model.id == self._model:
                return model
        raise EngineFailed(
            "the server does not serve this model",
            hint="Set ANAMNESE_VLLM_MODEL to a name that its /v1/models lists.",
            retryable=False,
        )


class _Served(BaseModel):
    id: str
    max_model_len: int | None = Field(default=None, gt=0)


class _Models(BaseModel):
    data: list[_Served]
