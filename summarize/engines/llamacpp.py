"""llama.cpp on the CPU, in a child process: its crash, threads and memory are not the caller's.

xllamacpp always opens llama.cpp's HTTP server, so that server is the way in: a Unix socket in a
private folder and a key (see llamacpp_worker.py). Hanging up cancels a request, and a crash is a
broken connection, known at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from consultation.engines import Completion, Message, Request
from consultation.errors import (
    ContextOverflow,
    EngineFailed,
    EngineMissing,
    EngineUnavailable,
    SchemaRefused,
    WeightsCorrupt,
    WeightsMissing,
)
from consultation.provenance import ModelUse
from summarize.engines.answers import check_answer, check_schema
from summarize.engines.chat import common, completion_from, messages_json, request_json
from summarize.engines.grammar import check_grammar, compact_grammar
from summarize.engines.openings import Openings

_WORKER = Path(__file__).with_name("llamacpp_worker.py")
_AGAIN = "The next request starts it again."


class LlamaCpp:
    """A GGUF file behind consultation.engines.LanguageModel.

    The child starts at the first request and again after it died. Requests run one at a time, in
    one slot. The messages before the last are what requests share (instructions, transcript): they
    are read once, and kept until a request begins otherwise. Where a request says that they are the
    same for every consultation, what was read is kept on disk too, for the next process.

    The same request gives the same answer, whatever was asked before. llama.cpp's sums depend on
    how tokens were batched, so the slot is brought to the same state each time: the shared part,
    read by itself, and nothing of the last request.
    """

    parallel = 1

    def __init__(
        self,
        model: Path,
        *,
        context: int = 8192,
        threads: int = 2,
        timeout: float = 900.0,
        start_timeout: float = 180.0,
        openings: Path | None = None,
    ) -> None:
        """``context`` in tokens, timeouts in seconds; ``openings``: a folder for what was read.

        Raises EngineMissing or WeightsMissing.
        """
        if importlib.util.find_spec("xllamacpp") is None:
            raise EngineMissing(
                "xllamacpp is not installed", hint="pip install 'anamnese[embedded]'"
            )
        if not model.is_file():
            raise WeightsMissing("the language model's GGUF file is not there")
        self._model = model
        self._context = context
        self._threads = threads
        self._timeout = timeout
        self._start_timeout = start_timeout
        self._openings_folder = openings
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._folder: Path | None = None
        self._process: subprocess.Popen[str] | None = None
        self._child: _Child | None = None
        self._closed = False

    def models(self) -> tuple[ModelUse, ...]:
        return (self._use,)

    @cached_property
    def _use(self) -> ModelUse:
        with self._model.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        version = importlib.metadata.version("xllamacpp")
        return ModelUse(
            task="generation",
            name=self._model.stem,
            sha256=sha256,
            engine=f"xllamacpp {version}",
        )

    @cached_property
    def _openings(self) -> Openings | None:
        if self._openings_folder is None:
            return None
        openings = Openings(
            self._openings_folder,
            weights=self._use.sha256 or "",
            engine=self._use.engine,
            context=self._context,
        )
        return openings if openings.usable else None

    def context_tokens(self) -> int:
        return self._context

    def count_tokens(self, messages: Sequence[Message]) -> int:
        with self._lock:
            return self._count(messages)

    def complete(self, request: Request) -> Completion:
        check_schema(request.json_schema)
        grammar = compact_grammar(request.json_schema)
        check_grammar(grammar)
        with self._lock:
            prompt = self._count(request.messages)
            if prompt + request.max_tokens > self._context:
                raise ContextOverflow(
                    f"{prompt} tokens of prompt and {request.max_tokens} of answer"
                    f" exceed the context of {self._context}"
                )
            shared = request.messages[:-1]
            was_there = self._keep_only(shared, fixed=request.fixed >= len(shared))
            body = request_json(request) | {"grammar": grammar, "cache_prompt": bool(shared)}
            completion = completion_from(self._post("/chat/completions", body))
        if not was_there:
            completion = completion.model_copy(update={"cached_tokens": 0})
        if completion.finish_reason == "stop":
            check_answer(completion.text, request.json_schema)
        return completion

    def close(self) -> None:
        """Ends the child, in mid-request too; the engine cannot be used again."""
        self._closed = True
        with self._starting:
            self._end()

    def _count(self, messages: Sequence[Message]) -> int:
        """By the model's own tokenizer and chat template."""
        body = {"messages": messages_json(messages)}
        answer = self._post("/chat/completions/input_tokens", body)
        tokens = answer.get("input_tokens") if isinstance(answer, dict) else None
        if not isinstance(tokens, int):
            raise EngineFailed("llama.cpp did not count the tokens")
        return tokens

    def _keep_only(self, shared: tuple[Message, ...], *, fixed: bool) -> bool:
        """Leave the shared part in the slot and nothing else. True if it did not need reading.

        ``fixed``: it holds nothing of a consultation, and may be kept on disk.
        """
        if not shared:
            return False
        child = self._alive()
        was_there = child.shared == shared
        if not was_there:
            child.shared, child.prefix = (), self._prefix(shared)
            openings = self._openings if fixed else None
            was_there = openings is not None and self._load(child.prefix, openings)
            if not was_there:
                self._read(child.prefix, again=False)
                if openings is not None:
                    self._save(child.prefix, openings)
            child.shared = shared
        # Reads the last token once more, and forgets what followed it.
        self._read(child.prefix, again=True)
        return was_there

    def _load(self, prefix: str, openings: Openings) -> bool:
        name = openings.find(prefix)
        if name is None:
            return False
        try:
            self._post("/slots/0?action=restore", {"filename": name})
        except (EngineFailed, SchemaRefused):
            openings.drop(name)  # another build's, or damaged before it was named
            return False
        return True

    def _save(self, prefix: str, openings: Openings) -> None:
        name = openings.draft(prefix)
        try:
            self._post("/slots/0?action=save", {"filename": name})
        except (EngineFailed, SchemaRefused):
            openings.drop(name)  # a full disk, or one that cannot be written to
            return
        openings.keep(name)

    def _prefix(self, shared: tuple[Message, ...]) -> str:
        """The prompt up to the content of a message that follows ``shared``."""
        prompts = []
        for content in ("0", "1"):
            messages = (*shared, Message(role="user", content=content))
            answer = self._post("/apply-template", {"messages": messages_json(messages)})
            prompt = answer.get("prompt") if isinstance(answer, dict) else None
            if not isinstance(prompt, str):
                raise EngineFailed("llama.cpp did not apply the chat template")
            prompts.append(prompt)
        return prompts[0][: common(*prompts)]

    def _read(self, prompt: str, *, again: bool) -> None:
        self._post("/completion", {"prompt": prompt, "n_predict": 0, "cache_prompt": again})

    def _post(self, path: str, body: dict[str, Any]) -> object:
        child = self._alive()
        try:
            response = child.client.post(path, json=body)
        except httpx.TimeoutException:
            self._end()
            raise EngineUnavailable(
                f"llama.cpp gave no answer within {self._timeout:g} s", hint=_AGAIN
            ) from None
        except (httpx.TransportError, RuntimeError):
            # RuntimeError: close() in another thread closed the client before it was asked.
            raise self._died(child.process) from None
        try:
            answer = response.json()
        except ValueError:
            raise EngineFailed("llama.cpp's answer is not JSON") from None
        if response.status_code != httpx.codes.OK:
            raise _refusal(answer)
        return answer

    def _alive(self) -> _Child:
        with self._starting:
            if self._closed:
                raise EngineUnavailable("the language model was closed", hint="Make a new engine.")
            if self._child is None or self._child.process.poll() is not None:
                self._end()
                self._child = self._start()
            return self._child

    def _start(self) -> _Child:
        self._folder = Path(tempfile.mkdtemp(prefix="anamnese-llm-"))  # mode 700
        command = [sys.executable, "-P", str(_WORKER), "--model", str(self._model)]
        command += ["--context", str(self._context), "--threads", str(self._threads)]
        command += ["--parent", str(os.getpid()), "--folder", str(self._folder)]
        if self._openings is not None:
            command += ["--openings", str(self._openings.folder)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            # OpenMP's spinning threads collapse on shared cores.
            env=os.environ | {"GOMP_SPINCOUNT": "0", "OMP_WAIT_POLICY": "passive"},
            start_new_session=True,  # a Ctrl-C in the terminal is the caller's
        )
        self._process = process
        assert process.stdout is not None
        watchdog = threading.Timer(self._start_timeout, process.kill)
        watchdog.start()
        try:
            line = process.stdout.readline()
        finally:
            watchdog.cancel()
        try:
            started = json.loads(line)
        except ValueError:
            died = self._died(process)
            self._end()
            raise died from None
        if "problem" in started:
            self._end()
            raise _problem(started["problem"])
        return _Child.connect(process, started, self._timeout)

    def _died(self, process: subprocess.Popen[str]) -> EngineUnavailable:
        try:
            code = process.wait(5)
        except subprocess.TimeoutExpired:
            return EngineUnavailable("llama.cpp's process broke the connection", hint=_AGAIN)
        hint = _AGAIN
        if code == -signal.SIGKILL and not self._closed:
            hint = "Perhaps memory ran out: give it more, or a smaller context. " + _AGAIN
        return EngineUnavailable(f"llama.cpp's process ended (code {code})", hint=hint)

    def _end(self) -> None:
        process, child, folder = self._process, self._child, self._folder
        self._process, self._child, self._folder = None, None, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        if child is not None:
            child.client.close()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass
class _Child:
    process: subprocess.Popen[str]
    client: httpx.Client
    shared: tuple[Message, ...] = ()
    """The messages whose prompt is in the slot."""
    prefix: str = ""
    """That prompt."""

    @classmethod
    def connect(
        cls, process: subprocess.Popen[str], started: dict[str, str], timeout: float
    ) -> _Child:
        address, socket = started["address"], None
        if address.startswith("unix://"):
            address, socket = "http://localhost", address.removeprefix("unix://")
        client = httpx.Client(
            base_url=address,
            transport=httpx.HTTPTransport(uds=socket, trust_env=False),
            headers={"Authorization": f"Bearer {started['key']}"},
            timeout=timeout,
            trust_env=False,
        )
        return cls(process, client)


def _refusal(answer: object) -> ContextOverflow | EngineFailed:
    error = answer.get("error") if isinstance(answer, dict) else None
    kind = error.get("type") if isinstance(error, dict) else None
    if kind == "exceed_context_size_error":
        return ContextOverflow("the prompt exceeds the context")
    if kind == "invalid_request_error":
        return SchemaRefused("llama.cpp refused the request")
    return EngineFailed("llama.cpp failed on this request")


def _problem(problem: str) -> Exception:
    if problem == "library":
        return EngineMissing(
            "xllamacpp cannot be loaded on this machine",
            hint="It needs libgomp (apt install libgomp1) and a 64-bit CPU that its wheel is for.",
        )
    if problem == "corrupt":
        return WeightsCorrupt("the language model's GGUF file is damaged or incomplete")
    if problem == "memory":
        return EngineUnavailable(
            "there is too little memory for the language model",
            hint="Free some memory, or lower ANAMNESE_LLM_CONTEXT.",
        )
    return EngineFailed(
        "llama.cpp cannot load this GGUF file",
        hint="Give a GGUF file of an architecture that this llama.cpp knows.",
    )
