"""Sounds in which nobody speaks, made by arithmetic: every word recognised there is invented."""

from __future__ import annotations

import numpy as np

from consultation.audio import SAMPLE_RATE, Samples


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SAMPLE_RATE), dtype=np.float32)


def white(seconds: float, level: float = 0.1) -> Samples:
    return np.random.default_rng(0).normal(0, level, len(silence(seconds))).astype(np.float32)


def pink(seconds: float) -> Samples:
    count = len(silence(seconds))
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(size=count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, count)
    return _samples(0.3 * noise / np.abs(noise).max())


def hum(seconds: float) -> Samples:
    """Mains, with harmonics."""
    time = np.arange(len(silence(seconds))) / SAMPLE_RATE
    return _samples(sum(0.1 * np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 8)))


def dial_tone(seconds: float) -> Samples:
    """440 Hz, one second in three."""
    time = np.arange(len(silence(seconds))) / SAMPLE_RATE
    return _samples(0.3 * np.sin(2 * np.pi * 440 * time) * (time % 3 < 1))


def music(seconds: float) -> Samples:
    """Hold music: chords, an arpeggio, drums and a melody with vibrato."""
    count = len(silence(seconds))
    rng = np.random.default_rng(2)
    time = np.arange(count) / SAMPLE_RATE
    chords = [(60, 64, 67), (57, 60, 64), (65, 69, 72), (67, 71, 74)]
    notes = [60, 64, 67, 72, 76, 72, 67, 64]
    mix = np.zeros(count)
    for bar in range(int(seconds)):
        part = slice(bar * SAMPLE_RATE, (bar + 1) * SAMPLE_RATE)
        beat = time[: len(mix[part])]
        for note in chords[bar % 4]:
            mix[part] += 0.15 * np.exp(-beat) * _note(note, beat)
        for quarter in range(4):
            start = bar * SAMPLE_RATE + quarter * SAMPLE_RATE // 4
            short = beat[: SAMPLE_RATE // 4]
            stop = start + len(short)
            mix[start:stop] += 0.1 * np.exp(-4 * short) * _note(notes[quarter + bar % 5], short)
            noise = rng.normal(size=len(short)) * np.exp(-30 * short)
            mix[start:stop] += noise * (0.2 if quarter == 2 else 0.05)
    melody = np.array([_pitch(note) for note in np.resize(notes, 2 * int(seconds) + 2)])
    pitch = np.repeat(melody, SAMPLE_RATE // 2)[:count] * (1 + 0.01 * np.sin(35 * time))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    mix += 0.1 * sum(np.sin(k * phase) / k for k in range(1, 9))
    return _samples(0.6 * mix / np.abs(mix).max())


def _samples(values: object) -> Samples:
    return np.asarray(values, dtype=np.float32)


def _pitch(note: int) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def _note(note: int, time: np.ndarray) -> np.ndarray:
    return np.asarray(sum(np.sin(2 * np.pi * _pitch(note) * k * time) / k for k in range(1, 6)))


SOUNDS = {
    "silence": silence,
    "white noise": white,
    "pink noise": pink,
    "hum": hum,
    "dial tone": dial_tone,
    "music": music,
}
