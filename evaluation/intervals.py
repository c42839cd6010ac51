"""How far a pooled rate could lie from itself, had other recordings of the same kind been measured.

Recordings are drawn again with replacement (the bootstrap of Efron): words of one recording share
its microphone and voices, so a recording, not a word, is what is drawn. Few recordings give wide
intervals; that is what they are for. Bisani and Ney, "Bootstrap estimates for confidence intervals
in ASR performance evaluation", ICASSP 2004.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from consultation.wire import Record

DRAWS = 2000
LEVEL = 0.95
LEAST = 3
"""Recordings under which an interval would say nothing."""

Counts = tuple[float, float]
"""Errors (or hits), and what they are counted over."""


class Interval(Record):
    low: float
    high: float
    recordings: int


class Difference(Record):
    """A rate of the same recordings in two runs: after minus before."""

    before: float
    after: float
    difference: float
    low: float | None
    high: float | None
    """Of the difference, at 95 %; None under three recordings."""
    chance: float | None
    """Two-sided share of draws whose difference has the other sign or none: under 0.05 is
    called significant."""
    recordings: int

    @property
    def significant(self) -> bool:
        return self.chance is not None and self.chance < 1 - LEVEL


def interval(counts: Sequence[Counts], *, seed: int = 0) -> Interval | None:
    """Of the pooled rate, at 95 %; None under three recordings or when there is nothing to count
    over."""
    kept = np.array([one for one in counts if one[1] > 0], dtype=float).reshape(-1, 2)
    if len(kept) < LEAST:
        return None
    low, high = np.quantile(_rates(kept, _draws(len(kept), seed)), _tails())
    return Interval(low=float(low), high=float(high), recordings=len(kept))


def difference(
    before: Sequence[Counts], after: Sequence[Counts], *, seed: int = 0
) -> Difference | None:
    """The two of the same recordings, in the same order: each draw takes both. None when there
    is nothing to count over. Raises ValueError when they are not pairs."""
    if len(before) != len(after):
        raise ValueError("two runs are compared over the same recordings")
    kept = [(b, a) for b, a in zip(before, after, strict=True) if b[1] > 0 and a[1] > 0]
    if not kept:
        return None
    first, second = (np.array([pair[side] for pair in kept], dtype=float) for side in (0, 1))
    was, now = (float(one[:, 0].sum() / one[:, 1].sum()) for one in (first, second))
    low = high = chance = None
    if len(kept) >= LEAST:
        draws = _draws(len(kept), seed)
        gaps = _rates(second, draws) - _rates(first, draws)
        low, high = (float(edge) for edge in np.quantile(gaps, _tails()))
        # The draw itself counts as one: a chance of exactly 0 cannot be known from draws.
        lower, upper = float((gaps <= 0).sum() + 1), float((gaps >= 0).sum() + 1)
        chance = min(1.0, 2 * min(lower, upper) / (len(gaps) + 1))
    return Difference(
        before=was,
        after=now,
        difference=now - was,
        low=low,
        high=high,
        chance=chance,
        recordings=len(kept),
    )


def _draws(count: int, seed: int) -> NDArray[np.int64]:
    """Shape (DRAWS, count): the recordings of each draw."""
    return np.random.default_rng(seed).integers(0, count, size=(DRAWS, count))


def _rates(counts: NDArray[np.float64], draws: NDArray[np.int64]) -> NDArray[np.float64]:
    """Shape (DRAWS,)."""
    sums = counts[draws].sum(axis=1)
    rates: NDArray[np.float64] = sums[:, 0] / sums[:, 1]
    return rates


def _tails() -> tuple[float, float]:
    tail = (1 - LEVEL) / 2
    return tail, 1 - tail
