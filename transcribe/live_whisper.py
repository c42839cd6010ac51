"""Whisper as a live session uses it: a quick reading, refused where it looks invented."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from consultation.audio import SAMPLE_RATE, Samples
from consultation.transcript import Word
from transcribe import guards, language, vocabulary
from transcribe.speech import speech_spans
from transcribe.whisper import FasterWhisper

_LOUD, _MAX_GAIN = 0.1, 30.0
_SURE = 6 * SAMPLE_RATE
"""Samples of speech after which the language is no longer looked for."""


class LiveWhisper:
    """``transcribe.live.Decode`` of one session; the model may be shared, one call at a time."""

    def __init__(self, model: FasterWhisper, spoken: str | None, wanted: Sequence[str]) -> None:
        self._model, self._language, self._sure = model, spoken, spoken is not None
        self._vocabulary = vocabulary.cut(wanted, model.count_tokens)
        self._hotwords = vocabulary.prompt(self._vocabulary)

    def __call__(self, piece: Samples, _start: float) -> tuple[Word, ...]:
        """Raises RecognitionFailed, UnsupportedLanguage."""
        piece = _louder(piece)
        if not self._sure or self._language is None:
            self._language, _ = language.decide([self._model.languages(piece)])
            self._sure = len(piece) >= _SURE
        spans = speech_spans(piece)
        # The vocabulary is what Whisper repeats when it hears nothing: left out the second time.
        for hotwords in dict.fromkeys((self._hotwords, "")):
            heard = self._model.follow(piece, self._language, hotwords)
            if guards.fault(heard, spans, self._vocabulary) is None:
                return tuple(w for w in heard.words if not guards.outside(w, spans))
        return ()


def _louder(piece: Samples) -> Samples:
    """A copy at the loudness that Whisper was trained on."""
    power = float(np.sqrt(np.mean(np.square(piece)))) if len(piece) else 0.0
    peak = float(np.abs(piece).max(initial=0.0))
    gain = min(_LOUD / power, _MAX_GAIN, 1.0 / peak) if power and peak else 1.0
    return np.asarray(piece * np.float32(gain), dtype=np.float32)
