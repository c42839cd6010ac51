"""Where somebody speaks: Silero's voice activity detector, which faster-whisper carries.

The recording is read in blocks, each with some seconds of the previous one in front, so that the
detector's memory is warm and ours does not grow with the recording. On silence, noise, hum, tones
and synthetic music it stays below the threshold, at any loudness.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import Span
from consultation.errors import EngineMissing
from consultation.weights import silence_telemetry
from consultation.wire import to_millisecond

FRAME = 512
"""Samples for which the detector gives one probability."""
FRAME_SECONDS = FRAME / SAMPLE_RATE
_BLOCK_FRAMES = 2_000
"""64 s."""
_WARM_FRAMES = 125
"""4 s."""

THRESHOLD = 0.5
"""Probability at which speech starts…"""
_RELEASE = 0.35
"""…and under which it ends."""
MIN_SILENCE = 0.2
"""Seconds; a shorter silence does not end a span."""
MIN_SPEECH = 0.1
"""Seconds; a shorter span is a click."""

Probabilities: TypeAlias = npt.NDArray[np.float32]
"""(frames,) in [0, 1]; one for each FRAME samples, the last one partly beyond the end."""


def speech_probabilities(samples: Samples) -> Probabilities:
    """``samples`` (n,), any length. Raises EngineMissing."""
    silence_telemetry()
    try:
        from faster_whisper.vad import get_vad_model
    except ImportError as error:
        raise EngineMissing(
            "The voice activity detector is not installed.",
            hint="pip install 'anamnese[embedded]'",
        ) from error
    model = get_vad_model()
    frames = -(-len(samples) // FRAME)
    if not frames:
        return np.zeros(0, dtype=np.float32)
    parts: list[Probabilities] = []
    for first in range(0, frames, _BLOCK_FRAMES):
        start = max(0, first - _WARM_FRAMES)
        stop = min(frames, first + _BLOCK_FRAMES)
        # One frame more, because the detector spoils the end of what it is given; and a copy.
        block = np.zeros((stop - start + 1) * FRAME, dtype=np.float32)
        piece = samples[start * FRAME : (stop + 1) * FRAME]
        block[: len(piece)] = piece
        probabilities = np.asarray(model(block), dtype=np.float32).reshape(-1)
        parts.append(probabilities[first - start : stop - start])
    return np.concatenate(parts)


def speech_spans(
    samples: Samples,
    *,
    threshold: float = THRESHOLD,
    min_silence: float = MIN_SILENCE,
    min_speech: float = MIN_SPEECH,
) -> tuple[Span, ...]:
    """Speech in ``samples`` (n,), in order, without overlap, to the frame of 32 ms."""
    probabilities = speech_probabilities(samples)
    return spans_of(
        probabilities,
        len(samples) / SAMPLE_RATE,
        threshold=threshold,
        min_silence=min_silence,
        min_speech=min_speech,
    )


def spans_of(
    probabilities: Probabilities,
    duration: float,
    *,
    threshold: float = THRESHOLD,
    min_silence: float = MIN_SILENCE,
    min_speech: float = MIN_SPEECH,
) -> tuple[Span, ...]:
    """Spans from probabilities, with hysteresis; ``duration`` in seconds cuts the last frame."""
    merged: list[tuple[int, int]] = []
    for start, stop in _runs(probabilities, threshold):
        if merged and (start - merged[-1][1]) * FRAME_SECONDS < min_silence:
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return tuple(
        Span(
            start=to_millisecond(start * FRAME_SECONDS),
            end=to_millisecond(min(duration, stop * FRAME_SECONDS)),
        )
        for start, stop in merged
        if (stop - start) * FRAME_SECONDS >= min_speech
    )


def _runs(probabilities: Probabilities, threshold: float) -> Iterator[tuple[int, int]]:
    """Frames [start, stop) from where the threshold is reached to where it is released."""
    release = min(_RELEASE, threshold)
    start: int | None = None
    for n, probability in enumerate(probabilities.tolist()):
        if start is None and probability >= threshold:
            start = n
        elif start is not None and probability < release:
            yield start, n
            start = None
    if start is not None:
        yield start, len(probabilities)


def spoken(spans: Sequence[Span], start: float, end: float) -> float:
    """Seconds of speech between two times."""
    return sum(max(0.0, min(end, span.end) - max(start, span.start)) for span in spans)
