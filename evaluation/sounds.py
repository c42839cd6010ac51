"""Sounds in which nobody says a word: what is recognised in them was invented."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from consultation.audio import SAMPLE_RATE

Sound = NDArray[np.float32]
"""Shape (samples,), 16 kHz, within ±1."""


def nothing(seconds: float, seed: int = 0) -> Sound:  # noqa: ARG001
    """A channel that is switched off: zeros, whatever the seed."""
    return np.zeros(_length(seconds), dtype=np.float32)


def silence(seconds: float, seed: int = 0) -> Sound:
    """A microphone with nobody near: the last bit flickers."""
    return _scaled(_random(seed).standard_normal(_length(seconds)), 0.00003)


def white_noise(seconds: float, seed: int = 0) -> Sound:
    """An air conditioner close by."""
    return _scaled(_random(seed).standard_normal(_length(seconds)), 0.05)


def pink_noise(seconds: float, seed: int = 0) -> Sound:
    """Rain, traffic: as much power in each octave."""
    count = _length(seconds)
    spectrum = np.fft.rfft(_random(seed).standard_normal(count))
    spectrum /= np.sqrt(np.maximum(1.0, np.arange(len(spectrum))))
    return _scaled(np.fft.irfft(spectrum, count), 0.05)


def hum(seconds: float, seed: int = 0) -> Sound:
    """Mains and a fan: 50 Hz and its harmonics over a little noise."""
    time = np.arange(_length(seconds)) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * 50 * k * time) / k for k in (1, 2, 3, 5, 7))
    return _scaled(tone + 0.05 * _random(seed).standard_normal(len(time)), 0.05)


def dial_tone(seconds: float, seed: int = 0) -> Sound:  # noqa: ARG001
    """440 Hz, one second in three, whatever the seed."""
    time = np.arange(_length(seconds)) / SAMPLE_RATE
    return _scaled(np.sin(2 * np.pi * 440 * time) * (time % 3 < 1), 0.1)


def beeps(seconds: float, seed: int = 0) -> Sound:
    """A monitor: a short tone at every beat of a heart that is never quite regular."""
    out = np.zeros(_length(seconds))
    random, at = _random(seed), 0.5
    tone = np.sin(2 * np.pi * 880 * np.arange(int(0.12 * SAMPLE_RATE)) / SAMPLE_RATE)
    while int(at * SAMPLE_RATE) + len(tone) < len(out):
        begin = int(at * SAMPLE_RATE)
        out[begin : begin + len(tone)] += tone
        at += 0.8 + 0.05 * random.standard_normal()
    return _scaled(out + 0.01 * random.standard_normal(len(out)), 0.05)


def music(seconds: float, seed: int = 0) -> Sound:
    """Chords, a melody and a drum: a radio in the waiting room, without a singer."""
    random = _random(seed)
    out = np.zeros(_length(seconds))
    beat = int(0.5 * SAMPLE_RATE)
    chords = (
        (261.6, 329.6, 392.0),
        (220.0, 261.6, 329.6),
        (174.6, 220.0, 261.6),
        (196, 246.9, 293.7),
    )
    time = np.arange(beat) / SAMPLE_RATE
    for number, begin in enumerate(range(0, len(out) - beat, beat)):
        chord = chords[(number // 4) % len(chords)]
        note = chord[random.integers(3)] * 2
        sound = sum(_pluck(frequency, time) for frequency in chord) / 3
        sound = sound + _pluck(note, time)
        sound[:800] += random.standard_normal(800) * np.linspace(0.8, 0, 800)
        out[begin : begin + beat] += sound
    return _scaled(out, 0.08)


def hold_music(seconds: float, seed: int = 0) -> Sound:
    """Over its chords a melody with vibrato, which is nearer to a voice than a string plucked."""
    time = np.arange(_length(seconds)) / SAMPLE_RATE
    notes = (262, 330, 392, 523, 659, 523, 392, 330)
    pitch = np.repeat(np.resize(notes, 2 * int(seconds) + 2), SAMPLE_RATE // 2)[: len(time)]
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.01 * np.sin(35 * time))) / SAMPLE_RATE
    melody = sum(np.sin(k * phase) / k for k in range(1, 9))
    return _scaled(np.asarray(melody + 15.0 * music(seconds, seed), np.float64), 0.15)


def babble(seconds: float, seed: int = 0, *, voices: Sound) -> Sound:
    """A full waiting room: ten voices at once, played backwards so that no word is in it.

    Args:
        voices: speech to make it of, shape (samples,), 16 kHz.
    """
    random, count = _random(seed), _length(seconds)
    backwards = voices[::-1].astype(np.float64)
    loop = np.tile(backwards, count // len(backwards) + 2)
    out = np.zeros(count)
    for _ in range(10):
        begin = int(random.integers(len(backwards)))
        out += loop[begin : begin + count] * random.uniform(0.5, 1.0)
    return _scaled(out, 0.04)


class Maker(Protocol):
    def __call__(self, seconds: float, seed: int = 0) -> Sound: ...


SOUNDS: dict[str, Maker] = {
    "nothing": nothing,
    "silence": silence,
    "white noise": white_noise,
    "pink noise": pink_noise,
    "hum": hum,
    "dial tone": dial_tone,
    "beeps": beeps,
    "music": music,
    "hold music": hold_music,
}
"""Those that are made of nothing; ``babble`` needs voices."""


def _pluck(frequency: float, time: NDArray[np.float64]) -> NDArray[np.float64]:
    decay = np.exp(-4 * time)
    tones = sum(np.sin(2 * np.pi * frequency * k * time) / k for k in (1, 2, 3))
    sound: NDArray[np.float64] = np.asarray(tones * decay)
    return sound


def _scaled(samples: NDArray[np.float64], level: float) -> Sound:
    """To a root mean square of ``level``; peaks are cut at full scale."""
    power = float(np.sqrt(np.mean(samples**2))) or 1.0
    return np.clip(samples * (level / power), -1, 1).astype(np.float32)


def _length(seconds: float) -> int:
    return max(1, int(seconds * SAMPLE_RATE))


def _random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)
