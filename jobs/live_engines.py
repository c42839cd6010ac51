"""What a live session hears with: the models of the settings, or a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import Span
from consultation.errors import EngineMissing, WeightsError
from consultation.settings import Settings
from consultation.transcript import Word
from consultation.weights import locate
from jobs.models import load_recognizer
from jobs.service_settings import ServiceSettings
from transcribe.live import Decode, Detect
from transcribe.live_voices import Embed

_EACH = 0.4
"""Seconds that a scripted word takes."""


class LiveModels(Protocol):
    """Loaded once, shared by the sessions of one process, one call at a time."""

    def decoder(self, language: str | None, vocabulary: Sequence[str]) -> Decode: ...
    def detector(self) -> Detect: ...
    def embedder(self) -> Embed | None:
        """None where voices cannot be told apart: speakers are then unknown until the end."""
        ...


class RealLiveModels:
    def __init__(self, settings: Settings) -> None:
        """Raises EngineMissing, WeightsError."""
        from transcribe.whisper import FasterWhisper

        model = load_recognizer(settings)
        assert isinstance(model, FasterWhisper)
        self.recognizer = model
        self._embed = _embedder(settings)

    def decoder(self, language: str | None, vocabulary: Sequence[str]) -> Decode:
        from transcribe.live_whisper import LiveWhisper

        return LiveWhisper(self.recognizer, language, vocabulary)

    def detector(self) -> Detect:
        from transcribe.speech import speech_spans

        return speech_spans

    def embedder(self) -> Embed | None:
        return self._embed


class ScriptedLiveModels:
    """The script's words, one after the other, whatever is heard."""

    def __init__(self, service: ServiceSettings) -> None:
        from transcribe.scripted import DIALOGUE

        path = service.scripted_dialogue
        lines = path.read_text("utf-8").splitlines() if path else DIALOGUE
        self._words = " ".join(lines).split()

    def decoder(self, _language: str | None, _vocabulary: Sequence[str]) -> Decode:
        def decode(piece: Samples, start: float) -> tuple[Word, ...]:
            end = start + len(piece) / SAMPLE_RATE
            return tuple(
                Word(text=text, start=n * _EACH - start, end=(n + 1) * _EACH - start, probability=1)
                for n, text in enumerate(self._words)
                if n * _EACH >= start and (n + 1) * _EACH <= end
            )

        return decode

    def detector(self) -> Detect:
        return lambda samples: (Span(start=0.0, end=len(samples) / SAMPLE_RATE),)

    def embedder(self) -> Embed | None:
        return None


def _embedder(settings: Settings) -> Embed | None:
    try:
        weights = locate("campplus", settings) / "campplus_cn_en_common.pt"
        from transcribe.diarize import load_libraries

        load_libraries()
        import torch

        from transcribe.campplus import CAMPPlusEmbedding
        from transcribe.clustering import Floats

        model = CAMPPlusEmbedding(weights)
    except (EngineMissing, WeightsError):
        return None
    torch.set_num_threads(settings.diarization_threads)

    def embed(samples: Samples) -> Floats:
        with torch.inference_mode():
            frames = model.frames(torch.from_numpy(samples))
            pooled: Floats = model.pool(frames, frames.new_ones(1, frames.shape[1]))[0].numpy()
            return pooled

    return embed


def live_models(settings: Settings, service: ServiceSettings) -> LiveModels:
    """Raises EngineMissing, WeightsError."""
    if service.engines == "models":
        return RealLiveModels(settings)
    return ScriptedLiveModels(service)
