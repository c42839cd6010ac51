"""Notes of the two sample consultations: true lines pass every check, injected errors fail one.

The evidence is the whole consultation, except after ``=>``, where a number of the error was said of
something else: there it is the turn that holds those words.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from clinical.conflicts import asserted_but_denied, denied_but_asserted, wrong_experiencer
from clinical.dialogue import Said
from clinical.drugs import missing_drugs
from clinical.numbers import missing_quantities

TRUE = {
    "fr": """
Céphalées depuis 3 semaines, surtout le matin.
Nausées, photophobie.
Pas de fièvre. Vertiges deux fois la semaine dernière.
Amlodipine 5 mg le matin, lévothyroxine 75 µg.
Doliprane 1 g, 2 à 3 comprimés presque tous les jours.
Allergie à l'amoxicilline (urticaire il y a 10 ans).
TA 155/95 mmHg.
Nuque souple, examen neurologique normal.
Migraine probable, aggravée par l'abus d'antalgiques.
Migraines chez la mère.
Sumatriptan 50 mg au début de la crise. Amlodipine augmentée à 10 mg.
Doliprane : pas plus de 2 jours par semaine.
Bilan : TSH, créatinine, ionogramme.
Revoir dans 1 mois avec le carnet de tension.
Appeler le 15 si douleur brutale ou difficultés à parler.
""",
    "en": """
Cough for 10 days, not getting any better.
Dry at first, then yellow phlegm since Monday.
Fever 38.5 on Tuesday. Breathless on the stairs. No chest pain.
Lisinopril 10 mg in the morning. Metformin 500 mg twice a day. Ibuprofen sometimes.
Allergic to penicillin: rash as a child.
Ex-smoker, stopped 6 years ago; 10 cigarettes a day for 20 years.
Crackles at the right base. SpO2 96%. BP 142/85 mmHg.
Possible community-acquired pneumonia.
Doxycycline 100 mg twice daily for 5 days.
Paracetamol 1 g up to 3 times a day instead of ibuprofen.
Chest x-ray, kidney function and HbA1c.
Diabetes.
Review in 1 week, sooner if more breathless or fever above 39.
""",
}

FALSE = {
    "fr": """
Céphalées depuis 3 mois.
Fièvre et céphalées.
Lévothyroxine 75 mg.
Lévothyroxine 65 µg.
Amlodipine 15 mg.
Doliprane 500 mg.
Pas d'allergie connue.
Allergie à la pénicilline.
TA 155/85 mmHg.
TA 95/155 mmHg.
Raideur de la nuque.
Pas de vertige.
Pas de nausées.
Sumatriptan 100 mg.
Zolmitriptan 50 mg.
Revoir dans 2 mois.
Pas de toux.
Doliprane : pas plus de 3 jours par semaine.
Allergie (urticaire il y a 2 ans).
""",
    "en": """
Cough for 10 weeks.
Chest pain and cough.
No fever.
Fever 39.5.
Lisinopril 20 mg.
Metformin 500 mg three times a day. => metformin, five hundred
Metformin 850 mg twice a day.
Losartan 10 mg.
No known drug allergies.
Allergic to cephalosporins.
BP 142/95 mmHg.
SpO2 86%.
Doxycycline 100 mg twice daily for 7 days. => doxycycline
Doxycycline 100 mg daily for 10 days.
Amoxicillin 500 mg.
Not breathless.
Review in 2 weeks.
Denies palpitations.
""",
}


def lines(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, line) for language in table for line in table[language].strip().splitlines()]


def said(samples: Path, language: str, cited: str = "") -> list[Said]:
    """The turns that hold the words ``cited``; all of them by default, the hardest case."""
    text = (samples / f"consult_{language}.txt").read_text(encoding="utf-8")
    turns = [Said(line[2:].strip(), line[0]) for line in text.splitlines() if line[1:2] == ":"]
    return [turn for turn in turns if cited in turn.text]


def failures(statement: str, turns: list[Said], language: str) -> list[str]:
    """The checks that refuse a statement, the whole consultation being its evidence."""
    evidence = "\n".join(turn.text for turn in turns)
    found = [f"number {q.text}" for q in missing_quantities(statement, evidence, language)]
    found += [f"drug {m.text}" for m in missing_drugs(statement, evidence, language)]
    for check in (denied_but_asserted, asserted_but_denied, wrong_experiencer):
        found += [f"{check.__name__} {c.finding.text}" for c in check(statement, turns, language)]
    return found


@pytest.mark.parametrize(("language", "statement"), lines(TRUE))
def test_a_true_line_passes(samples: Path, language: str, statement: str) -> None:
    assert failures(statement, said(samples, language), language) == []


@pytest.mark.parametrize(("language", "statement"), lines(FALSE))
def test_an_injected_error_is_refused(samples: Path, language: str, statement: str) -> None:
    text, _, cited = (part.strip() for part in statement.partition("=>"))
    assert failures(text, said(samples, language, cited), language) != []
