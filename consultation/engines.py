"""One Protocol per capability; an engine implements it, the pipeline knows nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from pydantic import Field

from consultation.audio import Samples
from consultation.provenance import ModelUse
from consultation.transcript import Gap, Turn, Word
from consultation.wire import Record


class Progress(Protocol):
    """Called by a long step; composable, because it is only a function."""

    def __call__(self, step: str, completed: float, total: float) -> None: ...


def no_progress(step: str, completed: float, total: float) -> None:
    """The Progress that says nothing."""


class Span(Record):
    """Speech, by voice activity detection; seconds."""

    start: float = Field(ge=0)
    end: float = Field(ge=0)


class Recognition(Record):
    """What a recogniser heard: words in order of time, and the speech it has no words for."""

    language: str
    language_probability: float = Field(ge=0, le=1)
    words: tuple[Word, ...]
    speech: tuple[Span, ...]
    gaps: tuple[Gap, ...]


class SpeakerCount(Record):
    """What the caller knows of the number of speakers; None means unknown."""

    exact: int | None = Field(default=None, ge=1, le=20)
    minimum: int | None = Field(default=None, ge=1, le=20)
    maximum: int | None = Field(default=None, ge=1, le=20)


class Diarization(Record):
    """Turns with overlap (what RTTM shows) and without (what words are given to).

    Speakers are named S1, S2… in order of first speech.
    """

    turns: tuple[Turn, ...]
    exclusive: tuple[Turn, ...]


class Message(Record):
    role: Literal["system", "user", "assistant"]
    content: str


class Request(Record):
    """One constrained generation."""

    messages: tuple[Message, ...]
    json_schema: dict[str, Any]
    """The answer must validate against it; engines enforce it while decoding."""
    max_tokens: int = Field(gt=0)
    temperature: float = Field(default=0.0, ge=0)
    seed: int = 0
    fixed: int = Field(default=0, ge=0)
    """How many of the first messages are the same for every consultation (instructions, examples).
    They must hold nothing that anybody said: an engine may keep on disk what it read of them."""


class Completion(Record):
    """An engine's answer; ``length`` means truncated, and is never used as an answer."""

    text: str
    finish_reason: Literal["stop", "length"]
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


class Recognizer(Protocol):
    """Speech to words."""

    def models(self) -> tuple[ModelUse, ...]: ...

    def recognize(
        self,
        samples: Samples,
        *,
        language: str | None,
        vocabulary: Sequence[str],
        progress: Progress = no_progress,
    ) -> Recognition:
        """``samples`` (n,) float32 16 kHz. ``language`` None: detect. Raises RecognitionFailed."""
        ...


class Diarizer(Protocol):
    """Who speaks when."""

    def models(self) -> tuple[ModelUse, ...]: ...

    def diarize(
        self, samples: Samples, *, speakers: SpeakerCount, progress: Progress = no_progress
    ) -> Diarization:
        """``samples`` (n,) float32 16 kHz. No speech: no turns. Raises DiarizationFailed."""
        ...


class LanguageModel(Protocol):
    """Text under a JSON schema."""

    parallel: int
    """How many requests it serves at once with profit; 1 for one that does not batch."""

    def models(self) -> tuple[ModelUse, ...]: ...

    def context_tokens(self) -> int:
        """Prompt and answer together must fit in this many tokens."""
        ...

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the messages as the model reads them, its chat template included."""
        ...

    def complete(self, request: Request) -> Completion:
        """Raises EngineUnavailable, EngineFailed or ContextOverflow; safe to call from threads."""
        ...

    def close(self) -> None:
        """Release what the engine holds; may be called twice."""
        ...
