from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from consultation.engines import Span
from transcribe.speech import FRAME_SECONDS
from transcribe.windows import LONGEST, PAD, Window, pack, split_long, spread

pairs = st.lists(st.tuples(st.floats(0.2, 8), st.floats(0.1, 90)), max_size=20)


def spans_from(pairs: list[tuple[float, float]]) -> tuple[tuple[Span, ...], float]:
    spans, time = [], 0.0
    for silence, speech in pairs:
        spans.append(Span(start=time + silence, end=time + silence + speech))
        time += silence + speech
    return tuple(spans), time + 0.1


@given(pairs)
def test_all_speech_is_in_one_window_and_none_in_two(pairs: list[tuple[float, float]]) -> None:
    spans, duration = spans_from(pairs)
    probabilities = np.ones(int(duration / FRAME_SECONDS) + 1, dtype=np.float32)
    short = split_long(spans, probabilities)
    total = sum(s.end - s.start for s in spans)
    assert np.isclose(sum(s.end - s.start for s in short), total)
    windows = pack(short, duration)
    for window in windows:
        assert 0 <= window.start < window.end <= duration
        assert window.duration <= LONGEST + 0.011
    for one, two in pairwise(windows):
        assert one.end <= two.start + 0.006
    for span in short:
        assert any(w.start <= span.start + 0.006 and span.end <= w.end for w in windows)


def test_a_cut_is_made_where_speech_is_least_likely() -> None:
    probabilities = np.ones(2000, dtype=np.float32)
    probabilities[700] = 0.4
    first, second = split_long([Span(start=0, end=40)], probabilities)
    assert first.end == second.start == 700.5 * FRAME_SECONDS


def test_a_long_pause_ends_a_window() -> None:
    spans = (Span(start=1, end=2), Span(start=3, end=4), Span(start=7, end=8))
    first, second = pack(spans, 9)
    assert (first.start, first.end) == (1 - PAD, 4 + PAD)
    assert (second.start, second.end) == (7 - PAD, 8 + PAD)


def test_spread_takes_the_longest_of_each_part() -> None:
    windows = [Window(float(n), n + 0.1 + (n % 3) / 10) for n in range(9)]
    assert [window.start for window in spread(windows, 3)] == [2, 5, 8]
    assert spread(windows[:2], 3) == tuple(windows[:2])
