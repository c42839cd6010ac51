from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consultation.engines import Span
from consultation.transcript import Word
from transcribe.coverage import say, unheard

SPEECH = (Span(start=0, end=3), Span(start=3.5, end=6))


def word(text: str, start: float, end: float) -> Word:
    return Word(text=text, start=start, end=end, probability=1)


def even(start: float, end: float, text: str = "mot") -> list[Word]:
    count = round((end - start) / 0.4)
    step = (end - start) / count
    return [word(text, start + n * step, start + (n + 1) * step) for n in range(count)]


def test_all_is_heard() -> None:
    assert unheard(SPEECH, even(0, 3) + even(3.5, 6)) == ()


def test_no_words_at_all() -> None:
    assert unheard((Span(start=1, end=3),), ()) == (Span(start=1, end=3),)


def test_a_hole_between_words() -> None:
    (hole,) = unheard(SPEECH, even(0, 1.0) + even(2.5, 3) + even(3.5, 6))
    assert 1.0 <= hole.start < 1.2
    assert 2.3 < hole.end <= 2.5


def test_a_short_hole_is_nothing() -> None:
    assert unheard(SPEECH, even(0, 1.5) + even(2.2, 3) + even(3.5, 6)) == ()


def test_a_stretched_word_hides_a_hole() -> None:
    (hole,) = unheard((Span(start=0, end=8),), [*even(0, 2), word("I", 2, 6), *even(6, 8)])
    assert hole.start < 2.3
    assert hole.end > 5.7


def test_a_word_stretched_over_silence_hides_nothing() -> None:
    speech = (Span(start=0, end=2.3), Span(start=6, end=8))
    assert unheard(speech, [*even(0, 2), word("I", 2, 6), *even(6, 8)]) == ()


def test_numbers_and_initials_take_their_time() -> None:
    assert say(word("155", 0, 1)) > say(word("mot", 0, 1)) + 1
    assert say(word("TSH", 0, 1)) > say(word("mot", 0, 1)) + 0.5


@given(
    st.lists(st.tuples(st.floats(0, 20), st.floats(0, 3)), max_size=15),
    st.lists(st.tuples(st.floats(0.1, 3), st.floats(0.1, 5)), max_size=8),
)
def test_holes_lie_in_speech_and_words_do_not(
    timed: list[tuple[float, float]], pairs: list[tuple[float, float]]
) -> None:
    spans, time = [], 0.0
    for silence, speech in pairs:
        spans.append(Span(start=time + silence, end=time + silence + speech))
        time += silence + speech
    words = [word("anticoagulants", start, start + length) for start, length in timed]
    holes = unheard(spans, words)
    for hole in holes:
        assert any(s.start <= hole.start < s.end for s in spans)
        assert any(s.start < hole.end <= s.end for s in spans)
        for said in words:
            if said.end - said.start <= say(said):
                assert said.end <= hole.start or said.start >= hole.end
