"""Scores, habits, allergies and labels: any value is read back, any text is read without error."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.allergies import allergies, shared_class
from clinical.dialogue import Said
from clinical.drugs import find_drugs
from clinical.habits import habits
from clinical.numbers import quantities
from clinical.scores import scores
from clinical.vital_values import vital_values

LANGUAGES = st.sampled_from(["fr", "en"])


@settings(deadline=None)
@given(st.text(max_size=80), LANGUAGES)
def test_any_text_is_read(text: str, language: str) -> None:
    found = [
        *scores(text, language),
        *habits(text, language),
        *vital_values(text, language),
    ]
    for one in found:
        assert text[one.start : one.end] == one.text


@given(st.integers(min_value=0, max_value=40), LANGUAGES)
def test_a_glasgow_score_is_legal_from_3_to_15(value: int, language: str) -> None:
    said = f"le Glasgow est à {value}" if language == "fr" else f"the GCS is {value}"
    (score,) = scores(said, language)
    assert (score.name, score.value, score.legal) == ("Glasgow", value, 3 <= value <= 15)


@given(st.integers(min_value=0, max_value=9), st.sampled_from(["NYHA", "ECOG"]))
def test_classes_are_legal_within_their_range(value: int, name: str) -> None:
    (score,) = scores(f"{name} {value}", "en")
    most = 4 if name == "NYHA" else 5
    assert score.legal == ((name == "ECOG" or value >= 1) and value <= most)


@pytest.mark.parametrize(
    ("said", "language", "name", "value"),
    [
        ("stade NYHA deux", "fr", "NYHA", 2),
        ("NYHA class III", "en", "NYHA", 3),
        ("MMSE à 26 sur 30", "fr", "MMSE", 26),
        ("PHQ-9 score of fourteen", "en", "PHQ-9", 14),
        ("CHA2DS2-VASc à 4", "fr", "CHA2DS2-VASc", 4),
        ("le score de Wells est à 1,5", "fr", "Wells", Decimal("1.5")),
        ("performance status of 1", "en", "ECOG", 1),
        ("AUDIT-C à 5", "fr", "AUDIT-C", 5),
        ("Apgar à dix", "fr", "Apgar", 10),
    ],
)
def test_scores(said: str, language: str, name: str, value: Decimal) -> None:
    (score,) = scores(said, language)
    assert (score.name, score.value, score.legal) == (name, value, True)


def test_a_class_that_is_a_letter_gets_no_points() -> None:
    (score,) = scores("Child-Pugh B", "en")
    assert (score.value, score.grade) == (None, "B")


@pytest.mark.parametrize("said", ["il se leva à 7 heures", "on a vas y 3", "un canapé, un sofa 2"])
def test_words_that_only_look_like_a_score(said: str) -> None:
    assert not scores(said, "fr")


@given(st.integers(min_value=1, max_value=120))
def test_pack_years(value: int) -> None:
    (french,) = habits(f"tabac {value} paquets-année", "fr")
    (english,) = habits(f"a {value} pack year history", "en")
    assert french.value == english.value == value
    assert french.unit == english.unit == "{pack-year}"


@pytest.mark.parametrize(
    ("said", "language", "question", "expected"),
    [
        ("je fume dix cigarettes par jour", "fr", "", ("cigarettes", 10, "{cigarette}/d")),
        ("deux verres de vin par jour", "fr", "", ("drinks", 2, "{drink}/d")),
        ("fourteen units of alcohol a week", "en", "", ("units", 14, "{unit}/wk")),
        ("about two glasses a day", "en", "Do you drink alcohol?", ("drinks", 2, "{drink}/d")),
        ("je vapote", "fr", "", ("vaping", None, None)),
        ("tabac sevré depuis 2010", "fr", "", ("stopped", None, None)),
        ("I quit in 2015", "en", "Do you smoke?", ("stopped", None, None)),
    ],
)
def test_habits(
    said: str, language: str, question: str, expected: tuple[str, int | None, str | None]
) -> None:
    (habit,) = habits(said, language, question)
    assert (habit.name, habit.value, habit.unit) == expected


@pytest.mark.parametrize(
    ("said", "language"),
    [("deux verres d'eau par jour", "fr"), ("a glass of milk", "en"), ("I'm trying to quit", "en")],
)
def test_no_habit(said: str, language: str) -> None:
    assert not habits(said, language)


@pytest.mark.parametrize(
    ("turns", "language", "certainty", "reaction"),
    [
        (("Je suis allergique à la pénicilline, urticaire.",), "fr", "allergy", "urticaire"),
        (
            ("Allergique à l'amoxicilline, j'ai eu des diarrhées.",),
            "fr",
            "intolerance",
            "diarrhées",
        ),
        (("Je ne supporte pas la codéine.",), "fr", "intolerance", None),
        (("I'm allergic to codeine.",), "en", "allergy", None),
        (("Allergies?", "To penicillin, my face swelled."), "en", "allergy", "swelled"),
    ],
)
def test_allergies(
    turns: tuple[str, ...], language: str, certainty: str, reaction: str | None
) -> None:
    said = [Said(text, role=f"S{i}") for i, text in enumerate(turns)]
    (found,) = allergies(said, language)
    assert (found.certainty, found.reaction) == (certainty, reaction)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Pas d'allergie connue.", "fr"),
        ("Ma sœur est allergique à la pénicilline.", "fr"),
        ("No known drug allergies.", "en"),
        ("I'm not allergic to penicillin.", "en"),
    ],
)
def test_no_allergy(said: str, language: str) -> None:
    assert not allergies([Said(said, role="S1")], language)


@pytest.mark.parametrize(
    ("allergen", "drug", "expected"),
    [
        ("penicillin", "amoxicillin", "penicillin"),
        ("amoxicillin", "ampicillin", "penicillin"),
        ("ibuprofen", "naproxen", "nsaid"),
        ("aspirin", "ibuprofen", "nsaid"),
        ("ibuprofen", "paracetamol", None),
        ("penicillin", "clarithromycin", None),
        ("penicillin", "cefuroxime", None),
    ],
)
def test_classes(allergen: str, drug: str, expected: str | None) -> None:
    (one,), (other,) = find_drugs(allergen, "en"), find_drugs(drug, "en")
    assert shared_class(one, other) == expected
    if one.kind == other.kind == "drug":
        assert shared_class(other, one) == expected


DIGITS = st.lists(st.integers(min_value=10, max_value=99), min_size=4, max_size=4)


@given(DIGITS, st.sampled_from(["", " ", ".", "-"]), LANGUAGES)
def test_a_telephone_number_is_never_a_value(pairs: list[int], by: str, language: str) -> None:
    number = by.join(["06", *(str(pair) for pair in pairs)])
    found = quantities(f"Tél. {number}", language)
    assert {q.kind for q in found} == {"label"}


@given(st.integers(min_value=20, max_value=250))
def test_an_implied_unit_is_given_to_a_possible_value_alone(value: int) -> None:
    (found,) = quantities(f"saturation à {value}", "fr")
    assert found.unit == ("%" if 50 <= value <= 100 else None)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Because of your allergy I will prescribe doxycycline.", "en"),
        ("À cause de votre allergie, je vous prescris de la doxycycline.", "fr"),
        ("Comme vous êtes allergique, je vous donne de la doxycycline.", "fr"),
    ],
)
def test_what_is_given_instead_is_no_allergen(said: str, language: str) -> None:
    assert not allergies([Said(said, role="S1")], language)
