"""How many of the measurements that are said have a row, and how many rows are of nothing said.

The dialogues were written before the rules were run on them. Figures of the first run stand in
docs/results.md; ``pytest -s`` prints what is missing now.
"""

from __future__ import annotations

import pytest

from summarize.measurements import measurements
from summarize.units import units
from tests.unit.talk import transcript

PLANTED: dict[str, list[tuple[list[str], list[tuple[str, float]]]]] = {
    "fr": [
        (["D: La tension est à cent trente-cinq sur quatre-vingt-cinq."],
         [("blood_pressure", 135)]),
        (["D: Vous avez quinze neuf de tension aujourd'hui."], [("blood_pressure", 150)]),
        (["D: Le pouls est à soixante-huit, régulier."], [("heart_rate", 68)]),
        (["D: Votre cœur bat à cent dix par minute."], [("heart_rate", 110)]),
        (["D: Fréquence respiratoire à dix-huit."], [("respiratory_rate", 18)]),
        (["D: Vous respirez à vingt-quatre par minute."], [("respiratory_rate", 24)]),
        (["D: Vous saturez à quatre-vingt-seize pour cent en air ambiant."],
         [("oxygen_saturation", 96)]),
        (["P: J'avais trente-neuf deux de fièvre hier soir."], [("temperature", 39.2)]),
        (["D: La température, trente-sept huit."], [("temperature", 37.8)]),
        (["D: Combien pesez-vous ?", "P: Quatre-vingt-deux kilos."], [("weight", 82)]),
        (["D: Et vous mesurez combien ?", "P: Un mètre soixante-dix-huit."], [("height", 1.78)]),
        (["D: Ça fait un IMC à vingt-six."], [("bmi", 26)]),
        (["D: La douleur, sur dix, vous la mettez à combien ?", "P: Je dirais six."],
         [("pain", 6)]),
        (["P: J'ai mal à huit sur dix."], [("pain", 8)]),
        (["D: Sur une échelle de zéro à dix, dix étant la pire douleur ?", "P: Quatre."],
         [("pain", 4)]),
        (["P: Ma glycémie ce matin était à un gramme quarante."], [("glucose", 1.4)]),
        (["D: L'hémoglobine glyquée est à sept virgule deux pour cent."], [("HbA1c", 7.2)]),
        (["D: La créatinine est à quatre-vingt-dix micromoles par litre."], [("creatinine", 90)]),
        (["D: Le potassium est à quatre virgule un."], [("potassium", 4.1)]),
        (["D: La CRP est montée à quarante-cinq."], [("CRP", 45)]),
        (["D: Votre INR est à deux virgule huit."], [("INR", 2.8)]),
        (["D: Si la température dépasse trente-neuf, rappelez-moi."], []),
        (["D: L'objectif, c'est une tension à treize huit."], []),
        (["P: J'ai perdu cinq kilos en deux mois."], []),
        (["P: Mon père a seize de tension."], []),
    ],
    "en": [
        (["D: Your blood pressure is one thirty-two over eighty-four."], [("blood_pressure", 132)]),
        (["D: I make it 148 over 92 today."], [("blood_pressure", 148)]),
        (["D: The pulse is seventy-six and regular."], [("heart_rate", 76)]),
        (["D: Heart rate of one hundred and four."], [("heart_rate", 104)]),
        (["D: Respirations are sixteen."], [("respiratory_rate", 16)]),
        (["D: You are breathing at twenty-two breaths a minute."], [("respiratory_rate", 22)]),
        (["D: Oxygen saturation is ninety-seven percent on room air."],
         [("oxygen_saturation", 97)]),
        (["D: Your sats are ninety-four."], [("oxygen_saturation", 94)]),
        (["P: My temperature was thirty-eight point six last night."], [("temperature", 38.6)]),
        (["D: You have a temperature of one hundred and one point two."], [("temperature", 101.2)]),
        (["D: How much do you weigh?", "P: About seventy kilos."], [("weight", 70)]),
        (["D: And how tall are you?", "P: Five foot eight."], [("height", 68)]),
        (["D: That gives a BMI of thirty-one."], [("bmi", 31)]),
        (["D: How bad is it on a scale from zero to ten, ten being the worst?", "P: Seven."],
         [("pain", 7)]),
        (["D: How would you rate it out of ten?", "P: Maybe five out of ten."], [("pain", 5)]),
        (["P: The headache is about six out of ten."], [("pain", 6)]),
        (["P: My blood sugar was one hundred and forty this morning."], [("glucose", 140)]),
        (["D: Your A1c came back at eight point one."], [("HbA1c", 8.1)]),
        (["D: Your potassium is five point two."], [("potassium", 5.2)]),
        (["D: The INR was two point four."], [("INR", 2.4)]),
        (["D: The CRP is eighteen."], [("CRP", 18)]),
        (["D: If your temperature goes over thirty-nine, call us."], []),
        (["D: We aim for a blood pressure of 130 over 80."], []),
        (["P: I have lost ten pounds since May."], []),
        (["P: My mother has a blood pressure of 180 over 100."], []),
    ],
}  # fmt: skip


def rows(lines: list[str], language: str) -> list[tuple[str, float]]:
    found = measurements(units(transcript(*lines, language=language)), language)
    return [(row.name, float(row.value)) for row, _ in found if row.value is not None]


def test_a_scale_whose_question_lost_its_mark() -> None:
    asked = "D: okay so on a scale of one to ten how severe is the pain"
    assert rows([asked, "P: gosh it's like a nine"], "en") == [("pain", 9)]
    assert rows(["D: okay so how severe is the pain", "P: it's like a nine"], "en") == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_recall_of_planted_measurements(language: str) -> None:
    said = found = wrong = 0
    for lines, gold in PLANTED[language]:
        read = rows(lines, language)
        said += len(gold)
        right = [one for one in gold if one in read]
        found += len(right)
        extra = [one for one in read if one not in gold]
        wrong += len(extra)
        if len(right) < len(gold) or extra:
            print(language, lines, "said", gold, "read", read)
    print(f"{language}: {found} of {said} found, {wrong} rows of nothing said")
    assert found >= 0.95 * said
    assert wrong == 0
