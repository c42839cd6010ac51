"""Stereo in which each channel is one speaker's microphone.

Such a recording needs no diarisation: who speaks is known. The evidence is the level. When one
person speaks, a microphone of their own is much louder than the other's; in a room recorded by one
device, and in mono copied to two channels, it is not. Correlation does not tell: what leaks from
one microphone to the other is the same voice, only weaker.

The difference of the levels then has two modes, one for each speaker, twice the leak apart; their
middle is the difference of the two gains. Each channel's noise floor is taken out first.

Where the other channel is louder, a channel's speech is either a leak or somebody who speaks at the
same time: a leak is weaker than that person's own voice, or correlated with the other channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import Field

from consultation.audio import SAMPLE_RATE, Waveform
from consultation.engines import Diarization, Span
from consultation.transcript import Turn
from consultation.wire import Record
from transcribe.speech import FRAME, FRAME_SECONDS, Probabilities, spans_of
from transcribe.waveform import BLOCK, writing

Spans: TypeAlias = Sequence[Span]
Levels: TypeAlias = npt.NDArray[np.float64]
"""(channels, frames) mean power of FRAME samples."""
Decibels: TypeAlias = npt.NDArray[np.float64]
"""(frames,)."""
Mask: TypeAlias = npt.NDArray[np.bool_]
"""(frames,)."""

SEPARATION = 16.0
"""dB between the modes: microphones that leak −8 dB or less. More is left to diarisation."""
_MAX_GAIN = 15.0
"""dB by which the gains of the two microphones are believed to differ at most."""
_MAX_DIFFERENCE = 40.0
"""dB; beyond, it is only the silence of a digital channel."""
_LEAK = 5.0
"""dB beyond the middle, on the other's side, at which speech may be a leak."""
_WEAKER = 6.0
"""dB under the speaker's own voice…"""
_CORRELATED = 0.5
"""…or correlation with the other channel, that make it one."""
_CORRELATION_FRAMES = 8
"""Frames (0.26 s) over which correlation is measured…"""
_LAG = SAMPLE_RATE // 100
"""…at lags up to 10 ms, the sound's way of 3.4 m."""
_DECISIVE_SHARE = 0.7
"""Of the speech that must be clearly on one side; the rest is overlap."""
_QUIET_SHARE = 0.03
"""Of the speech that must be the quieter person's…"""
_QUIET_SECONDS = 1.5
"""…and its least duration."""
_SMOOTH = 7
"""Frames (0.2 s) over which power is averaged: shorter than a word."""
_FLOOR = 10
"""Percentile of all levels that is a channel's noise."""
_TINY = 1e-12
_TURN_SILENCE = 0.5
"""Seconds of silence within a turn."""


class ChannelDecision(Record):
    """Whether each channel is one speaker."""

    separate: bool
    confidence: float = Field(ge=0, le=1)
    why: str
    """One sentence with the figures it rests on."""
    speech: tuple[tuple[Span, ...], tuple[Span, ...]]
    """Each channel's own speech, without what leaks from the other, as far as levels tell: for a
    caller who knows that the channels are separate, whatever the decision."""


def separate_speakers(waveform: Waveform, speech: tuple[Spans, Spans]) -> ChannelDecision:
    """Decide from levels during speech.

    Args:
        waveform: (2, samples) at SAMPLE_RATE.
        speech: by voice activity detection on each channel.
    """
    given = (tuple(speech[0]), tuple(speech[1]))
    levels = _levels(waveform)
    active = np.stack([_mask(spans, levels.shape[1]) for spans in speech])
    anyone = active.any(axis=0)
    if not active.any(axis=1).all():
        return _joint(1.0, "One channel or both hold no speech.", given)

    difference = _difference(levels)
    low, high = _modes(difference[anyone])
    middle = float(np.clip((low + high) / 2, -_MAX_GAIN, _MAX_GAIN))
    side = difference - middle
    clear = (high - low) / 4
    total = int(anyone.sum())
    shares = [float((on & anyone).sum()) / total for on in (side > clear, side < -clear)]
    decisive, quieter = sum(shares), min(shares)
    why = (
        f"Levels differ by {high:.0f} or {low:.0f} dB; clearly the left in {shares[0]:.0%} of the "
        f"speech, the right in {shares[1]:.0%}."
    )
    own = given
    if high - low > 2 * _LEAK:
        copied = _correlation(waveform, levels.shape[1]) > _CORRELATED
        own = (
            _spans(active[0] & ~_leaks(levels[0], side, active[0], copied), waveform),
            _spans(active[1] & ~_leaks(levels[1], -side, active[1], copied), waveform),
        )
    if high - low < SEPARATION:
        return _joint(1 - (high - low) / SEPARATION / 2, why, own)
    if quieter * total * FRAME_SECONDS < _QUIET_SECONDS or quieter < _QUIET_SHARE:
        return _joint(1 - min(1.0, quieter / _QUIET_SHARE) / 2, why, own)
    if decisive < _DECISIVE_SHARE:
        return _joint(1 - decisive / _DECISIVE_SHARE / 2, why, own)
    return ChannelDecision(
        separate=True, confidence=round(min(1.0, decisive), 2), why=why, speech=own
    )


def _joint(confidence: float, why: str, speech: tuple[tuple[Span, ...], ...]) -> ChannelDecision:
    return ChannelDecision(
        separate=False, confidence=round(confidence, 2), why=why, speech=(speech[0], speech[1])
    )


def only_own_speech(
    waveform: Waveform, speech: tuple[Spans, Spans], folder: Path, *, margin: float = 0.25
) -> Waveform:
    """The same channels with silence where their speaker does not speak, memory-mapped.

    Without this, what leaks from one microphone to the other would be recognised twice.

    Args:
        waveform: (2, samples).
        speech: each channel's own, from separate_speakers.
        folder: temporary, the caller's.
        margin: seconds kept around each span.

    Raises:
        DiskFull.
    """
    path = folder / "own.f32"
    length = waveform.shape[1]
    with writing():
        with path.open("wb") as file:
            for channel, spans in zip(waveform, speech, strict=True):
                edges = [
                    (int((s.start - margin) * SAMPLE_RATE), int((s.end + margin) * SAMPLE_RATE))
                    for s in spans
                ]
                for start in range(0, length, BLOCK):
                    stop = min(length, start + BLOCK)
                    kept = np.zeros(stop - start, dtype=np.float32)
                    for first, last in edges:
                        a, b = max(start, first, 0), min(stop, last)
                        if a < b:
                            kept[a - start : b - start] = channel[a:b]
                    file.write(kept.tobytes())
        return np.memmap(path, dtype=np.float32, mode="r", shape=waveform.shape)


def channel_turns(speech: tuple[Spans, Spans]) -> Diarization:
    """Turns of each channel's speaker; S1 is the first to speak. Both may speak at once.

    In ``exclusive``, who began first keeps the floor until the end of the turn.
    """
    firsts = [spans[0].start if spans else float("inf") for spans in speech]
    names = ("S1", "S2") if firsts[0] <= firsts[1] else ("S2", "S1")
    turns: list[Turn] = []
    for name, spans in zip(names, speech, strict=True):
        own: list[Turn] = []
        for span in spans:
            if own and span.start - own[-1].end < _TURN_SILENCE:
                own[-1] = Turn(speaker=name, start=own[-1].start, end=max(own[-1].end, span.end))
            else:
                own.append(Turn(speaker=name, start=span.start, end=span.end))
        turns += own
    turns.sort(key=lambda turn: (turn.start, turn.end))
    exclusive: list[Turn] = []
    free = 0.0
    for turn in turns:
        start = max(turn.start, free)
        if turn.end > start:
            exclusive.append(Turn(speaker=turn.speaker, start=start, end=turn.end))
            free = turn.end
    return Diarization(turns=tuple(turns), exclusive=tuple(exclusive))


def _levels(waveform: Waveform) -> Levels:
    frames = -(-waveform.shape[1] // FRAME)
    levels = np.zeros((len(waveform), frames))
    block = 2_000
    for first in range(0, frames, block):
        piece = np.asarray(waveform[:, first * FRAME : (first + block) * FRAME], dtype=np.float64)
        piece = np.pad(piece, ((0, 0), (0, -piece.shape[1] % FRAME)))
        power = (piece.reshape(len(waveform), -1, FRAME) ** 2).mean(axis=2)
        levels[:, first : first + block] = power
    return levels


def _difference(levels: Levels) -> Decibels:
    """(frames,) of the first channel over the second, noise taken out."""
    kernel = np.ones(_SMOOTH) / _SMOOTH
    decibels = []
    for level in levels:
        power = np.convolve(level, kernel, mode="same")
        floor = max(_TINY, float(np.percentile(power, _FLOOR)))
        decibels.append(10 * np.log10(np.maximum(power - floor, floor)))
    result: Decibels = np.clip(decibels[0] - decibels[1], -_MAX_DIFFERENCE, _MAX_DIFFERENCE)
    return result


def _leaks(level: Levels, side: Decibels, active: Mask, copied: Mask) -> Mask:
    """(frames,) where the channel only holds the other's voice; ``side`` > 0 is its own."""
    kernel = np.ones(_SMOOTH) / _SMOOTH
    decibels = 10 * np.log10(np.convolve(level, kernel, mode="same") + _TINY)
    mine = active & (side > _LEAK)
    voice = float(np.median(decibels[mine])) if mine.any() else np.inf
    result: Mask = (side < -_LEAK) & ((decibels < voice - _WEAKER) | copied)
    return result


def _correlation(waveform: Waveform, frames: int) -> npt.NDArray[np.float64]:
    """(frames,) greatest correlation of the two channels at short lags, 0 to 1."""
    size = _CORRELATION_FRAMES * FRAME
    result = np.zeros(frames)
    for n, start in enumerate(range(0, waveform.shape[1], size)):
        left, right = np.asarray(waveform[:, start : start + size], dtype=np.float64)
        energy = float(np.sqrt((left @ left) * (right @ right)))
        if energy < _TINY:
            continue
        spectra = np.fft.rfft(left, 2 * size) * np.conj(np.fft.rfft(right, 2 * size))
        products = np.fft.irfft(spectra)
        peak = max(np.abs(products[: _LAG + 1]).max(), np.abs(products[-_LAG:]).max())
        result[n * _CORRELATION_FRAMES : (n + 1) * _CORRELATION_FRAMES] = peak / energy
    return result


def _modes(difference: Decibels) -> tuple[float, float]:
    """Medians of the two classes whose variance between them is greatest (Otsu's threshold)."""
    best, modes = -1.0, (0.0, 0.0)
    for threshold in np.percentile(difference, np.arange(2, 99)):
        below, above = difference[difference <= threshold], difference[difference > threshold]
        if not len(below) or not len(above):
            continue
        spread = len(below) * len(above) * (float(above.mean()) - float(below.mean())) ** 2
        if spread > best:
            best, modes = spread, (float(np.median(below)), float(np.median(above)))
    return modes


def _mask(spans: Spans, frames: int) -> Mask:
    mask = np.zeros(frames, dtype=np.bool_)
    for span in spans:
        mask[int(span.start / FRAME_SECONDS) : round(span.end / FRAME_SECONDS)] = True
    return mask


def _spans(mask: Mask, waveform: Waveform) -> tuple[Span, ...]:
    certain: Probabilities = mask.astype(np.float32)
    return spans_of(certain, waveform.shape[1] / SAMPLE_RATE)
