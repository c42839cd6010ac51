"""Criteria of trials: what is read of them, and how a record answers them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.trials.judge import judge
from clinical.trials.parse import criteria
from consultation.documents import PatientRecord
from consultation.errors import ResearchOff
from consultation.export.research_text import screening_to_markdown
from consultation.research import LABELS, CriterionVerdict, TrialScreening, Variable
from consultation.settings import Settings
from records.read import read_record
from summarize.trials import patient_facts, screen

ON = Settings(research=True)


def _record(text: str, language: str, date: str = "2024-03-01") -> PatientRecord:
    head = "Letter of 1 March 2024" if language == "en" else "Courrier du 1er mars 2024"
    if date != "2024-03-01":
        head = f"Date : {date}"
    return read_record([("letter.txt", f"{head}\n\n{text}\n".encode())], language=language)


def _verdicts(asked: str, said: str, language: str, kind: str = "i") -> list[str]:
    heads = {
        "en": {"i": "Inclusion Criteria:", "e": "Exclusion Criteria:"},
        "fr": {"i": "Critères d'inclusion :", "e": "Critères de non-inclusion :"},
    }
    text = f"{heads[language][kind]}\n- {asked}\n"
    patient = patient_facts(_record(said, language), as_of="2024-03-10")
    return [judge(one, patient).verdict.value for one in criteria(text, language)]


@pytest.mark.parametrize(
    ("line", "language", "variable", "name", "op", "value", "high", "unit"),
    [
        ("Age ≥ 18 years", "en", "age", None, ">=", 18, None, "years"),
        ("18 years of age or older", "en", "age", None, ">=", 18, None, "years"),
        ("Aged 18 to 75 years", "en", "age", None, "between", 18, 75, "years"),
        ("Âge compris entre 18 et 75 ans", "fr", "age", None, "between", 18, 75, "years"),
        ("18 ans et plus", "fr", "age", None, ">=", 18, None, "years"),
        ("ECOG performance status of 0, 1 or 2", "en", "ecog", None, "between", 0, 2, None),
        ("ECOG ≤ 1", "en", "ecog", None, "<=", 1, None, None),
        ("OMS 0-1", "fr", "ecog", None, "between", 0, 1, None),
        ("Karnofsky ≥ 70 %", "en", "karnofsky", None, ">=", 70, None, "%"),
        ("Indice de Karnofsky ≥ 70", "fr", "karnofsky", None, ">=", 70, None, None),
        ("ANC >= 1,500/mm3", "en", "laboratory", "neutrophils", ">=", 1500, None, "/mm3"),
        ("PNN ≥ 1 500/mm3", "fr", "laboratory", "neutrophils", ">=", 1500, None, "/mm3"),
        ("Bilirubin less than or equal to (≤) 1.5 times the upper limit of normal", "en",
         "laboratory", "bilirubin", "<=", 1.5, None, "ULN"),
        ("créatinine ≤ 1,5 LSN", "fr", "laboratory", "creatinine", "<=", 1.5, None, "ULN"),
        ("ASAT/ALAT ≤ 3 N", "fr", "laboratory", "ASAT", "<=", 3, None, "ULN"),
        ("clairance de la créatinine ≥ 50 mL/min", "fr", "laboratory", "eGFR", ">=", 50, None,
         "ml/min"),
        ("LVEF at least 50%", "en", "laboratory", "FEVG", ">=", 50, None, "%"),
        ("At least 2 prior lines of therapy", "en", "prior_lines", None, ">=", 2, None, None),
        ("Life expectancy of more than 3 months", "en", "life_expectancy", None, ">", 3, None,
         "months"),
    ],
)  # fmt: skip
def test_criteria_with_a_number(
    line: str, language: str, variable: str, name: str | None, op: str, value: float,
    high: float | None, unit: str | None,
) -> None:  # fmt: skip
    one = criteria(line, language)[0]
    found = (one.variable.value, one.name, one.op, one.value, one.high, one.unit)
    assert found == (variable, name, op, value, high, unit)


@pytest.mark.parametrize(
    ("line", "language", "variable", "name", "op"),
    [
        ("Women", "en", "sex", None, "present"),
        ("Histologically confirmed breast cancer", "en", "diagnosis", None, "present"),
        ("Adénocarcinome du côlon", "fr", "diagnosis", "8140", "present"),
        ("Stage IIIB-IV", "en", "stage", None, "present"),
        ("Stade IV", "fr", "stage", None, "present"),
        ("HER2-negative", "en", "biomarker", "HER2", "present"),
        ("Mutation EGFR", "fr", "biomarker", "EGFR", "present"),
        ("Metastatic disease", "en", "extent", None, "present"),
        ("Brain metastases", "en", "brain_metastases", None, "present"),
        ("Pas de métastase cérébrale", "fr", "brain_metastases", None, "absent"),
        ("No prior chemotherapy", "en", "treatment", "chemotherapy", "absent"),
        ("Trastuzumab within 4 weeks", "en", "treatment", "trastuzumab", "present"),
        ("Traitement par FOLFOX", "fr", "treatment", "FOLFOX", "present"),
        ("Other malignancy within 5 years", "en", "other_cancer", None, "present"),
        ("Heart failure", "en", "condition", "heart failure", "present"),
        ("Insuffisance cardiaque", "fr", "condition", "heart failure", "present"),
        ("Pregnant", "en", "condition", "pregnancy", "present"),
        ("Negative pregnancy test", "en", "condition", "pregnancy", "absent"),
        ("Femme enceinte", "fr", "condition", "pregnancy", "present"),
        ("Adequate hepatic function", "en", "organ_function", None, "present"),
        ("Written informed consent", "en", "will", None, "present"),
        ("Consentement éclairé signé", "fr", "will", None, "present"),
        ("Something else entirely", "en", "other", None, "present"),
    ],
)
def test_criteria_in_words(
    line: str, language: str, variable: str, name: str | None, op: str
) -> None:
    one = criteria(line, language)[0]
    assert (one.variable.value, one.name, one.op) == (variable, name, op)


def test_windows_are_days() -> None:
    assert criteria("Trastuzumab within 4 weeks", "en")[0].window_days == 28
    assert criteria("oxaliplatine dans les 6 derniers mois", "fr")[0].window_days == 180
    assert criteria("Other malignancy within five years", "en")[0].window_days == 1825


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(["fr", "en"]))
def test_parsing_never_raises_and_offsets_are_exact(text: str, language: str) -> None:
    for one in criteria(text, language):
        assert text[one.start : one.end] == one.text


_SCRAPS = st.sampled_from(
    ["Inclusion Criteria:", "Critères d'exclusion :", "\n- ", " ≥ ", "18", " ans", "ECOG",
     " 0 or 1", "ANC", " 1,500", "/mm3", " x ULN", "é", "ﬁ", "œ", " HER2 ", "+", " stage ",
     "iv", "-", "iii", "; ", "\u0301", "²", " within ", "4 weeks", "between ", " and ", "\r\n",
     "\u2028", "\x0b"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(_SCRAPS, max_size=30).map("".join), st.sampled_from(["fr", "en"]))
def test_offsets_are_exact_in_what_looks_like_criteria(text: str, language: str) -> None:
    for one in criteria(text, language):
        assert text[one.start : one.end] == one.text


@pytest.mark.parametrize(
    ("asked", "said", "language", "verdict"),
    [
        ("Age ≥ 18 years", "68-year-old man seen today.", "en", "met"),
        ("Age ≥ 70 years", "45-year-old man seen today.", "en", "not_met"),
        ("Âge ≤ 75 ans", "Patiente de 61 ans.", "fr", "met"),
        ("Age ≥ 69 years", "68-year-old man seen today.", "en", "unknown"),
        ("Women", "68-year-old man seen today.", "en", "not_met"),
        ("Femmes", "Patiente de 61 ans.", "fr", "met"),
        ("ECOG 0-1", "ECOG 1 today.", "en", "met"),
        ("ECOG 0-1", "ECOG 3 today.", "en", "not_met"),
        ("OMS 0-1", "OMS 2 ce jour.", "fr", "not_met"),
        ("Breast cancer", "Ductal carcinoma of the left breast.", "en", "met"),
        ("Cancer du sein", "Adénocarcinome du côlon.", "fr", "not_met"),
        ("HER2-negative", "HER2 3+.", "en", "not_met"),
        ("HER2 négatif", "HER2 score 0.", "fr", "met"),
        ("Haemoglobin ≥ 9 g/dL", "Haemoglobin 12.9 g/dL.", "en", "met"),
        ("hémoglobine ≥ 9 g/dL", "Hémoglobine 8,1 g/dL.", "fr", "not_met"),
        ("Platelets ≥ 100,000/mm3", "Platelets 210 x10^9/L.", "en", "met"),
        ("creatinine ≤ 1.5 x ULN", "Creatinine 92 umol/L.", "en", "unknown"),
        ("Brain metastases", "No brain metastases on MRI.", "en", "not_met"),
        ("Insuffisance cardiaque", "Pas d'insuffisance cardiaque.", "fr", "not_met"),
        ("Heart failure", "Known heart failure.", "en", "met"),
        ("HIV", "HIV serology negative.", "en", "not_met"),
        ("VIH", "Sérologie VIH négative.", "fr", "not_met"),
        ("Femme enceinte", "Test de grossesse négatif.", "fr", "not_met"),
        ("No prior chemotherapy", "She has never received chemotherapy.", "en", "met"),
        (
            "No prior chemotherapy",
            "3 cycles of FOLFOX completed on 1 February 2024.",
            "en",
            "not_met",
        ),
        ("Heart failure", "Seen today, doing well.", "en", "unknown"),
        ("Written informed consent", "She consents to everything.", "en", "unknown"),
    ],
)
def test_judged(asked: str, said: str, language: str, verdict: str) -> None:
    assert _verdicts(asked, said, language)[0] == verdict


@pytest.mark.parametrize(
    ("asked", "said", "language"),
    [
        ("Breast cancer", "Her mother had breast cancer at 58.", "en"),
        ("Cancer du sein", "Antécédents familiaux : mère, cancer du sein à 58 ans.", "fr"),
        ("Heart failure", "Family history: father, heart failure.", "en"),
        ("Prior oxaliplatin", "Oxaliplatin is planned from next week.", "en"),
        ("Traitement antérieur par trastuzumab", "Trastuzumab à débuter en avril.", "fr"),
        ("Heart failure", "Risk of heart failure explained.", "en"),
        ("Brain metastases", "Is there any brain metastasis?", "en"),
        ("Heart failure unless controlled", "Known heart failure.", "en"),
        ("ECOG 0-1", "ECOG 1 on 3 January 2020.", "en"),
        ("Pregnancy", "Contraception advised; pregnancy must be avoided.", "en"),
        ("Femme enceinte", "Patiente nullipare, projet de grossesse.", "fr"),
        ("HIV", "HIV serology requested.", "en"),
        ("HIV", "Known HIV, hepatitis B negative.", "en"),
        ("VIH", "Sérologies VIH, VHB et VHC négatives.", "fr"),
        ("Hépatite B", "Vaccin hépatite B à jour.", "fr"),
        ("Diabetes", "HbA1c 5.2%, diabetes screening.", "en"),
        ("Hypertension", "Pulmonary hypertension.", "en"),
        ("Depression", "Bone marrow depression after chemotherapy.", "en"),
        ("Breast cancer", "Suspicion of breast cancer.", "en"),
        ("EGFR mutation", "EGFR mutation pending.", "en"),
        ("Mutation EGFR", "Mutation EGFR : résultat en attente.", "fr"),
    ],
)
def test_never_met(asked: str, said: str, language: str) -> None:
    """Relatives', planned, feared, asked, conditional and outdated: unknown, never met."""
    assert set(_verdicts(asked, said, language)) == {"unknown"}


def test_silence_is_unknown_in_both_kinds() -> None:
    for kind in "ie":
        asked = "Pregnant; heart failure; HIV; brain metastases; prior trastuzumab; age ≥ 18 years"
        assert set(_verdicts(asked, "Seen today.", "en", kind)) == {"unknown"}


_SAID = [
    "68-year-old woman.", "ECOG 1.", "HER2 3+.", "Heart failure.", "No brain metastases.",
    "Haemoglobin 12.9 g/dL.", "Ductal carcinoma of the left breast.", "8 cycles of FOLFOX done.",
    "No history of HIV.", "cT2 N1 M0.", "Stage IIIB.",
]  # fmt: skip
_ASKED = (
    "Inclusion Criteria:\nAge ≥ 18 years\nWomen\nECOG 0-1\nHER2-positive\nHaemoglobin ≥ 9 g/dL\n"
    "Breast cancer\nPrior oxaliplatin\nStage III\nExclusion Criteria:\nHeart failure\n"
    "Brain metastases\nHIV\nMetastatic disease\n"
)


@settings(deadline=None, max_examples=40)
@given(st.sets(st.sampled_from(_SAID)), st.sampled_from(_SAID))
def test_words_taken_away_meet_nothing(said: set[str], gone: str) -> None:
    """Unless two sources disagree, fewer words can only turn an answer to unknown."""
    more = patient_facts(_record("\n\n".join(sorted(said | {gone})), "en"), as_of="2024-03-10")
    less = patient_facts(
        _record("\n\n".join(sorted(said - {gone})) or ".", "en"), as_of="2024-03-10"
    )
    for one in criteria(_ASKED, "en"):
        before, after = judge(one, more), judge(one, less)
        assert after.verdict in (before.verdict, CriterionVerdict.unknown)


def test_every_verdict_has_its_words() -> None:
    made = _screened()
    decided = [one for trial in made.trials for one in trial.judgements if one.decided]
    assert decided
    record = _record("\n\n".join(_SAID), "en")
    for one in decided:
        assert one.evidence
        for quote in one.evidence:
            document = record.document(quote.source)
            paragraph = document.paragraph(quote.anchor) if document else None
            assert paragraph
            assert paragraph.text[quote.quote_start : quote.quote_end] == quote.quote


def test_the_order_never_prefers_what_something_stands_against() -> None:
    made = _screened("Inclusion Criteria:\nMen\n", _ASKED)
    against = [trial.against for trial in made.trials]
    assert against == sorted(against)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_we_never_say_eligible(language: str) -> None:
    made = _screened(language=language)
    text = screening_to_markdown(made)
    ours = re.sub(r"«[^»]*»", "", text)
    assert not re.search(r"[ée]ligib|probab\w+ de", ours, re.IGNORECASE)
    assert text.count(LABELS[language]) == 2
    assert made.label == LABELS[language]
    assert {"fr": "à examiner", "en": "to examine"}[language] in text


def test_off_by_default() -> None:
    with pytest.raises(ResearchOff) as caught:
        screen(_record("Seen.", "en"), [], Settings())
    assert caught.value.code == "research_off"
    assert "ANAMNESE_RESEARCH" in caught.value.hint


def test_unknown_counts_for_nothing() -> None:
    made = _screened("Inclusion Criteria:\nWritten informed consent\nSomething else\n")
    assert (made.trials[0].decided, made.trials[0].unknown) == (0, 2)
    assert {j.criterion.variable for j in made.trials[0].judgements} == {
        Variable.will, Variable.other
    }  # fmt: skip


def _screened(*texts: str, language: str = "en") -> TrialScreening:
    record = _record("\n\n".join(_SAID), "en")
    given_texts = [(f"t{n}.txt", text, "en") for n, text in enumerate(texts or (_ASKED,))]
    return screen(record, given_texts, ON, as_of="2024-03-10", language=language)
