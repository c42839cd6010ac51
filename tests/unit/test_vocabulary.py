"""What recognition is told to expect: order, cut, and lists that are spelt right."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.drugs import find_drugs
from transcribe.vocabulary import BUDGET, Speciality, cut, expected, prompt, words_of


def test_the_patients_names_come_first_and_stand_once() -> None:
    names = expected(["Apixaban", "Tamaris"], "cardiology", "fr")
    assert names[:2] == ("Apixaban", "Tamaris")
    assert "apixaban" not in names
    assert "bisoprolol" in names


def test_without_a_language_a_speciality_adds_nothing() -> None:
    assert expected(["x"], "cardiology", None) == ("x",)
    assert expected(["x"], "cardiology", "de") == ("x",)
    assert expected(["x"], None, "fr") == ("x",)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("speciality", get_args(Speciality))
def test_lists_are_of_known_names_and_fit(speciality: Speciality, language: str) -> None:
    words = words_of(speciality, language)
    drugs = [m for word in words for m in find_drugs(word, language, exact=True)]
    assert 15 <= len(words) <= 30
    assert len(drugs) >= 10
    # About three letters a token is what a drug name takes.
    kept = cut(words, lambda text: len(text) // 3, BUDGET)
    assert len(kept) >= 15
    assert kept == words[: len(kept)]


@given(st.lists(st.text(max_size=20), max_size=40), st.integers(0, 60))
def test_what_is_kept_fits_and_keeps_its_order(words: list[str], budget: int) -> None:
    kept = cut(words, len, budget)
    assert len(prompt(kept)) <= budget or kept == ()
    clean = [" ".join(word.replace(",", " ").split()) for word in words]
    assert [word for word in clean if word in kept][: len(kept)] or kept == ()
