"""Values in a row, numbers in words, and what is said of patients in general."""

from __future__ import annotations

import pytest

from clinical.oncology.extract import facts_of
from clinical.oncology.merge import merge
from tests.unit.oncology_phrases import document


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("PSA 12 puis 4", "fr", [(12, None, True), (4, None, False)]),
        (
            "PSA 30.1 → 12.4 → 2.1 ng/mL", "en",
            [(30.1, None, True), (12.4, None, True), (2.1, None, False)],
        ),
        ("PSA 2.1 ng/mL (previously 30.1)", "en", [(2.1, None, False), (30.1, None, True)]),
        (
            "PSA à 2,1 ng/mL le 03/04/2023 contre 30,1 le 02/01/2023", "fr",
            [(2.1, "2023-04-03", False), (30.1, "2023-01-02", True)],
        ),
        (
            "ACE 12 (01/2022), 8 (03/2022), 5,4 (06/2022)", "fr",
            [(12, "2022-01", True), (8, "2022-03", True), (5.4, "2022-06", False)],
        ),
        ("CA 125 fell from 80 to 21 U/mL", "en", [(80, None, True), (21, None, False)]),
        ("CA 19-9 passé de 300 à 42", "fr", [(300, None, True), (42, None, False)]),
        ("CA 15-3 : 24 U/mL puis 2 cures", "fr", [(24, None, False)]),
        ("PSA 4 ng/mL, testostérone 12", "fr", [(4, None, False)]),
    ],
)  # fmt: skip
def test_every_value_of_a_row_is_one(
    text: str, language: str, expected: list[tuple[float, str | None, bool]]
) -> None:
    found = facts_of(document(text, language)).biomarkers
    assert [(one.value, one.date, one.earlier) for one in found] == expected


def test_an_earlier_value_without_a_date_has_not_the_documents() -> None:
    one = document("PSA 12 puis 4 ng/mL", "fr").model_copy(update={"date": "2024-05-01"})
    (series,) = merge([facts_of(one)]).series
    assert [(p.value, p.date) for p in series.points] == [(4, "2024-05-01"), (12, None)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("RE à quatre-vingt-dix pour cent", "fr", [("ER", 90)]),
        ("ER ninety percent, PR ten per cent", "en", [("ER", 90), ("PR", 10)]),
        ("Ki67 à vingt pour cent", "fr", [("Ki67", 20)]),
        ("PSA à douze virgule quatre nanogrammes par millilitre", "fr", [("PSA", 12.4)]),
        ("PSA is twelve.", "en", [("PSA", 12)]),
        ("PSA à trois mois", "fr", []),
        ("PSA à contrôler dans six semaines", "fr", []),
    ],
)
def test_numbers_in_words_are_values(
    text: str, language: str, expected: list[tuple[str, float]]
) -> None:
    found = facts_of(document(text, language)).biomarkers
    assert [(one.marker, one.value) for one in found] == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Chez les patients atteints de cancer HER2 positif, on propose trastuzumab.", "fr"),
        ("Patients with metastatic colorectal cancer, KRAS mutated, receive FOLFOX.", "en"),
        ("Olaparib is used in women with BRCA1 mutated ovarian cancer.", "en"),
        ("Les patientes atteintes d'un cancer du sein métastatique reçoivent du paclitaxel.", "fr"),
    ],
)  # fmt: skip
def test_what_is_said_of_patients_in_general_is_no_fact(text: str, language: str) -> None:
    found = facts_of(document(text, language))
    assert (found.tumors, found.biomarkers, found.treatments) == ((), (), ())


def test_this_patient_among_others_is_told_of() -> None:
    text = "Comme chez les patients atteints de cancer du sein, elle reçoit du paclitaxel."
    assert [one.text for one in facts_of(document(text, "fr")).treatments] == ["paclitaxel"]


@pytest.mark.parametrize(
    ("text", "language", "status"),
    [
        ("Neuropathie périphérique grade 2 sous paclitaxel.", "fr", "unknown"),
        ("Developed grade 3 diarrhoea on capecitabine.", "en", "unknown"),
        ("Neuropathie grade 1 sous paclitaxel, actuellement au cycle 3.", "fr", "current"),
        ("Diarrhée grade 3 sous capécitabine, arrêtée depuis.", "fr", "stopped"),
        ("Sous paclitaxel.", "fr", "current"),
    ],
)
def test_what_a_toxicity_is_blamed_on_is_no_current_treatment(
    text: str, language: str, status: str
) -> None:
    assert [one.status for one in facts_of(document(text, language)).treatments] == [status]


def test_the_text_of_a_fact_has_no_half_of_a_bracket() -> None:
    (one,) = facts_of(document("récepteurs à la progestérone (RP) : 40 %", "fr")).biomarkers
    assert one.text == "RP : 40 %"
    assert one.evidence[0].quote == "RP) : 40 %"
