"""Factors of toxicity and efficacy over time; the switch that they share."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from api.cli import app
from clinical.oncology.lexicon import rows
from consultation.documents import PatientRecord
from consultation.errors import ResearchOff
from consultation.export.research_text import efficacy_to_markdown, factors_to_markdown
from consultation.export.timeline import timeline_svg
from consultation.research import LABELS
from consultation.settings import Settings
from records.read import read_record
from summarize.efficacy import efficacy
from summarize.toxicity import factors

ON = Settings(research=True)
SAMPLES = Path(__file__).parents[2] / "evaluation" / "samples" / "records"
EN = [
    "Second cycle of FOLFIRINOX on 10 March 2024.",
    "Admitted on 18 March 2024 for febrile neutropenia grade 4 after FOLFIRINOX, dehydration.",
    "ECOG 2. Albumin 28 g/L on 18 March 2024.",
]
FR = [
    "Deuxième cure de FOLFIRINOX le 10 mars 2024.",
    "Hospitalisée le 18 mars 2024 pour neutropénie fébrile de grade 4, déshydratation.",
    "OMS 2. Albumine 28 g/L le 18 mars 2024.",
]
EXPECTED = {
    "febrile_neutropenia", "severe_toxicity", "dehydration", "admission_after_cycle",
    "poor_performance", "low_albumin",
}  # fmt: skip


def _record(language: str, *lines: str) -> PatientRecord:
    head = {"en": "Letter of 20 March 2024", "fr": "Courrier du 20 mars 2024"}[language]
    text = "\n\n".join([head, *lines])
    return read_record([("letter.txt", text.encode())], language=language)


def _keys(language: str, *lines: str) -> set[str]:
    made = factors(_record(language, *lines), ON, as_of="2024-04-01")
    return {one.key for one in made.factors}


@pytest.mark.parametrize(("language", "lines"), [("en", EN), ("fr", FR)])
def test_factors_with_their_words_and_time(language: str, lines: list[str]) -> None:
    made = factors(_record(language, *lines), ON, as_of="2024-04-01")
    found = {one.key: one for one in made.factors}
    assert set(found) >= EXPECTED
    assert found["admission_after_cycle"].date == "2024-03-18"
    assert found["admission_after_cycle"].days_after_cycle == 8
    assert found["low_albumin"].age_days == 14
    assert all(one.source and one.evidence for one in made.factors)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "No dehydration. No weight loss."),
        ("fr", "Pas de déshydratation ni de perte de poids."),
        ("en", "Family history: mother, weight loss, dehydration."),
        ("fr", "Antécédents familiaux : mère, perte de poids."),
        ("en", "Hospital admission planned on 22 March 2024."),
        ("fr", "Hospitalisation prévue le 22 mars 2024."),
        ("en", "Risk of febrile neutropenia explained."),
        ("fr", "En cas de neutropénie fébrile, consulter aux urgences."),
        ("en", "ECOG 1. Albumin 41 g/L on 18 March 2024."),
        ("en", "Admitted on 2 January 2023 for hip surgery."),
    ],
)
def test_what_is_no_factor(language: str, line: str) -> None:
    """Denied, a relative's, planned, feared, in range, or before any cycle."""
    cycle = {"en": EN, "fr": FR}[language][0]
    assert _keys(language, cycle, line) <= {"polychemotherapy"}


def test_every_factor_has_a_source_and_both_names() -> None:
    for row in rows("toxicity_factors"):
        assert all(row[one] for one in ("source", "label_fr", "label_en")), row["key"]


def test_there_is_no_score() -> None:
    made = factors(_record("en", *EN), ON, as_of="2024-04-01")
    assert "score" not in made.model_dump()
    assert not any("score" in one.model_dump() for one in made.factors)


def test_a_planned_treatment_is_no_row() -> None:
    made = efficacy(_record("en", "FOLFOX is planned from 2 April 2024."), ON)
    assert made.rows == ()


@pytest.mark.parametrize(
    ("language", "treatment", "response"), [("en", "CAPOX", "CR"), ("fr", "radiothérapie", "CR")]
)
def test_efficacy_of_a_whole_record(language: str, treatment: str, response: str) -> None:
    made = efficacy(read_record([SAMPLES / language]), ON, as_of="2024-09-01")
    row = next(one for one in made.rows if one.treatment == treatment)
    assert row.responses[0].startswith(response)
    assert row.markers
    assert row.evidence


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_plot_is_accessible_and_stands_alone(language: str) -> None:
    made = efficacy(read_record([SAMPLES / language]), ON, as_of="2024-09-01")
    svg = timeline_svg(made)
    root = ElementTree.fromstring(svg)
    spaced = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    for name in (root.get("aria-labelledby") or "").split():
        assert any(one.get("id") == name and one.text for one in root)
    assert LABELS[language] in (root.findtext(f"{spaced}desc") or "")
    assert not re.search(r"<script|<image|href=|url\(|@import", svg)


def test_the_plot_of_nothing_says_so() -> None:
    svg = timeline_svg(efficacy(_record("en", "Seen & <well>."), ON))
    assert "Nothing dated" in svg
    ElementTree.fromstring(svg)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_output_is_labelled(language: str) -> None:
    record = read_record([SAMPLES / language])
    listed, over_time = factors(record, ON), efficacy(record, ON)
    assert factors_to_markdown(listed).count(LABELS[language]) == 2
    assert efficacy_to_markdown(over_time).count(LABELS[language]) == 2
    assert listed.provenance.notice == over_time.provenance.notice == LABELS[language]
    ours = re.sub(r"«[^»]*»", "", factors_to_markdown(listed) + efficacy_to_markdown(over_time))
    assert not re.search(r"[ée]ligib", ours, re.IGNORECASE)


@pytest.mark.parametrize("function", [factors, efficacy])
def test_off_by_default(function: Callable[..., object]) -> None:
    with pytest.raises(ResearchOff):
        function(_record("en", "Seen."), Settings())


@pytest.mark.parametrize("command", ["trials", "toxicity", "efficacy"])
def test_the_command_line_is_off_and_then_writes(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANAMNESE_RESEARCH", raising=False)
    criteria = tmp_path / "trial.txt"
    criteria.write_text("Inclusion Criteria:\n- ECOG 0-1\n", "utf-8")
    out = tmp_path / "out"
    asked = ["research", command, str(SAMPLES / "en"), "--out", str(out)]
    asked += ["--criteria", str(criteria)] if command == "trials" else []
    refused = CliRunner().invoke(app, asked)
    assert refused.exit_code == 2
    assert not out.exists()
    monkeypatch.setenv("ANAMNESE_RESEARCH", "1")
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert LABELS["en"] in (out / f"{command}.md").read_text("utf-8")
