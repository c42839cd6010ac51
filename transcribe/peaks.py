"""How loud a recording is over its time, for a player to draw."""

from __future__ import annotations

import numpy as np

from consultation.audio import SAMPLE_RATE, Waveform
from consultation.wire import Record

PER_SECOND = 10
_BLOCK = 600 * SAMPLE_RATE


class Peaks(Record):
    """``peaks[k]``: the loudest sample between ``k`` and ``k + 1`` parts of a second, from 0 to
    255; on a square root, so that quiet speech is seen beside loud."""

    duration_ms: int
    peaks_per_second: int
    peaks: tuple[int, ...]


def peaks(waveform: Waveform) -> Peaks:
    """Of (channels, samples) float32 in [-1, 1], the louder channel; memory-mapped ones are read in
    blocks."""
    window = SAMPLE_RATE // PER_SECOND
    found: list[int] = []
    samples = waveform.shape[1]
    for start in range(0, samples, _BLOCK):
        block = np.abs(np.asarray(waveform[:, start : start + _BLOCK])).max(axis=0)
        block = np.pad(block, (0, -len(block) % window))
        loudest = block.reshape(-1, window).max(axis=1)
        found += np.rint(255 * np.sqrt(np.clip(loudest, 0, 1))).astype(int).tolist()
    return Peaks(
        duration_ms=round(1000 * samples / SAMPLE_RATE),
        peaks_per_second=PER_SECOND,
        peaks=tuple(found),
    )
