"""Speech packed into windows that a recogniser reads at once, cut where nobody speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from consultation.engines import Span
from transcribe.speech import FRAME_SECONDS, Probabilities

LONGEST = 28.0
"""Seconds; Whisper reads 30."""
PAUSE = 2.0
"""Seconds of silence that end a window: Whisper invents text in long silences."""
PAD = 0.3
"""Seconds of silence kept on each side, if there are as many."""
_GRID = 0.01
"""Seconds; faster-whisper counts the start of a window in frames of 10 ms."""


@dataclass(frozen=True)
class Window:
    start: float
    end: float

    @property
    def duration(self) -> float:
        return self.end - self.start


def split_long(
    spans: Sequence[Span], probabilities: Probabilities, longest: float = LONGEST - 2 * PAD
) -> tuple[Span, ...]:
    """Cut speech without a pause where it is least like speech, in the last half of a window."""
    cut: list[Span] = []
    for span in spans:
        start = span.start
        while span.end - start > longest:
            first = int((start + longest / 2) / FRAME_SECONDS)
            last = int((start + longest) / FRAME_SECONDS)
            candidates = probabilities[first:last]
            at = (first + int(np.argmin(candidates)) + 0.5) * FRAME_SECONDS
            cut.append(Span(start=start, end=at))
            start = at
        cut.append(Span(start=start, end=span.end))
    return tuple(cut)


def pack(
    spans: Sequence[Span],
    duration: float,
    *,
    longest: float = LONGEST,
    pause: float = PAUSE,
    pad: float = PAD,
) -> tuple[Window, ...]:
    """Windows that hold all of ``spans`` and do not overlap.

    Args:
        spans: in order; none longer than ``longest - 2 * pad``.
        duration: of the recording, in seconds.
    """
    runs: list[tuple[float, float]] = []
    for span in spans:
        if (
            runs
            and span.end - runs[-1][0] <= longest - 2 * pad
            and span.start - runs[-1][1] < pause
        ):
            runs[-1] = (runs[-1][0], span.end)
        else:
            runs.append((span.start, span.end))
    windows = []
    for n, (start, end) in enumerate(runs):
        before = (runs[n - 1][1] + start) / 2 if n else 0.0
        after = (end + runs[n + 1][0]) / 2 if n + 1 < len(runs) else duration
        first = round(max(before, start - pad) / _GRID) * _GRID
        windows.append(Window(round(first, 2), min(after, end + pad)))
    return tuple(windows)


def spread(windows: Sequence[Window], count: int) -> tuple[Window, ...]:
    """At most ``count`` windows, from the beginning to the end, the longest near each place."""
    if len(windows) <= count:
        return tuple(windows)
    parts = np.array_split(np.arange(len(windows)), count)
    return tuple(
        max((windows[n] for n in part), key=lambda window: window.duration) for part in parts
    )
