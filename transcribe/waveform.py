"""Decoded samples on disk, so that memory does not grow with the recording.

Each channel is written to a file of its own while decoding, then the files are joined: a channel
is contiguous, and an engine that reads one channel touches no other.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from consultation.audio import SAMPLE_RATE, Samples, Waveform
from consultation.errors import DiskFull

BLOCK = 60 * SAMPLE_RATE
"""Samples that are worked on at once: 3.7 MiB."""
WAVEFORM_FILE = "waveform.f32"
MONO_FILE = "mono.f32"
_CEILING = 16.0
"""Louder samples (24 dB over full scale) are damage, and must not set the scale of the rest."""
_DEAD = 1e-6
"""A channel with less than this share of the other's energy (−60 dB) is not connected."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def writing() -> Iterator[None]:
    """Turn a disk without room into DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull("The disk is full: the decoded audio does not fit.") from error
        raise


class WaveformWriter:
    """Writes blocks of samples, then maps them as one Waveform; removes its files on error."""

    def __init__(self, folder: Path, channels: int) -> None:
        self._paths = [folder / WAVEFORM_FILE]
        self._paths += [folder / f"channel{n}.part" for n in range(1, channels)]
        self._stack = ExitStack()
        self._files: list[BinaryIO] = []
        self._peak = 0.0
        self.samples = 0
        """Written so far, in each channel."""

    @property
    def channels(self) -> int:
        return len(self._paths)

    def __enter__(self) -> Self:
        with writing():
            self._files = [self._stack.enter_context(path.open("wb")) for path in self._paths]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            return
        try:
            self._stack.close()
        except OSError:
            pass  # what could not be flushed is removed below; the first error is the one to tell
        finally:
            for path in self._paths:
                path.unlink(missing_ok=True)

    def write(self, block: Waveform) -> None:
        """``block`` (channels, n) float32. Values that are not numbers become silence."""
        clean = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(clean, -_CEILING, _CEILING, out=clean)
        if clean.shape[1]:
            self._peak = max(self._peak, float(np.abs(clean).max()))
        with writing():
            for file, channel in zip(self._files, clean, strict=True):
                file.write(np.ascontiguousarray(channel, dtype=np.float32).tobytes())
        self.samples += clean.shape[1]

    def silence(self, samples: int) -> None:
        while samples > 0:
            part = min(samples, BLOCK)
            self.write(np.zeros((self.channels, part), dtype=np.float32))
            samples -= part

    def finish(self) -> Waveform:
        """Shape (channels, samples), read-only, memory-mapped, within [-1, 1]."""
        with writing():
            for path in self._paths[1:]:
                self._files[0].flush()
                for file in self._files:
                    file.flush()
                with path.open("rb") as part:
                    shutil.copyfileobj(part, self._files[0], 4 * BLOCK)
            self._stack.close()
        for path in self._paths[1:]:
            path.unlink()
        shape = (self.channels, self.samples)
        if self._peak > 1.0:
            self._scale(shape)
        return np.memmap(self._paths[0], dtype=np.float32, mode="r", shape=shape)

    def _scale(self, shape: tuple[int, int]) -> None:
        # Recorders that write floats, and lossy codecs, go over full scale; clipping would distort.
        with writing():
            flat = np.memmap(self._paths[0], dtype=np.float32, mode="r+", shape=shape).reshape(-1)
            for start in range(0, len(flat), BLOCK):
                flat[start : start + BLOCK] /= self._peak
            del flat


def mix(waveform: Waveform, folder: Path) -> Samples:
    """Two channels as one, (samples,) memory-mapped in ``folder``; one channel is returned as is.

    The mean, except that a dead channel is left out, and that a channel which is the other upside
    down (a miswired cable) is turned over instead of cancelling it.
    """
    if len(waveform) == 1:
        only: Samples = waveform[0]
        return only
    left: Samples = waveform[0]
    right: Samples = waveform[1]
    energy_left = energy_right = product = 0.0
    for start in range(0, len(left), BLOCK):
        x = np.asarray(left[start : start + BLOCK], dtype=np.float64)
        y = np.asarray(right[start : start + BLOCK], dtype=np.float64)
        energy_left += float(x @ x)
        energy_right += float(y @ y)
        product += float(x @ y)
    if energy_right <= _DEAD * energy_left:
        return left
    if energy_left <= _DEAD * energy_right:
        return right
    correlation = product / (energy_left * energy_right) ** 0.5
    if correlation > 1 - 1e-9:
        return left
    sign = np.float32(-1 if correlation < -0.9 else 1)
    path = folder / MONO_FILE
    try:
        with writing(), path.open("wb") as file:
            for start in range(0, len(left), BLOCK):
                stop = start + BLOCK
                file.write(
                    ((left[start:stop] + np.float32(sign) * right[start:stop]) / 2).tobytes()
                )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return np.memmap(path, dtype=np.float32, mode="r", shape=left.shape)
