"""Whisper's encoder over as much sound as there is, not over 30 seconds.

Filled up with silence to 30 s, a short window costs as much as a long one, and whisper-base ends
it at the first full stop. CTranslate2 takes fewer frames. docs/adr/0044 has the figures.
"""

from __future__ import annotations

from typing import Any

from faster_whisper import BatchedInferencePipeline

FRAMES_PER_SECOND = 100
_MOST = 3000
_AFTER = 1.0
"""Seconds of silence that are left after the sound."""


class ShortContext(BatchedInferencePipeline):  # type: ignore[misc, unused-ignore]
    """One window at a time; ``fit`` before each."""

    _frames = _MOST

    def fit(self, seconds: float) -> None:
        wanted = round((seconds + _AFTER) * FRAMES_PER_SECOND / 2) * 2
        self._frames = min(_MOST, wanted)
        # Each window starts at zero; the time of the one before must not shift its words.
        self.last_speech_timestamp = 0.0

    def generate_segment_batched(self, features: Any, tokenizer: Any, options: Any) -> Any:
        short = features[..., : self._frames]
        return super().generate_segment_batched(short, tokenizer, options)
