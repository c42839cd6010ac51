"""Rows of laboratory tables, lists of normal values and thresholds."""

from __future__ import annotations

import pytest

from consultation.record_facts import Category
from records.read import read_record
from summarize.record_facts.map import facts_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Plaquettes (10*9/L) | 220 | 150 à 400 | | 210", "platelets 220"),
        ("23/09/2018 | Hémoglobinémie | 13.0 | g/dL", "hemoglobin 13.0"),
        ("Albumine (g/L) | 45,0 | 36,00 à 48,00", "albumin 45.0"),
        ("Leucocytes | 8.2 | 10*9/L", "leukocytes 8.2"),
        ("Indice de distribution des plaquettes (%) | 12 | | | 12", ""),
        ("Concentration corpusculaire moyenne en hémoglobine (g/dL) | 33.0 | 32 à 36", ""),
        ("Valeurs normales : hémoglobine 12 g/dL, plaquettes 150 G/L.", ""),
        ("PAS > 185 mm Hg ou PAD > 110 mm Hg | Non", ""),
        ("TA 145/85 mmHg", "blood_pressure 145"),
        ("SpO2 > 95 %", "oxygen_saturation 95"),
    ],
)
def test_rows(line: str, expected: str) -> None:
    text = f"Courrier du 1er mars 2024\n\n{line}\n"
    (document,) = read_record([("l.txt", text.encode())], language="fr").documents
    found = [
        f"{one.values['name']} {one.values['value']}"
        for one in facts_of(document)
        if one.category in (Category.laboratory, Category.vital)
    ]
    assert " ".join(found) == expected


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("NT-proBNP raised at 1,850 ng/L.", "en", "1850"),
        ("NT-proBNP 12,850.5 ng/L.", "en", "12850.5"),
        ("Potassium 4.125 mmol/L.", "en", "4.125"),
        ("NT-proBNP à 1 850 ng/L.", "fr", "1850"),
        ("Potassium 4,125 mmol/L.", "fr", "4.125"),
    ],
)
def test_a_comma_before_three_digits_is_of_thousands_in_english(
    line: str, language: str, expected: str
) -> None:
    (document,) = read_record(
        [("l.txt", f"Blood tests\n\n{line}".encode())], language=language
    ).documents
    (fact,) = [one for one in facts_of(document) if one.category is Category.laboratory]
    assert fact.values["value"] == expected
