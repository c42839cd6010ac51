"""Notes against what is known of their consultations, with written notes and a scripted engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from consultation.engines import Request
from consultation.errors import EngineUnavailable, InvalidOption
from consultation.settings import Settings
from consultation.topics import Topic
from consultation.transcript import Role
from evaluation.agreement import Agreement, compared, pooled_agreement
from evaluation.content import content, content_said
from evaluation.corpora.dialogue import Line, dialogue
from evaluation.corpora.primock57 import Judged
from evaluation.facts import Verdict, balance, checklist_recall, section_concepts
from evaluation.facts_report import FactsReport, to_markdown
from evaluation.written import from_text
from jobs.dialogue_transcript import as_transcript
from jobs.evaluate_facts import drafted, evaluate_facts, judge, written
from jobs.kept_answers import KeptAnswers
from jobs.map_cache import FolderCache
from jobs.pipeline import Pipeline
from summarize.engines.scripted import ScriptedModel
from tests.unit.test_corpora import textgrid, workbook, write_csv
from transcribe.pipeline import TranscribeOptions

NOTE = """CHIEF COMPLAINT

Cough for 3 days.

MEDICATIONS: Ibuprofen 400 mg.

PHYSICAL EXAM
No fever.
ASSESSMENT AND PLAN
Pneumonia is possible."""


def test_content_keeps_polarity_drugs_and_units() -> None:
    found = content("No fever. Cough for 3 days. Ibuprofen 400 mg.", "en")
    assert found.concepts == {"=no fever", "=cough", "@ibuprofen"}
    assert found.numbers == content("three days; 0.4 g", "en").numbers
    assert "ibuprofen" in found.words


def test_what_was_said_includes_answers() -> None:
    lines = [Line("d", "Any fever?"), Line("p", "No."), Line("d", "Cough?"), Line("d", "Right.")]
    assert content_said(lines, "en").concepts == {"=no fever"}


def test_a_note_is_divided_by_its_headings() -> None:
    note = from_text(NOTE)
    assert note.about(frozenset({Topic.complaint})) == "Cough for 3 days."
    assert note.about(frozenset({Topic.medications})) == "Ibuprofen 400 mg."
    assert note.about(frozenset({Topic.examination})) == "No fever."
    assert note.about(frozenset({Topic.plan})) == "Pneumonia is possible."
    assert from_text("Diarrhoea. Imp: viral").text == "Diarrhoea. Imp: viral"


@settings(deadline=None)  # the first call reads the lexicons
@given(st.text(), st.sampled_from(["fr", "en"]))
def test_any_note_is_read_and_loses_no_word(text: str, language: str) -> None:
    note = from_text(text)
    content(note.text, language)
    for line in note.text.splitlines():
        assert line.strip() in text


@pytest.mark.parametrize(
    ("item", "held"),
    [
        ("3 days", True),
        ("cough", True),
        ("no fever", True),
        ("fever", False),
        ("ibuprofen", True),
        ("ibuprofen 200 mg", False),
        ("paracetamol", False),
        ("possible pneumonia", True),
        ("works in a shop", False),
    ],
)
def test_items_of_a_checklist(item: str, held: bool) -> None:
    found = checklist_recall([item, "…"], content(NOTE, "en"), "en")
    assert (found.items, found.held) == (1, int(held))


def test_concepts_by_division() -> None:
    note = from_text(NOTE.replace("No fever", "Fever").replace("Ibuprofen", "Paracetamol"))
    found = section_concepts(note, from_text(NOTE), "en")
    assert found["subjective"] == Agreement(right=1, invented=1, missed=1)
    assert found["objective"] == Agreement(right=0, invented=1, missed=1)
    assert found["assessment and plan"].f1 == 1
    assert found["whole note"] == Agreement(right=2, invented=2, missed=2)


def test_balance() -> None:
    verdicts = [
        Verdict(True, 0.9, None),
        Verdict(True, 0.7, "polarity"),
        Verdict(False, 0.7, "evidence"),
        Verdict(False, 0.1, None),
    ]
    found = balance(verdicts, 0.5)
    assert found.balanced_accuracy == 0.5
    assert found.supported == 0.75
    assert found.area == (1 + 1 + 0.5 + 1) / 4
    assert found.correct_refused_by == {"polarity": 1}
    assert balance([Verdict(True, 1, None)], 0.5).area is None


@given(st.frozensets(st.text(max_size=2)), st.frozensets(st.text(max_size=2)))
def test_agreement_counts_everything_once(ours: frozenset[str], theirs: frozenset[str]) -> None:
    found = compared(ours, theirs)
    assert found.right + found.invented == len(ours)
    assert found.right + found.missed == len(theirs)
    assert pooled_agreement([found, found]).f1 == found.f1


TALK = (
    ("d", "Any fever?"),
    ("p", "No."),
    ("d", "How long have you had the cough?"),
    ("p", "Three days."),
)


def test_judged_statements_go_through_grounding_and_checks() -> None:
    found = dialogue("x", "en", TALK, {"d": Role.clinician, "p": Role.patient})
    assert found is not None
    verdicts = list(judge(found, [Judged("No fever.", True), Judged("Fever.", False)]))
    assert [v.refused_by for v in verdicts] == [None, "polarity"]
    assert verdicts[0].support == 1


def test_a_dialogue_gives_the_same_transcript_every_time() -> None:
    found = dialogue("x", "en", TALK, {"d": Role.clinician, "p": Role.patient})
    assert found is not None
    first, second = as_transcript(found), as_transcript(found)
    assert first.sha256() == second.sha256()
    assert [segment.text for segment in first.segments] == [text for _, text in TALK]
    assert first.role(first.segments[0]) is Role.clinician


NAMES = ("day1_consultation01", "day1_consultation02")


@pytest.fixture
def primock(tmp_path: Path) -> Path:
    folder = tmp_path / "primock57"
    for name in ("transcripts", "notes", "human"):
        (folder / name).mkdir(parents=True)
    for name, symptom in zip(NAMES, ("fever", "cough"), strict=True):
        doctor, patient = (
            folder / f"transcripts/{name}_{who}.TextGrid" for who in ("doctor", "patient")
        )
        textgrid(doctor, (0, f"Any {symptom}?"))
        textgrid(patient, (2, f"Yes, I have had a {symptom} for three days."))
        note = {"note": f"HPC: {symptom} for 3 days."}
        (folder / f"notes/{name}.json").write_text(json.dumps(note), "utf-8")
        cells = {"A1": "CHECKLIST", "B1": "Critical", "C1": "Note 1", "D1": "Correct / Incorrect"}
        cells |= {"A2": symptom, "B2": "c", "A3": "3 days", "B3": "nc", "A4": "shop", "B4": "c"}
        cells |= {"C2": f"{symptom} for three days", "D2": "c", "C3": f"no {symptom}", "D3": "i"}
        workbook(folder / f"human/{name}_clinician_1.xlsx", cells)
    return folder


def test_the_baselines_need_no_model(primock: Path) -> None:
    report = evaluate_facts(primock, "primock57")
    rows = {row.notes: row for row in report.rows}
    own, other = rows["the clinician's own"], rows["another consultation's"]
    said = rows["everything said"]
    assert own.critical is not None
    assert (own.critical.held, own.critical.items, own.critical.fact_recall) == (2, 4, 1)
    assert other.critical is not None
    assert other.critical.held == 0
    assert said.critical is not None
    assert said.critical.held == 2
    assert said.all_items is not None
    assert said.all_items.held == 4
    assert report.statements is not None
    assert report.statements.balanced_accuracy == 1
    assert FactsReport.model_validate_json(report.to_json()) == report
    assert "| the clinician's own | 2 | 2/4 | 50.0 |" in to_markdown(report)


def test_written_notes(primock: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / f"{NAMES[0]}.txt").write_text("Fever. Works in a shop.", "utf-8")
    report = evaluate_facts(primock, "primock57", source=written(notes), baselines=False)
    (row,) = report.rows
    assert (row.consultations, row.failed) == (1, {"no_note": 1})
    assert row.critical is not None
    assert row.critical.recall == 1
    limited = evaluate_facts(primock, "primock57", source=written(notes), limit=1, baselines=False)
    assert limited.rows[0].failed == {}


def wordy(request: Request) -> str:
    said = request.messages[-1].content
    text = "Fever for three days." if "fever" in said else "He sells cars."
    return json.dumps(["symptoms", text])


def pipeline(answer: Callable[[Request], str]) -> Pipeline:
    chosen = Settings(summary_strategy="exchanges", llm="llamacpp")
    made = Pipeline(chosen, TranscribeOptions())
    made._model = ScriptedModel(answer)
    return made


def test_drafted_notes_are_kept_and_taken_up(primock: Path, tmp_path: Path) -> None:
    out = tmp_path / "drafts"
    first = evaluate_facts(
        primock, "primock57", source=drafted(pipeline(wordy), out), baselines=False
    )
    (row,) = first.rows
    assert (row.consultations, row.refused) == (2, 1)
    assert row.kept >= 2
    assert row.critical is not None
    assert row.critical.held >= 1

    def never(request: Request) -> str:
        raise AssertionError("asked again")

    again = drafted(pipeline(never), out)
    assert evaluate_facts(primock, "primock57", source=again, baselines=False).rows == first.rows
    assert evaluate_facts(primock, "primock57", source=written(out), baselines=False) == first


def test_an_engine_that_fails_costs_one_note(primock: Path, tmp_path: Path) -> None:
    def down(request: Request) -> str:
        raise EngineUnavailable("down")

    source = drafted(pipeline(down), tmp_path / "drafts")
    told: list[tuple[str, str]] = []
    (row,) = evaluate_facts(
        primock,
        "primock57",
        source=source,
        baselines=False,
        told=lambda name, error: told.append((name, error.code)),
    ).rows
    assert (row.consultations, row.failed) == (0, {"engine_unavailable": 2})
    assert dict(told) == row.without_note
    assert len(told) == 2
    assert "2 of 2 notes failed, engine_unavailable 2." in to_markdown(
        FactsReport(corpus="primock57", rows=(row,))
    )


def test_a_note_goes_on_where_the_engine_went_away(primock: Path, tmp_path: Path) -> None:
    """Every other request finds it gone; no question is answered twice."""
    asked: list[Request] = []
    answered: list[str] = []

    def frail(request: Request) -> str:
        asked.append(request)
        if len(asked) % 2:
            raise EngineUnavailable("gone")
        answered.append(request.model_dump_json())
        return wordy(request)

    def made(answer: Callable[[Request], str], kept: Path) -> Pipeline:
        broken = pipeline(answer)
        broken._model = KeptAnswers(ScriptedModel(answer), FolderCache(kept))
        return broken

    kept = tmp_path / "answers"
    source = drafted(made(frail, kept), tmp_path / "drafts")
    report = evaluate_facts(primock, "primock57", source=source, baselines=False)
    whole = drafted(pipeline(wordy), tmp_path / "whole")
    assert report == evaluate_facts(primock, "primock57", source=whole, baselines=False)
    assert len(asked) > len(answered)
    assert len(set(answered)) == len(answered)

    (one, *_) = kept.rglob("??/*")
    one.write_bytes(b"{")
    requests = len(asked)
    again = drafted(made(frail, kept), tmp_path / "again")
    assert report == evaluate_facts(primock, "primock57", source=again, baselines=False)
    assert 0 < len(asked) - requests <= 2, "what was kept is not asked for, what is damaged is"


def test_sections_of_other_corpora(tmp_path: Path) -> None:
    talk = "[doctor] any fever ?\n[patient] no .\n[doctor] ibuprofen ?\n[patient] yes ."
    rows = [
        {"dataset": "x", "encounter_id": f"D{n}", "dialogue": talk, "note": NOTE} for n in (1, 2)
    ]
    write_csv(tmp_path / "challenge_data" / "valid.csv", rows)
    report = evaluate_facts(tmp_path, "aci-bench", limit=2)
    other = next(row for row in report.rows if row.notes == "another consultation's")
    assert other.concepts["objective"].f1 == 1
    talk = "Doctor: Any allergies?\nPatient: Yes, to penicillin."
    row = {"ID": "0", "section_header": "ALLERGY", "section_text": "Penicillin.", "dialogue": talk}
    write_csv(tmp_path / "MTS-Dialog-ValidationSet.csv", [row, row | {"ID": "1"}])
    report = evaluate_facts(tmp_path, "mts-dialog")
    assert report.rows[0].concepts["ALLERGY"].f1 == 1
    assert report.statements is None
    alone = evaluate_facts(tmp_path, "mts-dialog", limit=1)
    assert [row.notes for row in alone.rows] == ["everything said"], "one has no other"


def test_the_command(primock: Path, tmp_path: Path) -> None:
    out = tmp_path / "facts.json"
    arguments = ["evaluate", "facts", str(primock), "--corpus", "primock57", "--out", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "Balanced accuracy of all checks 100.0 %" in result.output
    assert len(json.loads(out.read_text("utf-8"))) == 1
    both = [*arguments, "--notes", str(tmp_path), "--draft", str(tmp_path)]
    assert CliRunner().invoke(app, both).exit_code == 2
    with pytest.raises(InvalidOption):
        evaluate_facts(tmp_path, "primock57")
    with pytest.raises(InvalidOption):
        evaluate_facts(primock, "nothing")
