"""What is known of a recording, and the samples that the engines read."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from consultation.wire import Record, Seconds, ms

SAMPLE_RATE = 16_000
"""Hz. Every engine reads 16 kHz; decoding resamples once."""

Samples: TypeAlias = npt.NDArray[np.float32]
"""One channel: shape (samples,), float32 in [-1, 1], at SAMPLE_RATE."""

Waveform: TypeAlias = npt.NDArray[np.float32]
"""All channels: shape (channels, samples), float32, at SAMPLE_RATE; usually memory-mapped."""


class Recording(Record):
    """Facts about one input file; never its name, which may identify a patient."""

    sha256: str
    """Of the file as received."""
    container: str
    """As FFmpeg calls it: wav, mp3, ``mov,mp4,m4a,…``, ogg, ``matroska,webm``…"""
    codec: str
    sample_rate: int
    """Hz, before resampling."""
    channels: int
    duration: Seconds = ms("duration")
    """Of the decoded audio."""
