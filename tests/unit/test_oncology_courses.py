"""Treatment courses, responses and toxicities: the gold set, and what new words must not reach."""

from __future__ import annotations

import pytest

from clinical.oncology.extract import facts_of
from tests.unit.oncology_phrases import compared, document, phrases


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_gold_set(language: str) -> None:
    """Figures at first sight and after mending: docs/results.md."""
    kept = phrases(language, "oncology_courses")
    assert len(kept) >= 60
    failed = [
        (phrase, lost, more)
        for phrase, expected in kept
        for _, lost, more in [compared(phrase, expected, language)]
        if lost or more
    ]
    assert failed == []


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("La maladie ne progresse pas.", "fr", set()),
        ("CR de TDM thoracique : pas de lésion.", "fr", set()),
        ("CR du scanner joint.", "fr", set()),
        ("Réponse quasi complète au scanner.", "fr", {"PR"}),
        ("Réponse métabolique presque complète.", "fr", {"PR"}),
        ("Réponse complète.", "fr", {"CR"}),
        ("Near-complete response on MRI.", "en", {"PR"}),
        ("Bilan rénal : stable.", "fr", {"SD"}),
        ("No hepatic progression.", "en", set()),
        ("If nodal progression, switch to docetaxel.", "en", set()),
        ("Pas d'échappement sous sunitinib.", "fr", set()),
    ],
)
def test_responses(text: str, language: str, values: set[str]) -> None:
    assert {one.value for one in facts_of(document(text, language)).responses} == values


@pytest.mark.parametrize(
    ("text", "language", "statuses"),
    [
        ("Cisplatine remplacé par carboplatine.", "fr", "stopped unknown"),
        ("Arrêt du cisplatine au profit du carboplatine.", "fr", "stopped unknown"),
        ("Switched to osimertinib last month.", "en", "unknown"),
        ("Docetaxel was replaced with cabazitaxel.", "en", "stopped unknown"),
        ("Il refuse toute chimiothérapie par docétaxel.", "fr", ""),
        ("She declined docetaxel.", "en", ""),
        ("She declined further docetaxel.", "en", "stopped"),
    ],
)
def test_what_became_of_treatments(text: str, language: str, statuses: str) -> None:
    found = facts_of(document(text, language)).treatments
    assert " ".join(one.status for one in found) == statuses


@pytest.mark.parametrize(
    ("text", "language", "grades"),
    [
        ("Grade 3 neutropenia, grade 1 thrombocytopenia, grade 2 diarrhoea.", "en", [3, 1, 2]),
        ("Neutropenia grade 3, diarrhoea grade 2.", "en", [3, 2]),
        ("Neutropénie de grade 3, diarrhée, grade 2.", "fr", [3, 2]),
        ("Neutropénie gr. III. Diarrhée gr. 2.", "fr", [3, 2]),
    ],
)
def test_each_has_its_own_grade(text: str, language: str, grades: list[int]) -> None:
    assert [one.grade for one in facts_of(document(text, language)).toxicities] == grades
