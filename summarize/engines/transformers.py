"""transformers, in process: for accelerators that vLLM does not serve.

The decoding loop is ours, because it does three things that ``generate`` does not together: it
holds each token to the grammar, keeps the keys and values of the messages before the last for the
next request that begins with them, and stops between two tokens when it is closed. That shared part
is always read by itself, so that an answer does not depend on what was asked before.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import sys
import threading
import types
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from consultation.engines import Completion, Message, Request
from consultation.errors import (
    ContextOverflow,
    EngineFailed,
    EngineMissing,
    EngineUnavailable,
    WeightsCorrupt,
    WeightsMissing,
)
from consultation.provenance import ModelUse
from summarize.engines.answers import check_answer, check_schema
from summarize.engines.chat import common, messages_json
from summarize.engines.grammar import check_grammar, compact_grammar

_LIBRARIES = ("torch", "transformers", "accelerate", "llguidance")


class Transformers:
    """A local folder or a GGUF file (its weights unpacked to bfloat16), one request at a time."""

    parallel = 1

    def __init__(
        self,
        model: Path,
        *,
        context: int = 8192,
        threads: int = 2,
        device: Literal["auto", "cpu", "cuda"] = "auto",
    ) -> None:
        """``context`` in tokens. The weights are loaded by the first request, from ``model`` only.

        ``device`` auto: the accelerator that torch finds (CUDA, MPS, XPU…), else the CPU with
        ``threads`` threads. Raises EngineMissing or WeightsMissing.
        """
        libraries = [*_LIBRARIES, "gguf"] if model.suffix == ".gguf" else _LIBRARIES
        for library in libraries:
            if importlib.util.find_spec(library) is None:
                raise EngineMissing(
                    f"{library} is not installed", hint="pip install 'anamnese[transformers]'"
                )
        if not (model.is_file() if model.suffix == ".gguf" else (model / "config.json").is_file()):
            raise WeightsMissing("the language model's file or folder is not there")
        self._path = model
        self._context = context
        self._threads = threads
        self._device = device
        self._lock = threading.Lock()
        self._weights: _Weights | None = None
        self._closed = False

    def models(self) -> tuple[ModelUse, ...]:
        return (self._use,)

    @cached_property
    def _use(self) -> ModelUse:
        version = importlib.metadata.version("transformers")
        return ModelUse(
            task="generation",
            name=self._path.stem if self._path.is_file() else self._path.name,
            sha256=_digest(self._path),
            engine=f"transformers {version}",
        )

    def context_tokens(self) -> int:
        with self._lock:
            context: int = self._loaded().context
            return context

    def count_tokens(self, messages: Sequence[Message]) -> int:
        with self._lock:
            return len(self._loaded().encode(messages))

    def complete(self, request: Request) -> Completion:
        check_schema(request.json_schema)
        grammar = compact_grammar(request.json_schema)
        check_grammar(grammar)
        with self._lock:
            weights = self._loaded()
            with _torch_threads(self._threads):
                completion = self._decode(weights, request, grammar)
        if completion.finish_reason == "stop":
            check_answer(completion.text, request.json_schema)
        return completion

    def close(self) -> None:
        """Stops a request that is running, at its next token, and lets go of the weights."""
        self._closed = True
        with self._lock:
            self._weights = None

    def _loaded(self) -> _Weights:
        if self._closed:
            raise EngineUnavailable("the language model was closed", hint="Make a new engine.")
        if self._weights is None:
            self._weights = _Weights(self._path, self._context, self._device)
        return self._weights

    def _decode(self, weights: _Weights, request: Request, grammar: str) -> Completion:
        import torch

        prompt = weights.encode(request.messages)
        shared = weights.shared(request.messages, prompt)
        if len(prompt) + request.max_tokens > weights.context:
            raise ContextOverflow(
                f"{len(prompt)} tokens of prompt and {request.max_tokens} of answer"
                f" exceed the context of {weights.context}"
            )
        matcher = weights.matcher(grammar)
        generator = torch.Generator().manual_seed(request.seed)
        answer: list[int] = []
        cached = 0
        stopped = False
        try:
            with torch.inference_mode():
                cached, logits = weights.prefill(prompt, shared)
                while not stopped and len(answer) < request.max_tokens:
                    if self._closed:
                        raise EngineUnavailable("the language model was closed")
                    token = _pick(logits, matcher.compute_bitmask(), request.temperature, generator)
                    matcher.consume_token(token)
                    if matcher.is_error():
                        raise EngineFailed("the grammar and the tokenizer disagree")
                    if token in weights.ends:
                        stopped = True
                    else:
                        answer.append(token)
                        stopped = matcher.is_stopped()
                        if not stopped and len(answer) < request.max_tokens:
                            logits = weights.step(token)
        except RuntimeError as error:  # torch's errors, out of memory among them
            weights.forget()
            raise EngineFailed(f"torch failed while decoding ({type(error).__name__})") from None
        return Completion(
            text=weights.tokenizer.decode(answer, skip_special_tokens=True),
            finish_reason="stop" if stopped else "length",
            prompt_tokens=len(prompt),
            cached_tokens=cached,
            completion_tokens=len(answer),
        )


class _Weights:
    """What is loaded, and the keys and values of the last request."""

    def __init__(self, path: Path, context: int, device: Literal["auto", "cpu", "cuda"]) -> None:
        """Opens no connection, runs no code of a model's. Raises WeightsCorrupt or EngineError."""
        import torch

        if torch.version.cuda is None:
            _spare_torchaudio_its_extension()
        from llguidance.hf import from_tokenizer
        from safetensors import SafetensorError
        from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        local: dict[str, Any] = {"local_files_only": True}
        options: dict[str, Any] = {"dtype": torch.bfloat16}
        folder = path
        if path.suffix == ".gguf":
            folder = path.parent
            local["gguf_file"] = path.name
            options["quantization_config"] = GgufConfig(dequantize=True)
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(folder, **local)
            self.model = AutoModelForCausalLM.from_pretrained(folder, **local, **options)
        except (OSError, ValueError, KeyError, IndexError, SafetensorError) as error:
            raise WeightsCorrupt(
                f"transformers cannot read the language model ({type(error).__name__})",
                hint="Give a whole folder or GGUF file of an architecture that transformers knows.",
            ) from None
        if self.tokenizer.chat_template is None:
            raise EngineFailed(
                "the language model has no chat template",
                hint="Give an instruction-tuned model.",
                retryable=False,
            )
        try:
            self.model.to(_device(device)).eval()
        except RuntimeError as error:
            raise EngineUnavailable(
                f"the device does not take the language model ({type(error).__name__})",
                hint="Free its memory, or set ANAMNESE_DEVICE=cpu.",
            ) from None
        self.context = min(context, self.model.config.max_position_embeddings)
        self.ends = _ends(self.model.generation_config.eos_token_id, self.tokenizer.eos_token_id)
        # Embeddings are often padded beyond the vocabulary: the grammar forbids the rest too.
        rows = self.model.get_output_embeddings().weight.shape[0]
        self._grammars = from_tokenizer(self.tokenizer, n_vocab=rows, eos_token=sorted(self.ends))
        self._tokens: list[int] = []
        self._shared: list[int] = []
        self._cache: Any = None

    def encode(self, messages: Sequence[Message]) -> list[int]:
        encoded = self.tokenizer.apply_chat_template(
            messages_json(messages), add_generation_prompt=True, return_dict=True
        )
        return list(encoded["input_ids"])

    def matcher(self, grammar: str) -> Any:
        from llguidance import LLMatcher

        return LLMatcher(self._grammars, LLMatcher.grammar_from_lark(grammar), log_level=0)

    def shared(self, messages: Sequence[Message], prompt: list[int]) -> int:
        """How many tokens of ``prompt`` come before the content of the last message."""
        *before, last = messages
        if not before:
            return 0
        zero, one = (self.encode((*before, Message(role=last.role, content=c))) for c in "01")
        return common(prompt, zero[: common(zero, one)])

    def prefill(self, prompt: list[int], shared: int) -> tuple[int, Any]:
        """How many tokens were there already, and the logits (vocabulary,) after the last one."""
        if shared and self._goes_back_to(prompt[:shared]):
            return shared, self._forward(prompt[shared:])
        self._cache, self._tokens, self._shared = self._empty(), [], prompt[:shared]
        if shared:
            self._forward(prompt[:shared])
        return 0, self._forward(prompt[shared:])

    def step(self, token: int) -> Any:
        """Logits (vocabulary,) after ``token``."""
        return self._forward([token])

    def forget(self) -> None:
        self._cache, self._tokens, self._shared = None, [], []

    def _empty(self) -> Any:
        from transformers import DynamicCache

        return DynamicCache(config=self.model.config)

    def _goes_back_to(self, shared: list[int]) -> bool:
        """Cut the cache back to the shared part, if that is what it begins with."""
        from transformers.cache_utils import DynamicLayer

        if self._cache is None or self._shared != shared:
            return False
        if any(type(layer) is not DynamicLayer for layer in self._cache.layers):
            return False  # a sliding window has forgotten what it would have to go back to
        self._cache.crop(len(shared) - len(self._tokens))
        self._tokens = shared
        return True

    def _forward(self, tokens: list[int]) -> Any:
        import torch

        ids = torch.tensor([tokens], device=self.model.device)
        cache, self._cache = self._cache, None  # half-written if the model raises
        output = self.model(ids, cache=cache, use_cache=True, logits_to_keep=1)
        self._cache = cache  # grown in place
        self._tokens = self._tokens + tokens
        return output.logits[0, -1].float().cpu()


def _pick(logits: Any, bitmask: bytes, temperature: float, generator: Any) -> int:
    """The next token, of those the grammar allows: the likeliest, or drawn where it is warm."""
    import numpy as np
    import torch

    bits = np.unpackbits(np.frombuffer(bitmask, np.uint8), bitorder="little")[: len(logits)]
    logits.masked_fill_(torch.from_numpy(bits == 0), float("-inf"))
    if temperature == 0:
        return int(logits.argmax())
    return int(torch.multinomial(torch.softmax(logits / temperature, -1), 1, generator=generator))


def _spare_torchaudio_its_extension() -> None:
    """transformers imports torchaudio where it is installed, for audio models.

    Its published wheel wants CUDA's libraries beside torch and fails on a CPU build; a text model
    has no use for its compiled part.
    """
    name = "torchaudio._extension"
    if "torchaudio" in sys.modules or name in sys.modules:
        return
    stub = types.ModuleType(name)
    vars(stub).update(
        _IS_TORCHAUDIO_EXT_AVAILABLE=False, fail_if_no_align=lambda function: function
    )
    sys.modules[name] = stub


def _device(device: Literal["auto", "cpu", "cuda"]) -> str:
    import torch

    if device != "auto":
        return device
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    return accelerator.type if accelerator is not None else "cpu"


def _ends(*ids: int | list[int] | None) -> frozenset[int]:
    found: set[int] = set()
    for one in ids:
        found.update(one if isinstance(one, list) else [] if one is None else [one])
    return frozenset(found)


@contextlib.contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    """torch has one setting for the process: the diariser's is put back."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _digest(path: Path) -> str:
    """sha256 of the weight file; of several, that of their sorted ``<sha256>  <name>`` lines."""
    files = [path] if path.is_file() else sorted(path.glob("*.safetensors"))
    lines = []
    for name in files:
        with name.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name.name}\n")
    if len(lines) == 1:
        return lines[0].split()[0]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
