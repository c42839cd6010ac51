"""One HTTP connection to a model server, and what its refusals mean.

Nothing that was sent or received is put into an error.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from weakref import WeakSet

import httpx
from pydantic import SecretStr

from consultation.errors import (
    ContextOverflow,
    EngineFailed,
    EngineUnavailable,
    InvalidOption,
    SchemaRefused,
)

MOST_BYTES = 8 << 20
"""No answer of ours is near it; a server that sends more is not the one we meant."""

ADDRESS = "Check ANAMNESE_VLLM_URL: it names an OpenAI-compatible server and ends in /v1."

_CONNECT_TIMEOUT = 10.0
_OVERFLOW = ("maximum context length", "context length", "max_model_len", "maximum model length")
_GRAMMAR = ("grammar", "schema", "structured", "response_format", "regex")


class NotThere(EngineFailed):
    """404: of a path, or of a model."""

    retryable = False


class Connection:
    """Sends JSON, reads JSON; threads may share it."""

    def __init__(self, *, api_key: SecretStr | None, timeout: float, parallel: int) -> None:
        """``timeout`` in seconds, for a whole exchange."""
        self._timeout = timeout
        self._closed = False
        self._sockets: WeakSet[socket.socket] = WeakSet()
        headers = {"Accept-Encoding": "identity"}  # so that MOST_BYTES bounds what is unpacked too
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key.get_secret_value()}"
        self._client = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(timeout, connect=min(_CONNECT_TIMEOUT, timeout), pool=None),
            limits=httpx.Limits(max_connections=parallel),
            follow_redirects=False,  # the transcript goes to the address that was given
            trust_env=False,  # and through no proxy that happens to be in the environment
        )

    def ask(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> object:
        """Parsed JSON of a 200. Raises EngineUnavailable, EngineFailed or ContextOverflow."""
        if self._closed:
            raise EngineUnavailable("the language model was closed", hint="Make a new engine.")
        try:
            status, content = self._exchange(method, url, body)
        except httpx.TimeoutException:
            raise EngineUnavailable(
                f"the model server gave no answer within {self._timeout:g} s",
                hint="Check that it runs, or raise ANAMNESE_VLLM_TIMEOUT.",
            ) from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise InvalidOption("the model server's address is not a URL", hint=ADDRESS) from None
        except httpx.DecodingError:
            raise EngineFailed("the model server's answer cannot be decoded") from None
        except httpx.TransportError:
            raise EngineUnavailable("the model server cannot be reached, or hung up") from None
        except RuntimeError:
            # httpx's word for a client that close() has just closed in another thread.
            raise EngineUnavailable("the language model was closed") from None
        if status != HTTPStatus.OK:
            raise _refusal(status, content)
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise EngineFailed("the model server's answer is not JSON", hint=ADDRESS) from None

    def _exchange(self, method: str, url: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        deadline = time.monotonic() + self._timeout
        content = bytearray()
        extensions = {"trace": self._remember}
        with self._client.stream(method, url, json=body, extensions=extensions) as response:
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MOST_BYTES:
                    raise EngineFailed("the model server's answer is too long", hint=ADDRESS)
                if time.monotonic() > deadline:  # httpx's own timeout starts anew with each read
                    raise httpx.ReadTimeout("slow body")
            return response.status_code, bytes(content)

    def _remember(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore's trace: the sockets, for ``close``."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            connection = info["return_value"].get_extra_info("socket")
            if isinstance(connection, socket.socket):
                self._sockets.add(connection)

    def close(self) -> None:
        """Hangs up on the exchanges in flight, which raise EngineUnavailable; the server stops."""
        self._closed = True
        for connection in list(self._sockets):
            # Closing alone would not wake a thread that waits for an answer.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._client.close()


def _refusal(status: int, content: bytes) -> EngineUnavailable | EngineFailed | ContextOverflow:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_TIMEOUT,
    ):
        return EngineUnavailable(f"the model server answered with status {status}")
    if status == HTTPStatus.NOT_FOUND:
        return NotThere(
            "the model server does not know this path or this model (404)",
            hint=ADDRESS + " ANAMNESE_VLLM_MODEL must be a name that its /v1/models lists.",
        )
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return EngineFailed(
            f"the model server refused the key ({status})",
            hint="Set ANAMNESE_VLLM_API_KEY to the key that the server was started with.",
            retryable=False,
        )
    if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
        told = content.decode("utf-8", "replace").lower()
        if any(words in told for words in _OVERFLOW):
            return ContextOverflow("prompt and answer exceed the server's context")
        if any(words in told for words in _GRAMMAR):
            return SchemaRefused(f"the model server refused the JSON schema ({status})")
    return EngineFailed(
        f"the model server answered with status {status}", hint=ADDRESS, retryable=False
    )
