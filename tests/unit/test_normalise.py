"""Texts that say the same become the same, and stay so."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consultation.errors import UnsupportedLanguage
from evaluation.normalise import normalise, words

SAME = [
    ("fr", "L’œil droit, derrière !", "l' oeil droit derrière"),
    ("fr", "Est-ce que vous fumez ?", "est ce que vous fumez"),
    ("fr", "soixante-quinze microgrammes", "75 µg"),
    ("fr", "soixante quinze microgrammes", "75 mcg"),
    ("fr", "trente-huit virgule cinq", "38,5"),
    ("fr", "mille deux cents", "1 200"),
    ("fr", "mille deux cents", "1\u202f200"),
    ("fr", "Pour cent ? Vingt pour cent.", "% 20 %"),
    ("fr", "deux comprimés d'un gramme", "2 comprimés d'1 g"),
    ("fr", "le deuxième jour", "le 2e jour"),
    ("fr", "douze sur huit", "12/8"),
    ("fr", "cinq milligrammes par kilo", "5 mg/kg"),
    ("fr", "huit heures trente", "8h30"),
    ("fr", "un mètre soixante-quinze", "1m75"),
    ("fr", "le Dr Martin", "le docteur Martin"),
    ("fr", "trente-huit degrés", "38°"),
    ("fr", "Qu'est-ce que c'est", "qu' est ce que c' est"),
    ("en", "Thirty-eight point five", "38.5"),
    ("en", "five hundred milligrams twice a day", "500 mg twice a day"),
    ("en", "one tablet", "1 tablet"),
    ("en", "one hundred and forty over ninety", "140/90"),
    ("en", "in nineteen eighty four", "in 1984"),
    ("en", "twenty percent, thirty per cent", "20%, 30 %"),
    ("en", "Don’t worry; it's OK.", "don't worry it's okay"),
    ("en", "the second of May", "the 2nd of may"),
    ("en", "1,000 units", "one thousand units"),
    ("fr", "Appelez le quinze.", "appelez le 15"),
    ("fr", "le CA cent vingt-cinq et le CA quinze-trois", "le CA 125 et le CA 15-3"),
    ("en", "Ki sixty-seven, no one", "ki 67 no one"),
    ("en", "H B A one C", "HbA1c"),
    ("fr", "la T S H, l'E.C.G. et la T.S.H.", "la TSH, l'ECG et la TSH"),
    ("en", "at 8:00 a.m.", "at 8 am"),
]


@pytest.mark.parametrize(("language", "said", "written"), SAME)
def test_the_same_said_and_written(language: str, said: str, written: str) -> None:
    assert normalise(said, language) == normalise(written, language)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Pas de fièvre. Euh, 38,5 °C…", "pas de fièvre euh 38.5 ° c"),
        ("fr", "Une dizaine de jours", "une dizaine de jours"),
        ("fr", "jusqu'à lundi", "jusqu' à lundi"),
        ("fr", "aujourd’hui", "aujourd'hui"),
        ("fr", "", ""),
        ("fr", "?!…", ""),
        ("en", "Um, a couple of days.", "um a couple of days"),
        ("en", "a rash and an ache", "a rash and an ache"),
        ("en", "HbA1c of seven", "hba1c of 7"),
    ],
)
def test_the_form_itself(language: str, text: str, expected: str) -> None:
    assert normalise(text, language) == expected
    assert words(text, language) == expected.split()


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "fatigue", "fatigué"),
        ("fr", "cinq mg", "six mg"),
        ("fr", "cinq mg", "cinq µg"),
        ("en", "fifteen", "fifty"),
        ("en", "can", "can't"),
    ],
)
def test_what_differs_stays_different(language: str, one: str, other: str) -> None:
    assert normalise(one, language) != normalise(other, language)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UnsupportedLanguage):
        normalise("hola", "es")


PARTS = """
un une deux trois cents cent mille vingt quatre dix sept soixante et virgule pour 1 2 300 07
38,5 1.5 8h30 12/8 5mg mg/kg 12/03/2024 2e premier l' d' qu' œil degrés 5 ° % ' - / , .
one hundred point oh five twenty nineteen eighty four per cent percent a an first 2nd
appelez le quinze Ki sixty-seven vingt-cinq no
B12 HbA1c T.S.H. T S H CA 15-3 1m75 h m l milligrammes 1. 2) don't aujourd'hui jusqu' million
"""
SPOKEN = st.lists(st.sampled_from(PARTS.split()), max_size=12).map(" ".join)


@given(text=SPOKEN | st.text(max_size=60), language=st.sampled_from(["fr", "en"]))
@example(text="deux trois cents", language="fr")
@example(text="D’1 gramme", language="fr")
def test_normalising_twice_changes_nothing(text: str, language: str) -> None:
    once = normalise(text, language)
    assert normalise(once, language) == once
    assert once == " ".join(once.split())


@given(text=st.text(alphabet=st.characters(categories=["Ll", "Lu", "Zs"]), max_size=60))
def test_no_capitals_are_left(text: str) -> None:
    assert normalise(text, "fr") == normalise(text, "fr").lower()
