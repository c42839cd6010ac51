"""Every knob, in one class. Only entry points (CLI, API, workers, tests) build it."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path
from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from consultation.provenance import Quality

_CHANGES: dict[str, set[str]] = {
    "transcript": {
        "profile",
        "device",
        "recognizer",
        "beam_size",
        "batch_size",
        "language_detection_windows",
        "correction",
        "vocabulary",
        "seed",
    },
    "summary": {
        "llm",
        "llm_context",
        "llamacpp_model",
        "vllm_model",
        "transformers_model",
        "summary_strategy",
        "judge",
        "seed",
    },
}


class Settings(BaseSettings):
    """Read from the environment: ``ANAMNESE_`` and the field's name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="ANAMNESE_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
    )

    profile: Literal["embedded", "gpu"] = "embedded"
    """embedded: small models on the CPU, draft quality. gpu: large models and a vLLM server."""

    weights_folder: Path | None = None
    """A folder with weights laid out as in the cache; looked at first (a hospital's mirror)."""
    cache_folder: Path = Field(default_factory=lambda: user_cache_path("anamnese"))
    """Where verified weights are kept."""
    hub: bool = False
    """Allow downloads from the model hub. Off: no connection is ever opened to it."""

    max_duration_hours: float = Field(default=4.0, gt=0)
    """A longer recording is refused before it is decoded."""
    threads: int = Field(default=2, ge=1)
    """CPU threads for recognition and generation."""
    diarization_threads: int = Field(default=1, ge=1)
    """torch threads for diarisation; more than one is slower on busy cores."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where recognition and diarisation run; auto takes a card for recognition if there is one."""

    recognizer: Literal["whisper-base", "large-v3-turbo", "large-v3"] = "whisper-base"
    """Whisper weights; the large ones come from a folder or the hub."""
    beam_size: int = Field(default=5, ge=1)
    """Hypotheses that recognition keeps."""
    batch_size: int = Field(default=4, ge=1)
    """Windows of 30 s that are recognised together."""
    language_detection_windows: int = Field(default=4, ge=1)
    """Windows over the recording that vote on its language."""

    correction: bool = True
    """Correct misrecognised names of drugs and medical terms, each shown and undoable."""
    vocabulary: tuple[str, ...] = ()
    """Names that this organisation says often, as a JSON list; after the patient's own."""

    ocr_command: str | None = None
    """What reads scanned pages: tesseract {image} stdout -l fra+eng tsv; with tsv it tells how sure
    each word is. None: they are reported as unreadable. It is run without a shell, bounded in time,
    memory and output."""

    llm: Literal["llamacpp", "vllm", "transformers"] = "llamacpp"
    """Which engine writes notes."""
    llm_context: int = Field(default=8192, ge=1024)
    """Tokens of context to give the embedded engines; a server tells its own."""
    llamacpp_model: str | None = None
    """A GGUF file; None takes the packaged weights."""
    vllm_url: HttpUrl | None = None
    """Base URL of the OpenAI-compatible server, such as http://127.0.0.1:8000/v1. No default."""
    vllm_model: str | None = None
    """Its name on the server; None takes the only one served."""
    vllm_api_key: SecretStr | None = None
    """Bearer token for the server. No default."""
    vllm_timeout: float = Field(default=120.0, gt=0)
    """Seconds for one request."""
    vllm_parallel: int = Field(default=8, ge=1)
    """Sections asked for at once."""
    transformers_model: str | None = None
    """A local folder or GGUF file; None takes the packaged weights."""
    seed: int = 0
    """Of generation."""

    summary_strategy: Literal["auto", "sections", "exchanges", "rules"] = "auto"
    """sections: the whole consultation, a section at a time (large models). exchanges: a sentence
    at a time (small models). rules: the sentences themselves, filed by code, without any model.
    auto: exchanges with the packaged weights, sections otherwise."""

    judge: bool = False
    """Ask the language model once more, statement by statement, whether the quotes say so. Its
    answer is a warning beside the statement and never overrides what code found."""

    research: bool = False
    """Allow the research functions (trial pre-screening, factors of toxicity, efficacy): not
    validated for care, labelled so on every output."""

    @property
    def small_language_model(self) -> bool:
        """Whether notes come from the packaged weights."""
        return self.llm == "llamacpp" or (
            self.llm == "transformers" and self.transformers_model is None
        )

    @property
    def strategy(self) -> Literal["sections", "exchanges", "rules"]:
        if self.summary_strategy != "auto":
            return self.summary_strategy
        return "exchanges" if self.small_language_model else "sections"

    @property
    def transcript_quality(self) -> Quality:
        return Quality.draft if self.recognizer == "whisper-base" else Quality.standard

    @property
    def summary_quality(self) -> Quality:
        if self.strategy == "rules":
            return Quality.rules
        return Quality.draft if self.small_language_model else Quality.standard

    def digest(self, task: Literal["transcript", "summary"]) -> str:
        """sha256 of this version and of the settings that change a result of this task.

        Where files are, secrets, threads and time limits change none, and are left out.
        """
        values = self.model_dump(mode="json", include=_CHANGES[task])
        content = json.dumps({"version": version("anamnese"), **values}, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()
