"""One NVIDIA card for speech and for a vLLM server: pinned settings, and who gets how much of it.

vLLM takes its share of a card when it starts and keeps it; speech takes what it needs when a job
runs. So the share is what is left when as many recordings as run at once have theirs. The figures
of speech are estimates from the sizes of the weights in 16 bits, CUDA's own context and what a
batch needs while it is computed; ``make test-gpu`` prints what a card really used.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from consultation.errors import InvalidOption

SPEECH_MB = 6000
"""A child with large-v3-turbo (1.6 GB in 16 bits), community-1, two CUDA contexts and a batch."""
RESERVE_MB = 1000
"""Of the card, for the driver and whatever draws a screen."""
CONTEXT = 32768
"""Tokens of one request: an hour's consultation and its answer."""
PARALLEL = 8
"""Sections asked for at once, each on the same prefix, which vLLM keeps once."""

SETTINGS = {
    "ANAMNESE_PROFILE": "gpu",
    "ANAMNESE_DEVICE": "cuda",
    "ANAMNESE_RECOGNIZER": "large-v3-turbo",
    "ANAMNESE_BATCH_SIZE": "16",
    "ANAMNESE_LLM": "vllm",
    "ANAMNESE_VLLM_PARALLEL": str(PARALLEL),
    "ANAMNESE_SPEECH_PARALLEL": "1",
    "ANAMNESE_NOTES_PARALLEL": "4",
}
"""For workers and tests; the address of the server is added by whoever starts it."""


@dataclass(frozen=True)
class Model:
    """What a language model takes, from its config.json and its files."""

    weights_mb: float
    layers: int
    key_value_heads: int
    head_size: int
    bytes_a_value: int = 2

    def cache_mb(self, tokens: int) -> float:
        """Keys and values of so many tokens."""
        values = 2 * self.layers * self.key_value_heads * self.head_size
        return tokens * values * self.bytes_a_value / 1e6


def share(card_mb: float, model: Model, *, speech_parallel: int = 1) -> float:
    """vLLM's ``--gpu-memory-utilization``, in hundredths, rounded down.

    Raises InvalidOption when the model with one request of ``CONTEXT`` tokens does not fit beside
    speech.
    """
    left = card_mb - RESERVE_MB - speech_parallel * SPEECH_MB
    needed = 1.1 * model.weights_mb + model.cache_mb(CONTEXT)
    if left < needed:
        raise InvalidOption(
            f"vLLM would have {max(0, left):.0f} MB of the card and needs {needed:.0f}",
            hint="Lower ANAMNESE_SPEECH_PARALLEL, take a smaller or quantised model, or two cards.",
        )
    return math.floor(100 * left / card_mb) / 100


def at_once(card_mb: float, model: Model, utilisation: float) -> float:
    """Requests of ``CONTEXT`` tokens, sharing nothing, that the cache then holds."""
    room = utilisation * card_mb - 1.1 * model.weights_mb
    return max(0.0, room / model.cache_mb(CONTEXT))


def command(folder: str, utilisation: float, *, port: int = 8000) -> list[str]:
    """The server: loopback alone, prefixes kept, no white space between JSON tokens."""
    compact = {"backend": "xgrammar", "disable_any_whitespace": True}
    return [
        "vllm", "serve", folder,
        "--served-model-name", "notes",
        "--host", "127.0.0.1", "--port", str(port),
        "--max-model-len", str(CONTEXT),
        "--gpu-memory-utilization", f"{utilisation:.2f}",
        "--enable-prefix-caching",
        "--enable-prompt-tokens-details",
        "--structured-outputs-config", json.dumps(compact),
    ]  # fmt: skip


def model_of(config: str, weights_bytes: int) -> Model:
    """Args: the text of config.json, and the size of the weight files."""
    values = json.loads(config)
    heads = values["num_attention_heads"]
    return Model(
        weights_mb=weights_bytes / 1e6,
        layers=values["num_hidden_layers"],
        key_value_heads=values.get("num_key_value_heads") or heads,
        head_size=values.get("head_dim") or values["hidden_size"] // heads,
    )
