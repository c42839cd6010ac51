"""Interim speakers: the voices so far, told apart again whenever somebody paused.

The same embeddings and the same clustering as the diarisation of the whole
(``transcribe.clustering``), without its segmentation: people who speak at once are one of them.
Names stay with their voices from one look to the next; the final transcript may differ.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

from consultation.audio import SAMPLE_RATE, Samples
from transcribe.clustering import Floats, cluster_voices, unit

Embed = Callable[[Samples], Floats]
"""Sound of at least 0.4 s → (d,)."""
WINDOW = 1.5
HOP = 0.75
_SHORTEST = 0.5
_NEAR = 0.5
"""Seconds beside a window in which a word is still its voice's."""
_MOST = 2000
"""Windows, 25 minutes of speech; later words are given to the voices known by then."""


class Voices:
    """``add`` speech; ``speaker`` says whose it was, as far as is known."""

    def __init__(self, embed: Embed, *, most: int = 6) -> None:
        self._embed, self._most = embed, most
        self._spans: list[tuple[float, float]] = []
        self._vectors: list[Floats] = []
        self._middles: list[float] = []
        self._names: list[str] = []

    def add(self, start: float, samples: Samples) -> None:
        """Speech without a pause, which began ``start`` seconds into the recording and after what
        was added before."""
        length = len(samples) / SAMPLE_RATE
        if length < _SHORTEST or len(self._spans) >= _MOST:
            return
        count = 1 + max(0, round((length - WINDOW) / HOP))
        for at in np.linspace(0.0, max(0.0, length - WINDOW), count):
            piece = samples[round(at * SAMPLE_RATE) :][: round(WINDOW * SAMPLE_RATE)]
            vector = np.asarray(self._embed(piece), dtype=np.float64)
            if np.isfinite(vector).all():
                self._spans.append((start + at, start + at + len(piece) / SAMPLE_RATE))
                self._middles.append(sum(self._spans[-1]) / 2)
                self._vectors.append(unit(vector))
        if self._vectors:
            self._tell_apart()

    def speaker(self, start: float, end: float) -> str | None:
        """Of a word; None where no voice was heard near it."""
        middle = (start + end) / 2
        after = bisect_left(self._middles, middle)
        near = [n for n in (after - 1, after) if 0 <= n < len(self._middles)]
        if not near:
            return None
        best = min(near, key=lambda n: abs(self._middles[n] - middle))
        first, last = self._spans[best]
        return self._names[best] if first - _NEAR <= middle <= last + _NEAR else None

    def _tell_apart(self) -> None:
        starts = np.array([start for start, _ in self._spans])
        labels = cluster_voices(np.stack(self._vectors), starts, apart=WINDOW, maximum=self._most)
        self._names = _named(labels.tolist(), self._names)


def _named(labels: list[int], before: list[str]) -> list[str]:
    """Names for clusters, such that as many windows as possible keep theirs."""
    known = sorted(set(before), key=lambda name: int(name[1:]))
    count = max(labels) + 1
    shared = np.zeros((count, len(known)))
    for label, name in zip(labels, before, strict=False):
        shared[label, known.index(name)] += 1
    rows, columns = linear_sum_assignment(shared, maximize=True)
    names = {
        int(row): known[column]
        for row, column in zip(rows, columns, strict=True)
        if shared[row, column]
    }
    number = max((int(name[1:]) for name in known), default=0)
    for label in labels:
        if label not in names:
            number += 1
            names[label] = f"S{number}"
    return [names[label] for label in labels]
