"""Roles measured with hidden labels, and words learned elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from consultation.errors import InvalidOption
from consultation.transcript import Role
from evaluation.corpora.dialogue import Dialogue, Line, dialogue
from evaluation.role_words import learn
from evaluation.roles import CONDITIONS, Condition, measure, to_markdown
from jobs.evaluate_roles import evaluate_roles, roles

TALK = [
    ("d", "Good morning, what brings you in?"),
    ("p", "I have had a cough, and my chest hurts."),
    ("d", "How long have you had it? Any fever?"),
    ("p", "No. I think I caught it from my son."),
]


def one(name: str = "one") -> Dialogue:
    found = dialogue(name, "en", TALK, {"d": Role.clinician, "p": Role.patient})
    assert found is not None
    return found


def test_labels_are_hidden_and_turns_counted() -> None:
    seen: list[str] = []

    def attribute(lines: Sequence[Line], _: str) -> Mapping[str, Role]:
        seen.extend(line.speaker for line in lines)
        asks = {line.speaker for line in lines if "?" in line.text}
        return {s: Role.clinician if s in asks else Role.unknown for s in {*seen}}

    (row,) = measure([one()], attribute, conditions=[Condition("whole")])
    assert set(seen) == {"S1", "S2"}
    assert (row.right, row.wrong, row.abstained, row.dialogues) == (2, 0, 2, 1)
    assert (row.accuracy, row.abstention) == (1, 0.5)


def test_a_wrong_role_is_named() -> None:
    def swapped(lines: Sequence[Line], _: str) -> Mapping[str, Role]:
        asks = next(line.speaker for line in lines if "?" in line.text)
        return {s: Role.patient if s == asks else Role.clinician for s in ("S1", "S2")}

    (row,) = measure([one()], swapped, conditions=[Condition("whole")])
    assert (row.right, row.wrong, row.wrong_dialogues) == (0, 4, 1)
    assert row.confusion == {"clinician as patient": 1, "patient as clinician": 1}
    assert "1 clinician as patient" in to_markdown({"x": [row]})


def test_our_cues_hold_in_every_condition() -> None:
    rows = measure([one()], roles)
    assert len(rows) == len(CONDITIONS) - 1, "nobody comes along"
    assert all(row.wrong == 0 for row in rows)


@given(st.integers(0, 10), st.integers(1, 6), st.floats(0, 0.9))
def test_conditions_keep_the_order_and_the_speakers(seed: int, first: int, lost: float) -> None:
    import random

    condition = Condition("any", first=first, plain=True, lost=lost)
    lines = condition.apply(one().lines, random.Random(seed))
    assert len(lines) <= first
    whole = [Line(line.speaker, line.text.lower()) for line in one().lines]
    at = 0
    for line in lines:
        words = line.text.split()
        at = next(
            i
            for i in range(at, len(whole))
            if whole[i].speaker == line.speaker and all(w in whole[i].text for w in words)
        )


def test_words_are_learned_from_other_dialogues() -> None:
    words = learn([one(f"{n}") for n in range(5)])
    assert words.score("what brings you in") > 0 > words.score("i have had my son")
    found = words.attribute([Line("S1", "My chest hurts."), Line("S2", "Any fever?")])
    assert found == {"S1": Role.patient, "S2": Role.clinician}
    with pytest.raises(InvalidOption):
        learn([])


def folder(place: Path) -> Path:
    def turn(who: str, text: str) -> dict[str, object]:
        terms = [{"text": word, "type": "WORD"} for word in text.split()]
        return {"speaker": {"id": who}, "terms": terms}

    lines = [
        turn("medecin", "bonjour je suis le docteur Petit du samu avez-vous de la fièvre ?"),
        turn("patient", "oui docteur j'ai mal au ventre et j'ai vomi"),
    ] * 3
    (place / "call").mkdir(parents=True)
    (place / "call" / "call.json").write_text(json.dumps({"monologues": lines}), "utf-8")
    return place


def test_the_command(tmp_path: Path) -> None:
    place, out = folder(tmp_path / "corpus"), tmp_path / "roles.json"
    arguments = ["evaluate", "roles", str(place), "--corpus", "simsamu"]
    result = CliRunner().invoke(app, [*arguments, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "| simsamu | whole | 1 | 6/6 | 100.0 | 0 (0.0 %) | – |" in result.output
    assert json.loads(out.read_text("utf-8"))[0]["condition"] == "whole"
    learned = CliRunner().invoke(app, [*arguments, "--learn-from", f"simsamu={place}"])
    assert learned.exit_code == 0, learned.output
    assert "6/6" in learned.output


def test_what_the_command_refuses(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption):
        evaluate_roles(tmp_path, "simsamu")
    with pytest.raises(InvalidOption):
        evaluate_roles(tmp_path, "nothing")
    arguments = ["evaluate", "roles", str(tmp_path), "--corpus", "osce", "--learn-from", "x"]
    assert CliRunner().invoke(app, arguments).exit_code == 2
    arguments = ["evaluate", "negation", str(tmp_path), "--language", "fr"]
    assert CliRunner().invoke(app, arguments).exit_code == 2
