"""The synthetic patients, and what is counted of them."""

from __future__ import annotations

import pytest

from consultation.settings import Settings
from consultation.synthesis import Synthesis
from evaluation.alarms import measured, to_markdown
from evaluation.gate_figures import alarm_figures
from evaluation.planted.patients import _wordings, patients
from jobs.evaluate_records import evaluate_records
from tests.gates import Gate
from tests.unit.made_records import synthesis


def test_patients_are_the_same_for_a_seed_and_hold_what_was_planted() -> None:
    some = patients("contradictions", 24)
    assert some == patients("contradictions", 24)
    assert some != patients("contradictions", 24, seed=1)
    assert len({one.planted.kind for one in some if one.planted}) == 12
    for one in some:
        assert one.planted is not None
        names = {name for name, _ in one.documents}
        assert one.planted.files <= names
        assert len(one.planted.files) == 2
        whole = b" ".join(text for _, text in one.documents).decode()
        for clause in one.clauses:
            assert clause.partition("|")[2].rstrip(".") in whole


def test_every_kind_has_wordings_that_were_kept_apart() -> None:
    for wordings in ("held_out", "fresh"):
        for group in ("contradictions", "stale"):
            tuned = {c for p in patients(group, 24) for c in p.clauses}  # type: ignore[arg-type]
            apart = patients(group, 24, wordings=wordings)  # type: ignore[arg-type]
            assert not tuned & {p.clauses[-1] for p in apart}
    for language in ("fr", "en"):
        for entry in _wordings(language)["stale"].values():
            assert len(entry["unseen_a"]) >= 2
            assert not set(entry["unseen_a"]) & {*entry["a"], *entry["held_a"], *entry["fresh_a"]}


def test_blind_wordings_stand_in_no_other_set() -> None:
    for language, stem in (
        ("fr", "blind_"),
        ("en", "blind_"),
        ("fr", "blind3_"),
        ("en", "blind3_"),
    ):
        blind = _wordings(language, stem)["stale"]
        others = _wordings(language)["stale"]
        assert list(blind) == list(others)
        for kind, entry in blind.items():
            assert len({len(entry[name]) for name in ("first", "a", "b") if name in entry}) == 1
            known = {c for rows in others[kind].values() if isinstance(rows, list) for c in rows}
            for row in zip(*(entry[name] for name in ("first", "a") if name in entry), strict=True):
                assert not set(row) <= known
    some = patients("stale", 14, wordings="blind")
    assert {one.wordings for one in some} == {"blind"}


def test_what_is_missed_and_what_is_false_are_counted() -> None:
    one = patients("contradictions", 1)[0]
    figures = measured("contradictions", "tuned", [(one, synthesis())])
    assert (figures.planted, figures.found, figures.recall) == (1, 0, 0.0)
    assert len(figures.missed) == 1
    assert isinstance(synthesis(), Synthesis)


@pytest.mark.gate
def test_the_whole_way_from_files_finds_as_many_of_each_kind_as_before(gate: Gate) -> None:
    report = evaluate_records(Settings(), count=24)
    gate("records", alarm_figures(report))
    planted, *_, controls, ordinary = report.groups
    assert (planted.group, controls.group, ordinary.wordings) == (
        "contradictions", "controls", "blind3",
    )  # fmt: skip
    assert planted.found >= 23
    assert controls.alarmed == controls.other_checks == ordinary.alarmed == 0
    stale = {one.wordings: one for one in report.groups if one.group == "stale"}
    assert all((one.recall_checked or 0) >= (one.recall or 0) for one in stale.values())
    assert (stale["blind2"].recall_checked or 0) > 0.7
    assert "| controls | tuned | 24 |" in to_markdown(report)
