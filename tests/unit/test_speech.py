"""Voice activity: nothing in noise and music, and the same in blocks as at once."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.engines import Span
from evaluation.sounds import SOUNDS
from transcribe.audio import decode
from transcribe.speech import (
    FRAME_SECONDS,
    spans_of,
    speech_probabilities,
    speech_spans,
    spoken,
)


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("level", [1.0, 0.01])
def test_nobody_speaks(name: str, level: float) -> None:
    assert speech_spans(SOUNDS[name](20) * np.float32(level)) == ()


def test_nothing_at_all() -> None:
    assert speech_spans(np.zeros(0, dtype=np.float32)) == ()


@pytest.fixture(scope="module")
def consultation(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    folder = tmp_path_factory.mktemp("speech")
    return decode(samples / "consult_fr.flac", folder, max_seconds=600).waveform[0]


def test_speech_of_a_consultation(consultation: np.ndarray, samples: Path) -> None:
    spans = speech_spans(consultation)
    turns = [line.split() for line in (samples / "consult_fr.rttm").read_text().splitlines()]
    covered = sum(spoken(spans, float(t[3]), float(t[3]) + float(t[4])) for t in turns)
    assert covered > 0.85 * sum(float(t[4]) for t in turns)
    assert all(one.end < two.start for one, two in pairwise(spans))


@pytest.mark.parametrize("level", [0.5, 0.01])
def test_loudness_does_not_matter(consultation: np.ndarray, level: float) -> None:
    quiet = speech_spans(consultation[:480_000] * np.float32(level))
    loud = speech_spans(consultation[:480_000])
    assert sum(s.end - s.start for s in quiet) == pytest.approx(
        sum(s.end - s.start for s in loud), rel=0.05
    )


def test_blocks_do_not_show(consultation: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = speech_probabilities(consultation)
    monkeypatch.setattr("transcribe.speech._BLOCK_FRAMES", 301)
    pieces = speech_probabilities(consultation)
    assert pieces.shape == whole.shape
    assert np.mean(np.abs(pieces - whole) > 0.1) < 0.01


def test_the_recording_is_not_changed(consultation: np.ndarray) -> None:
    before = np.array(consultation)
    speech_probabilities(consultation)
    np.testing.assert_array_equal(before, consultation)


@given(
    probabilities=st.lists(st.floats(0, 1, width=32), max_size=200),
    min_silence=st.floats(0, 1),
    min_speech=st.floats(0, 1),
)
def test_spans_are_in_order_and_apart(
    probabilities: list[float], min_silence: float, min_speech: float
) -> None:
    duration = len(probabilities) * FRAME_SECONDS
    spans = spans_of(
        np.array(probabilities, dtype=np.float32),
        duration,
        min_silence=min_silence,
        min_speech=min_speech,
    )
    for span in spans:
        assert 0 <= span.start < span.end <= duration + 1e-3
        assert span.end - span.start >= min_speech - 2e-3
    for one, two in pairwise(spans):
        assert two.start - one.end >= min(min_silence, FRAME_SECONDS) - 2e-3


def test_spoken_is_the_overlap() -> None:
    spans = (Span(start=1, end=2), Span(start=3, end=5))
    assert spoken(spans, 1.5, 4) == pytest.approx(1.5)
    assert spoken(spans, 2, 3) == 0
