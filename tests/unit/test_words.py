from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.engines import Span
from consultation.transcript import Word
from transcribe.words import Piece, join, trim


def pieces(*texts: str) -> list[Piece]:
    return [Piece(text, n / 2, n / 2 + 0.5, 0.5) for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("given_texts", "expected"),
    [
        ((" Qu", "'est", "-ce", " qui"), ["Qu'est-ce", "qui"]),
        ((" de", " l", "'am", "lodipine,", " cinq"), ["de", "l'amlodipine,", "cinq"]),
        ((" aujourd", "'hui", " ?"), ["aujourd'hui?"]),
        ((" 96", "%", "."), ["96%."]),
        ((" dit", " «", " bonjour", " »"), ["dit", "«bonjour»"]),
        (("Bonjour", " docteur."), ["Bonjour", "docteur."]),
        ((" ", "", " oui"), ["oui"]),
        ((" ...", " oui"), ["oui"]),
        ((" x", "-", "ray"), ["x-ray"]),
        ((), []),
    ],
)
def test_pieces_become_visible_words(given_texts: tuple[str, ...], expected: list[str]) -> None:
    assert [word.text for word in join(pieces(*given_texts))] == expected


def test_a_word_lasts_from_its_first_piece_to_its_last() -> None:
    (word,) = join([*pieces(" Qu", "'est", "-ce"), Piece("?", 1.5, 9.0, 1.0)])
    assert (word.start, word.end) == (0.0, 1.5)
    assert word.probability == pytest.approx(0.5)


@given(
    st.lists(
        st.tuples(
            st.text(alphabet=" a'-?«»é1", max_size=4),
            st.floats(0, 30),
            st.floats(0, 30),
            st.floats(0, 1),
        ),
        max_size=20,
    )
)
def test_words_are_clean_and_in_order(raw: list[tuple[str, float, float, float]]) -> None:
    words = join(Piece(*item) for item in raw)
    for word in words:
        assert word.text
        assert word.text == word.text.strip()
        assert word.start <= word.end
        assert word.start == round(word.start, 3)
    for one, two in pairwise(words):
        assert one.end <= two.start
    said = "".join(sorted(c for text, *_ in raw for c in text if c.isalnum()))
    assert "".join(sorted(c for w in words for c in w.text if c.isalnum())) == said


def test_silence_is_trimmed() -> None:
    spans = (Span(start=1, end=2), Span(start=3, end=4))
    word = Word(text="oui", start=0.5, end=2.5, probability=1)
    assert (trim(word, spans).start, trim(word, spans).end) == (1, 2)
    alone = Word(text="oui", start=2.2, end=2.8, probability=1)
    assert trim(alone, spans) == alone
