"""Is each channel one speaker? Mixes are made from our two samples, by their reference turns."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import Span
from transcribe.audio import decode
from transcribe.channels import channel_turns, only_own_speech, separate_speakers
from transcribe.speech import speech_spans, spoken

SECONDS = 45
"""Of each sample that is used."""


@pytest.fixture(scope="session", params=["consult_fr", "consult_en"])
def voices(
    request: pytest.FixtureRequest, samples: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Samples, Samples, list[tuple[str, float, float]]]:
    """The sound of each speaker alone (silence elsewhere), and the reference turns."""
    name: str = request.param
    waveform = decode(
        samples / f"{name}.flac", tmp_path_factory.mktemp(name), max_seconds=600
    ).waveform[0, : SECONDS * SAMPLE_RATE]
    turns = []
    parts = {"D": np.zeros_like(waveform), "P": np.zeros_like(waveform)}
    for line in (samples / f"{name}.rttm").read_text().splitlines():
        fields = line.split()
        start, length, speaker = float(fields[3]), float(fields[4]), fields[7]
        if start + length > SECONDS:
            break
        turns.append((speaker, start, start + length))
        part = slice(int(start * SAMPLE_RATE), int((start + length) * SAMPLE_RATE))
        parts[speaker][part] = waveform[part]
    return np.asarray(parts["D"]), np.asarray(parts["P"]), turns


def microphones(
    first: Samples, second: Samples, leak: float, noise: float = 1e-4, gain: float = 0.0
) -> np.ndarray:
    """Two microphones; ``leak`` and ``gain`` in dB; the leak arrives 3 ms later."""
    rng = np.random.default_rng(0)
    amount, delay = 10 ** (leak / 20), 48
    left = first + amount * np.roll(second, delay) + rng.normal(0, noise, len(first))
    right = second + amount * np.roll(first, delay) + rng.normal(0, noise, len(first))
    return np.stack([left * 10 ** (gain / 20), right]).astype(np.float32)


def speech(waveform: np.ndarray) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    return speech_spans(waveform[0]), speech_spans(waveform[1])


@pytest.mark.parametrize("leak", [-60, -20, -12])
def test_a_microphone_each(voices: tuple, leak: float, tmp_path: Path) -> None:
    doctor, patient, turns = voices
    waveform = microphones(doctor, patient, leak)
    decision = separate_speakers(waveform, speech(waveform))
    assert decision.separate, decision.why
    assert decision.confidence > 0.7
    # What leaks is not taken for the other's speech, and little of one's own is lost.
    for own, name in zip(decision.speech, "DP", strict=True):
        mine = [turn for turn in turns if turn[0] == name]
        right = sum(spoken(own, start, end) for _, start, end in mine)
        total = sum(span.end - span.start for span in own)
        assert right > 0.95 * total
        assert right > 0.75 * sum(end - start for _, start, end in mine)
    muted = only_own_speech(waveform, decision.speech, tmp_path)
    assert muted.shape == waveform.shape
    for channel, other in ((0, patient), (1, doctor)):
        alone = (np.abs(other) > 0.05) & (np.abs((doctor, patient)[channel]) == 0)
        assert np.sqrt(np.mean(muted[channel][alone] ** 2)) < 0.5 * np.sqrt(
            np.mean(waveform[channel][alone] ** 2)
        )


def test_both_at_once_is_not_a_leak(voices: tuple) -> None:
    doctor, patient, _ = voices
    late = np.roll(patient, 3 * SAMPLE_RATE)
    waveform = microphones(doctor, late, -30)
    spans = speech(waveform)
    decision = separate_speakers(waveform, spans)
    assert decision.separate, decision.why
    for own, voice in zip(decision.speech, (doctor, late), strict=True):
        alone = speech_spans(voice)
        kept = sum(spoken(own, span.start, span.end) for span in alone)
        assert kept > 0.9 * sum(span.end - span.start for span in alone)


@pytest.mark.parametrize("gain", [-15, 15])
def test_gains_may_differ(voices: tuple, gain: float) -> None:
    waveform = microphones(voices[0], voices[1], -15, gain=gain)
    assert separate_speakers(waveform, speech(waveform)).separate


def test_noisy_microphones(voices: tuple) -> None:
    waveform = microphones(voices[0], voices[1], -20, noise=0.005)
    assert separate_speakers(waveform, speech(waveform)).separate


def test_dual_mono(voices: tuple) -> None:
    mixed = voices[0] + voices[1]
    waveform = np.stack([mixed, mixed])
    assert not separate_speakers(waveform, speech(waveform)).separate


@pytest.mark.parametrize(("gain", "delay"), [(0.0, 4), (3.0, 10), (5.0, 16)])
def test_a_room_recorded_in_stereo(voices: tuple, gain: float, delay: int) -> None:
    """One device: each speaker is a little louder and earlier on their own side."""
    doctor, patient, _ = voices
    near, far = 10 ** (gain / 20), 1.0
    left = near * doctor + far * np.roll(patient, delay)
    right = far * np.roll(doctor, delay) + near * patient
    noise = np.random.default_rng(0).normal(0, 1e-3, (2, len(left)))
    waveform = (np.stack([left, right]) + noise).astype(np.float32)
    assert not separate_speakers(waveform, speech(waveform)).separate


def test_a_leak_of_6_db_is_left_to_diarisation(voices: tuple) -> None:
    waveform = microphones(voices[0], voices[1], -6)
    assert not separate_speakers(waveform, speech(waveform)).separate


@pytest.mark.parametrize("leak", [-80, -20])
def test_one_microphone_only(voices: tuple, leak: float) -> None:
    mixed = voices[0] + voices[1]
    waveform = np.stack([mixed, mixed * np.float32(10 ** (leak / 20))])
    waveform += np.random.default_rng(0).normal(0, 1e-4, waveform.shape).astype(np.float32)
    assert not separate_speakers(waveform, speech(waveform)).separate


def test_silence() -> None:
    waveform = np.zeros((2, 16_000), dtype=np.float32)
    decision = separate_speakers(waveform, ((), ()))
    assert not decision.separate
    assert channel_turns(decision.speech).turns == ()


spans = st.lists(st.tuples(st.floats(0.04, 3), st.floats(0.1, 5)), max_size=8).map(
    lambda pairs: tuple(
        Span(start=sum(map(sum, pairs[:n])) + gap, end=sum(map(sum, pairs[: n + 1])))
        for n, (gap, _) in enumerate(pairs)
    )
)


@given(left=spans, right=spans)
def test_turns_of_channels(left: tuple[Span, ...], right: tuple[Span, ...]) -> None:
    result = channel_turns((left, right))
    if left or right:
        first = min((*left, *right), key=lambda span: span.start).start
        assert any(t.speaker == "S1" and t.start == first for t in result.turns)
    for one, two in pairwise(result.exclusive):
        assert one.end <= two.start
    for turn in result.exclusive:
        assert any(
            t.speaker == turn.speaker and t.start <= turn.start and turn.end <= t.end
            for t in result.turns
        )
    for span in (*left, *right):
        assert any(t.start <= span.start and span.end <= t.end for t in result.turns)
