"""Tokens, sentences and stems keep their place in the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.text import content_stems, fold, is_stopword, sentences, stem, tokens
from consultation.errors import UnsupportedLanguage

LANGUAGE = st.sampled_from(["fr", "en"])


def words(text: str, language: str) -> list[str]:
    return [token.text for token in tokens(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("J'ai mal à l’œil.", "fr", ["J'", "ai", "mal", "à", "l’", "œil"]),
        ("aujourd'hui qu'il", "fr", ["aujourd'hui", "qu'", "il"]),
        ("75mg d'HbA1c à 7,5 %", "fr", ["75", "mg", "d'", "HbA1c", "à", "7,5"]),
        ("soixante-quinze", "fr", ["soixante", "quinze"]),
        ("I don't smoke, B12 at 38.5", "en", ["I", "don't", "smoke", "B12", "at", "38.5"]),
        ("d'Artagnan's x-ray", "en", ["d'Artagnan's", "x", "ray"]),
    ],
)
def test_tokens(text: str, language: str, expected: list[str]) -> None:
    assert words(text, language) == expected


@given(st.text(), LANGUAGE)
def test_tokens_and_sentences_slice_to_their_text(text: str, language: str) -> None:
    for piece in (*tokens(text, language), *sentences(text)):
        assert text[piece.start : piece.end] == piece.text != ""


@given(st.text(alphabet="aé.!? \nDr1,", max_size=60))
def test_sentences_lose_nothing_but_space(text: str) -> None:
    kept = "".join("".join(sentence.text.split()) for sentence in sentences(text))
    assert kept == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pas de fièvre. 38.5 hier. Ça va ?", ["Pas de fièvre.", "38.5 hier.", "Ça va ?"]),
        ("I saw Dr. Smith. Any pain?", ["I saw Dr. Smith.", "Any pain?"]),
        ("toux\nfièvre", ["toux", "fièvre"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in sentences(text)] == expected


def test_fold_forgets_accents_case_and_ligatures() -> None:
    assert fold("ŒDÈME d’Été") == "oedeme d'ete"
    assert fold("e\u0301te\u0301") == fold("été")


def test_stems_agree_over_inflection() -> None:
    assert stem("migraines", "fr") == stem("Migraine", "fr")
    assert stem("coughing", "en") == stem("coughs", "en")


def test_content_stems_leave_stopwords_out() -> None:
    assert content_stems("J'ai des vertiges", "fr") == (stem("vertige", "fr"),)
    assert content_stems("I have 2 rashes", "en") == ("2", stem("rash", "en"))
    assert is_stopword("Été", "fr")
    assert not is_stopword("fièvre", "fr")


def test_other_languages_are_refused() -> None:
    with pytest.raises(UnsupportedLanguage):
        tokens("hola", "es")
