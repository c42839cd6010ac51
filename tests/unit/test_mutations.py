"""Mutants of good notes: made where they change the meaning; whether they are caught."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from consultation.errors import InvalidOption
from consultation.topics import Topic
from consultation.transcript import Role
from evaluation.detection import Judged, detect, to_markdown
from evaluation.gate_figures import mutation_figures
from evaluation.mutations import Kind, mutants
from evaluation.pairs import Noted, Pair, read_pairs, spoken, swapped
from evaluation.samples import sample_pairs
from jobs.mutations import evaluate_mutations
from tests.gates import Gate
from tests.unit.test_corpora import write_csv

TURNS = [
    (Role.clinician, "What do you take?"),
    (Role.patient, "Lisinopril, ten milligrams, since Monday. My left knee hurts."),
    (Role.clinician, "Any allergies?"),
    (Role.patient, "No. I have had a fever for three days."),
]


def pair(*note: tuple[str, Topic]) -> Pair:
    noted = tuple(Noted(text, (topic,)) for text, topic in note)
    return Pair("one", spoken(TURNS, "en"), noted)


def texts(kind: Kind, *note: tuple[str, Topic]) -> list[str]:
    found = [m for m in mutants(pair(*note)) if m.kind is kind]
    return [m.noted.text for m in found if m.noted]


def test_excerpts_of_mts_dialog_are_pairs(tmp_path: Path) -> None:
    talk = "Doctor: Any fever?\nPatient: Yes, for three days."
    row = {"ID": "7", "section_header": "GENHX", "dialogue": talk}
    row["section_text"] = "She has a fever. Fever for three days."
    write_csv(tmp_path / "MTS-Dialog-TrainingSet.csv", [row])
    (read,) = read_pairs(tmp_path)
    assert [noted.text for noted in read.note] == ["She has a fever.", "Fever for three days."]
    assert [s.role for s in read.transcript.speakers] == [Role.clinician, Role.patient]


def test_each_kind_changes_one_thing() -> None:
    drug = ("Lisinopril 10 mg.", Topic.medications)
    assert texts(Kind.dose, drug) == ["Lisinopril 100 mg.", "Lisinopril 1 mg."]
    assert texts(Kind.unit, drug) == ["Lisinopril 10 µg."]
    assert texts(Kind.drug, drug) == ["Gabapentin 10 mg.", "Clopidogrel 10 mg."]
    assert texts(Kind.temporality, drug) == ["Stopped lisinopril."]
    assert texts(Kind.side, ("Left knee pain.", Topic.history)) == ["Right knee pain."]
    assert texts(Kind.negation, ("Fever.", Topic.history)) == ["No fever."]
    assert texts(Kind.negation, ("No fever.", Topic.history)) == ["Fever."]
    assert texts(Kind.date, ("Fever for three days.", Topic.history)) == ["Fever for three months."]


def test_what_would_not_change_the_meaning_is_not_made() -> None:
    assert texts(Kind.side, ("Stop right away.", Topic.plan)) == []
    assert texts(Kind.negation, ("No fever or chills.", Topic.history)) == []
    assert texts(Kind.dose, ("Aged 10.", Topic.history)) == []
    # Whoever has allergies asked after is not said to be asked nothing.
    assert "No known allergies." not in texts(Kind.allergy)


def test_a_dose_that_is_said_elsewhere_is_no_mutant() -> None:
    said = spoken([*TURNS, (Role.patient, "And 100 of something.")], "en")
    one = Pair("two", said, (Noted("Lisinopril 10 mg.", (Topic.medications,)),))
    doses = [m.noted.text for m in mutants(one) if m.kind is Kind.dose and m.noted]
    assert doses == ["Lisinopril 1 mg."]


def test_speakers_change_places() -> None:
    roles = {s.id: s.role for s in swapped(spoken(TURNS, "en")).speakers}
    assert roles == {"S1": Role.patient, "S2": Role.clinician}


def test_only_mutants_of_what_stands_are_counted() -> None:
    class Severe:
        def judge(self, noted: Noted) -> Judged:
            return Judged("numbers" if "Lisinopril" in noted.text else None)

        def lost(self, note: object) -> frozenset[tuple[str, str]]:
            return frozenset()

    one = pair(("Lisinopril 10 mg.", Topic.medications), ("Left knee pain.", Topic.history))
    found = detect([one], lambda _: Severe())
    assert found.alarms["en"] == {"numbers": 1}
    assert (Kind.dose, "en") not in found.kinds
    assert found.kinds[Kind.side, "en"].caught == 0
    assert "| side flip | en | 1 | 0 | 0.0%" in to_markdown(found)


def test_our_pairs_are_read_and_their_notes_hold_no_mutant() -> None:
    pairs = read_pairs(sample_pairs())
    assert {p.language for p in pairs} == {"fr", "en"}
    for one in pairs:
        assert one.note
        assert {m.noted for m in mutants(one) if m.kind is Kind.dose}.isdisjoint(one.note)


def test_a_folder_without_pairs(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption):
        read_pairs(tmp_path)
    (tmp_path / "x.pair.json").write_text("{}", "utf-8")
    with pytest.raises(InvalidOption):
        read_pairs(tmp_path)


def _folder(tmp_path: Path) -> Path:
    content = {
        "language": "en",
        "turns": [{"role": role.value, "text": text} for role, text in TURNS],
        "note": [
            {"topic": "medications", "text": "Lisinopril 10 mg."},
            {"topic": "history", "text": "Left knee pain."},
            {"topic": "history", "text": "Fever for three days."},
        ],
    }
    (tmp_path / "one.pair.json").write_text(json.dumps(content), "utf-8")
    return tmp_path


def test_verification_catches_them(tmp_path: Path) -> None:
    found = evaluate_mutations(_folder(tmp_path))
    assert sum(found.alarms["en"].values()) == 0
    for kind in (Kind.dose, Kind.unit, Kind.drug, Kind.side, Kind.negation, Kind.temporality):
        count = found.kinds[kind, "en"]
        assert count.made
        assert count.caught == count.made, kind


def test_command(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    result = CliRunner().invoke(
        app,
        ["evaluate", "mutations", str(folder), "--out", str(tmp_path / "out.md"),
         "--escaped", str(tmp_path / "escaped.tsv")],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "| dose x10 | en | 2 | 2 | 100.0%" in result.output
    assert "dose x10" in (tmp_path / "out.md").read_text("utf-8")
    assert (tmp_path / "escaped.tsv").exists()


@pytest.mark.gate
def test_as_many_are_caught_on_our_pairs_as_before(gate: Gate) -> None:
    gate("mutations", mutation_figures(evaluate_mutations(sample_pairs())))
