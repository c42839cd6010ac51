"""Number phrases whose author knew neither the rules nor the other list.

They were run once before anything was mended on them, and that first figure is the one that
docs/results.md calls held out; since then they are a list like the other, and must stay understood.
"""

from __future__ import annotations

import pytest

from clinical.numbers import missing_quantities
from evaluation.gate_figures import phrase_figures
from tests.gates import Gate
from tests.unit.test_number_phrases import agrees, phrases

LANGUAGES = ("fr", "en")
STILL_WRONG = {"third_fr": 0, "third_en": 3, "fourth_fr": 3, "fourth_en": 4}
"""Of the two lists of a second writer; their first figures stand in docs/results.md."""


@pytest.mark.gate
def test_held_out_phrases(gate: Gate) -> None:
    figures = {}
    for language in LANGUAGES:
        listed = phrases(f"held_out_{language}")
        assert len(listed) >= 300
        wrong = [text for text, meant in listed if not agrees(text, meant, language, labels=False)]
        print(language, wrong)
        figures |= phrase_figures(f"phrases {language}", wrong, len(listed))
    gate("numbers", figures)


@pytest.mark.parametrize("name", STILL_WRONG)
def test_the_lists_of_a_second_writer(name: str) -> None:
    listed = phrases(name)
    assert len(listed) >= 200
    wrong = [text for text, meant in listed if not agrees(text, meant, name[-2:], labels=False)]
    print(name, wrong)
    assert len(wrong) <= STILL_WRONG[name], wrong


WRONG_ONCE = {
    "en": [
        ("heart rate one forty beats per minute", "140 /min"),
        ("fetal weight twenty-one hundred grams", "2100 g"),
        ("melatonin 3 mg an hour before bed", "3 mg; 1 h"),
        ("noradrenaline 3 mg an hour", "3 mg/h"),
        ("two ten milligram tablets", "2; 10 mg"),
        ("24+5 weeks", "24 wk; 5 d"),
        ("four drops a day of it", "4 [drp]"),
        ("CRP fell from 220 to 48 mg/L", "220 mg/L; 48 mg/L"),
        ("potassium level 4.2", "4.2"),
        ("platelets 88 x 10^9/L", "88 10*9/L"),
        ("a mole on his back", ""),
        ("take five milligrams", "5 mg"),
        ("twenty-nine to five hundred milligrams", "29..500 mg"),
    ],
    "fr": [
        ("VEMS un litre quatre", "1.4 L"),
        ("un litre deux fois par jour", "1 L; 2 /d"),
        ("noradrénaline un milligramme cinq par heure", "1.5 mg/h"),
        ("un milligramme cinq fois par heure", "1 mg; 5 /h"),
        ("plaquettes 90 G/L", "90 10*9/L"),
        ("glycémie 1,2 G/L", "1.2 g/L"),
        ("huit heures moins le quart", "TIME 7:45"),
        ("trois dixièmes de millilitre", "0.3 mL"),
        ("j'avais quinze neuf", "BP 150/90"),
        ("l'hémoglobine, vous avez douze sept", "12; 7"),
        ("j'avais quinze seize ans", "15 a; 16 a"),
        ("deux cachets la semaine dernière", "2 {tablet}"),
        ("rendez-vous à 15/8", "15; 8"),
        ("trente-quatre à quatre cents milligrammes", "34..400 mg"),
        ("moral à zéro sur dix", "0 {/10}"),
        ("une douleur à 12 sur 10", "12; 10"),
        ("13 sur 8 ce matin", "BP 130/80"),
        ("dix minutes trente personnes", "10 min; 30"),
        ("elle a 39 2 enfants", "39; 2"),
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_dangerous(language: str) -> None:
    """Values that were lost, cut or merged, and their neighbours that must not change."""
    said = WRONG_ONCE[language]
    wrong = [text for text, meant in said if not agrees(text, meant, language)]
    assert not wrong


def test_both_eyes_are_told_from_one() -> None:
    """A label is no value; but a note that has it and a talk that has not are told apart."""
    assert not missing_quantities("les deux yeux", "dans les deux yeux", "fr")
    assert missing_quantities("les deux yeux", "dans un œil", "fr")
