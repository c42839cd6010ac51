"""A recogniser and a diariser whose finished work is kept, so that a killed job goes on after it.

They stand before the real ones and have their interface. What they heard is stored, encrypted,
under a digest of the samples and of everything that changes the result, until the transcript is
there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from consultation.audio import Samples
from consultation.engines import (
    Diarization,
    Diarizer,
    Progress,
    Recognition,
    Recognizer,
    SpeakerCount,
    no_progress,
)
from consultation.provenance import ModelUse

Load = Callable[[str, str], bytes | None]
"""(kind, name) → what was stored."""
Save = Callable[[str, str, bytes], None]


class DurableRecognizer:
    def __init__(self, make: Callable[[], Recognizer], settings: str, load: Load, save: Save):
        self._make, self._settings, self._load, self._save = make, settings, load, save

    def models(self) -> tuple[ModelUse, ...]:
        return self._make().models()

    def recognize(
        self,
        samples: Samples,
        *,
        language: str | None,
        vocabulary: Sequence[str],
        progress: Progress = no_progress,
    ) -> Recognition:
        name = _digest(samples, self._settings, language, *vocabulary)
        kept = self._load("recognition", name)
        if kept is not None:
            return Recognition.model_validate_json(kept)
        heard = self._make().recognize(
            samples, language=language, vocabulary=vocabulary, progress=progress
        )
        self._save("recognition", name, heard.model_dump_json(by_alias=True).encode())
        return heard


class DurableDiarizer:
    def __init__(self, make: Callable[[], Diarizer], settings: str, load: Load, save: Save):
        self._make, self._settings, self._load, self._save = make, settings, load, save

    def models(self) -> tuple[ModelUse, ...]:
        return self._make().models()

    def diarize(
        self, samples: Samples, *, speakers: SpeakerCount, progress: Progress = no_progress
    ) -> Diarization:
        name = _digest(samples, self._settings, speakers.model_dump_json())
        kept = self._load("diarization", name)
        if kept is not None:
            return Diarization.model_validate_json(kept)
        who = self._make().diarize(samples, speakers=speakers, progress=progress)
        self._save("diarization", name, who.model_dump_json(by_alias=True).encode())
        return who


def _digest(samples: Samples, *parts: str | None) -> str:
    digest = hashlib.sha256(repr(parts).encode())
    digest.update(np.ascontiguousarray(samples).data)
    return digest.hexdigest()
