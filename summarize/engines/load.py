"""The language model that the settings ask for."""

from __future__ import annotations

from pathlib import Path

from consultation.engines import LanguageModel
from consultation.errors import WeightsMissing
from consultation.settings import Settings
from consultation.weights import locate
from summarize.by_rules import NoModel

PACKAGED = "qwen2.5-coder-1.5b-instruct"
"""The weights that the embedded engines take unless a setting names others."""


def load_language_model(settings: Settings) -> LanguageModel:
    """Ready to be asked; the caller closes it.

    Raises EngineMissing, WeightsError, or InvalidOption for settings that cannot be meant.
    """
    if settings.strategy == "rules":
        return NoModel()
    if settings.llm == "llamacpp":
        from summarize.engines.llamacpp import LlamaCpp

        model = settings.llamacpp_model
        return LlamaCpp(
            Path(model) if model else _packaged(settings),
            context=settings.llm_context,
            threads=settings.threads,
            openings=settings.cache_folder / "openings",
        )
    if settings.llm == "transformers":
        from summarize.engines.transformers import Transformers

        model = settings.transformers_model
        return Transformers(
            Path(model) if model else _packaged(settings),
            context=settings.llm_context,
            threads=settings.threads,
            device=settings.device,
        )
    from summarize.engines.vllm import VLLM

    return VLLM(
        str(settings.vllm_url) if settings.vllm_url else None,
        model=settings.vllm_model,
        api_key=settings.vllm_api_key,
        timeout=settings.vllm_timeout,
        parallel=settings.vllm_parallel,
        context=settings.llm_context,
    )


def _packaged(settings: Settings) -> Path:
    return gguf_file(locate(PACKAGED, settings))


def gguf_file(folder: Path) -> Path:
    """The one GGUF file of a folder. Raises WeightsMissing if there is none, or several."""
    files = sorted(folder.glob("*.gguf"))
    if len(files) != 1:
        raise WeightsMissing(f"the folder of {PACKAGED} holds {len(files)} GGUF files, not one")
    return files[0]
