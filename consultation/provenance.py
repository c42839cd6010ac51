"""What made a result: enough to explain it later and, with the same weights, to make it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter

from pydantic import Field

from consultation.wire import Record, Seconds, ms, to_millisecond


class Quality(StrEnum):
    draft = "draft"
    """Made by the small embedded models: to be read with suspicion."""
    standard = "standard"
    rules = "rules"
    """A note whose sentences code filed as they were said, without a language model."""


class ModelUse(Record):
    """A model that took part in a result."""

    task: str
    """recognition, segmentation, embedding, generation, voice-activity"""
    name: str
    sha256: str | None = None
    """Of the weight file; None when a server holds the weights."""
    engine: str
    """Library and version, such as ``faster-whisper 1.2.1``."""


class Step(Record):
    """One step of the pipeline and what it cost."""

    name: str
    duration: Seconds = ms("duration")
    real_time_factor: float | None = None
    """Duration of the step over duration of the audio; None where there is no audio."""
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    completion_tokens: int | None = None


class Provenance(Record):
    """Written into every result."""

    product: str = "anamnese"
    version: str
    created: str
    """UTC, ISO 8601."""
    quality: Quality
    ai_generated: bool = True
    notice: str
    """One sentence for the reader: machine-made, of what quality, to be verified."""
    models: tuple[ModelUse, ...] = ()
    prompts: dict[str, str] = Field(default_factory=dict)
    """Prompt file → sha256."""
    lexicons: dict[str, str] = Field(default_factory=dict)
    """Lexicon file → sha256, of those that corrected words; empty when correction is off."""
    settings_sha256: str
    libraries: dict[str, str] = Field(default_factory=dict)
    input_sha256: str
    seed: int | None = None
    steps: tuple[Step, ...] = ()


NOTICES = {
    "fr": {
        Quality.draft: (
            "Brouillon produit par de petits modèles d'intelligence artificielle : "
            "qualité limitée, à relire entièrement et à corriger avant tout usage."
        ),
        Quality.standard: (
            "Texte produit par une intelligence artificielle : à relire et à valider par un "
            "professionnel de santé avant tout usage."
        ),
        Quality.rules: (
            "Phrases d'une transcription automatique, classées par des règles sans modèle de "
            "langage : à relire entièrement et à corriger avant tout usage."
        ),
    },
    "en": {
        Quality.draft: (
            "Draft made by small artificial-intelligence models: limited quality, to be read in "
            "full and corrected before any use."
        ),
        Quality.standard: (
            "Text made by artificial intelligence: to be read and validated by a healthcare "
            "professional before any use."
        ),
        Quality.rules: (
            "Sentences of an automatic transcript, filed by rules without a language model: to be "
            "read in full and corrected before any use."
        ),
    },
}
"""The sentence that every result carries, in the language of the consultation."""

LIBRARIES = (
    "anamnese",
    "av",
    "ctranslate2",
    "faster-whisper",
    "pyannote.audio",
    "torch",
    "transformers",
    "xllamacpp",
)


def libraries() -> dict[str, str]:
    """Versions of the libraries that can change a result, of those installed."""
    return {name: found for name in LIBRARIES if (found := _installed(name)) is not None}


@cache
def _installed(name: str) -> str | None:
    """Its version, that of when it was first asked for: a file is read and parsed for it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def provenance(
    *,
    language: str,
    quality: Quality,
    settings_sha256: str,
    input_sha256: str,
    models: tuple[ModelUse, ...],
    prompts: dict[str, str] | None = None,
    lexicons: dict[str, str] | None = None,
    seed: int | None = None,
    steps: tuple[Step, ...] = (),
) -> Provenance:
    """Provenance of a result made now, by this version, with the libraries installed."""
    return Provenance(
        version=_installed("anamnese") or version("anamnese"),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        quality=quality,
        notice=NOTICES.get(language, NOTICES["en"])[quality],
        models=models,
        prompts=prompts or {},
        lexicons=lexicons or {},
        settings_sha256=settings_sha256,
        libraries=libraries(),
        input_sha256=input_sha256,
        seed=seed,
        steps=steps,
    )


class StepClock:
    """Times the steps of one run.

    >>> clock = StepClock()
    >>> with clock.step("decode"): ...
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._audio: float | None = None

    def audio_lasts(self, seconds: float) -> None:
        """From now on, and for the steps before, costs are also factors of the audio's length."""
        self._audio = seconds
        done, self.steps = self.steps, []
        for step in done:
            self.add(step.name, step.duration)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Raises what its body raises; only finished steps are recorded."""
        start = perf_counter()
        yield
        self.add(name, perf_counter() - start)

    def add(self, name: str, seconds: float) -> None:
        factor = round(seconds / self._audio, 4) if self._audio else None
        self.steps.append(
            Step(name=name, duration=to_millisecond(seconds), real_time_factor=factor)
        )
