"""Multiples of the upper limit of normal, judged against the limit that the report prints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.reference_ranges import range_behind
from clinical.trials.judge import judge
from clinical.trials.parse import criteria
from consultation.research import Judgement
from records.read import read_record
from summarize.trials import patient_facts


def _judged(asked: str, said: str, language: str) -> list[Judgement]:
    head = "Letter of 1 March 2024" if language == "en" else "Courrier du 1er mars 2024"
    record = read_record([("letter.txt", f"{head}\n\n{said}\n".encode())], language=language)
    kind = "Inclusion Criteria:" if language == "en" else "Critères d'inclusion :"
    patient = patient_facts(record, as_of="2024-03-10")
    return [judge(one, patient) for one in criteria(f"{kind}\n- {asked}\n", language)]


@pytest.mark.parametrize(
    ("asked", "said", "language", "verdicts"),
    [
        ("Bilirubin <= 1.5 x ULN", "Bilirubin 30 µmol/L (normal range 0-21).", "en", "met"),
        ("Bilirubin <= 1.5 x ULN", "Bilirubin 40 µmol/L (0 - 21)", "en", "not_met"),
        ("Bilirubin <= 1.5 x ULN", "Bilirubin 30 µmol/L.", "en", "unknown"),
        ("AST and ALT ≤ 2.5 × ULN", "AST 90 U/L (ULN 40), ALT 120 U/L (ULN 45).", "en",
         "met not_met"),
        ("ALT ≤ 3 times the upper limit of normal", "ALT 120 U/L, reference range 10 to 45 U/L.",
         "en", "met"),
        ("creatinine ≤ 1.5 x ULN", "Creatinine 150 µmol/L (ref. 60–104).", "en", "met"),
        ("creatinine ≤ 1.5 x ULN", "Creatinine 1.9 mg/L (ref. 60–104 µmol/L).", "en", "met"),
        ("transaminases ≤ 3 x ULN", "AST 30 U/L (5-40). ALT 150 U/L (5-45).", "en", "not_met"),
        ("transaminases ≤ 3 x ULN", "AST 30 U/L (5-40).", "en", "unknown"),
        ("ASAT/ALAT <= 3 N", "ASAT 85 UI/L (N < 40), ALAT 150 UI/L (N < 45).", "fr",
         "met not_met"),
        ("ASAT/ALAT <= 3 N", "ASAT | 85 | UI/L | 5 - 40\n\nALAT | 90 | UI/L | 5 - 45", "fr",
         "met met"),
        ("bilirubine ≤ 1,5 N", "Bilirubine totale : 22 µmol/L (VN : 0-21)", "fr", "met"),
        ("bilirubine ≤ 1,5 fois la normale", "Bilirubine 40 µmol/L [normale : < 17 µmol/L]", "fr",
         "not_met"),
        ("bilirubine ≤ 1,5 LSN", "Bilirubine 24 µmol/L (LSN : 17)", "fr", "met"),
        ("ASAT ≤ 3 N", "ASAT 85 UI/L.\n\nValeurs normales : ASAT < 40 UI/L, ALAT < 45 UI/L.", "fr",
         "met"),
        ("ASAT ≤ 3 N", "ASAT 85 UI/L.", "fr", "unknown"),
        # A multiple, a limit by sex, another analyte's limit and a grade are no limit.
        ("ASAT ≤ 3 N", "ASAT 85 UI/L (2-3 N).", "fr", "unknown"),
        ("créatinine ≤ 1,5 N", "Créatinine 92 µmol/L (H : 62-106 ; F : 44-80).", "fr", "unknown"),
        ("ASAT ≤ 3 N", "ASAT 85 UI/L, ALAT (N < 45) à refaire.", "fr", "unknown"),
        ("ASAT ≤ 3 N", "ASAT 85 UI/L (grade 1-2).", "fr", "unknown"),
        ("ASAT ≤ 3 N", "ASAT 85 UI/L (N < 0,6 µmol/L).", "fr", "unknown"),
    ],
)  # fmt: skip
def test_multiples_of_the_limit(asked: str, said: str, language: str, verdicts: str) -> None:
    judged = _judged(asked, said, language)
    assert " ".join(one.verdict.value for one in judged) == verdicts


def test_value_and_limit_are_both_quoted() -> None:
    said = "Valeurs normales : ASAT < 40 UI/L.\n\nASAT 85 UI/L."
    (one,) = _judged("ASAT ≤ 3 N", said, "fr")
    assert [words.quote for words in one.evidence] == ["ASAT 85 UI/L.", "< 40 UI/L"]
    (one,) = _judged("Bilirubin ≤ 1.5 x ULN", "Bilirubin 30 µmol/L (normal range 0-21).", "en")
    assert one.evidence[-1].quote == "normal range 0-21"


def test_no_limit_says_so() -> None:
    (one,) = _judged("ASAT ≤ 3 N", "ASAT 85 UI/L.", "fr")
    assert (one.reason, len(one.evidence)) == ("limit_unknown", 1)


@given(st.text(alphabet="0123456789 -–(<)[]|,.;:nuilrefo/", max_size=40), st.integers(0, 45))
def test_any_line(line: str, at: int) -> None:
    """A range has a positive end above its start, and is where it says."""
    found = range_behind(line, min(at, len(line)))
    if found:
        assert found.high > (found.low or 0)
        assert found.start >= min(at, len(line))
        assert line[found.start : found.end].strip()
