"""The gate itself: what falls fails, what rises is told, what comes or goes must be committed."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from evaluation.gates import (
    Figure,
    Verdict,
    failures,
    held,
    read_baseline,
    to_json,
    with_group,
)
from tests.gates import BETTER, FILE, gate_of

TESTS = FILE.parents[1]


def verdict(before: Figure, now: Figure) -> Verdict:
    (one,) = held({"x": before}, {"x": now})
    return one.verdict


def test_one_error_more_fails_and_one_less_is_told() -> None:
    before = Figure(wrong=3, of=100)
    assert verdict(before, Figure(wrong=4, of=100)) is Verdict.worse
    assert verdict(before, Figure(wrong=3, of=100)) is Verdict.same
    assert verdict(before, Figure(wrong=2, of=100)) is Verdict.better
    right = Figure(right=97, of=100)
    assert verdict(right, Figure(right=96, of=100)) is Verdict.worse
    assert verdict(right, Figure(right=98, of=100)) is Verdict.better


def test_a_tolerance_is_for_what_differs_between_processors() -> None:
    before = Figure(wrong=33, of=300)
    assert verdict(before, Figure(wrong=39, of=300, tolerance=0.02)) is Verdict.same
    assert verdict(before, Figure(wrong=40, of=300, tolerance=0.02)) is Verdict.worse


def test_nothing_drops_out_unseen() -> None:
    found = held({"a": Figure(right=1, of=1)}, {"b": Figure(right=1, of=1)})
    assert [one.verdict for one in found] == [Verdict.gone, Verdict.new]
    told = failures(found)
    assert "make baseline" in told
    assert "gone: a: 1 right of 1 (100.0 %) → –" in told
    assert failures(held({"a": Figure(right=1, of=1)}, {"a": Figure(right=1, of=1)})) == ""


def test_a_figure_says_one_thing() -> None:
    for values in ({}, {"wrong": 1, "right": 1}):
        with pytest.raises(ValidationError):
            Figure(of=3, **values)


counts = st.integers(0, 500)
figures = st.builds(
    lambda side, count, more, tolerance: Figure(
        of=count + more, tolerance=tolerance, **{side: count}
    ),
    st.sampled_from(["wrong", "right"]),
    counts,
    st.integers(1, 500),
    st.sampled_from([0.0, 0.025]),
)


names = st.text(min_size=1, max_size=8)


@settings(max_examples=30)
@given(st.dictionaries(names, st.dictionaries(names, figures, max_size=4), max_size=3))
def test_what_is_written_is_read_again(baseline: dict[str, dict[str, Figure]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "baseline.json"
        path.write_text(to_json(baseline), "utf-8")
        assert read_baseline(path) == baseline


def test_a_baseline_is_written_group_by_group_and_then_holds(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    told: list[object] = []

    def note(name: str, value: object) -> None:
        assert name == BETTER
        told.append(value)

    write = gate_of(note, write=True, file=file)
    write("one", {"a": Figure(wrong=2, of=10)})
    write("two", {"b": Figure(right=2, of=10)})
    assert file.read_text("utf-8").splitlines()[2] == '    "a": {"wrong": 2, "of": 10}'
    gate = gate_of(note, write=False, file=file)
    gate("one", {"a": Figure(wrong=2, of=10)})
    assert told == []
    gate("one", {"a": Figure(wrong=1, of=10)})
    assert told == ["one: a: 2 wrong of 10 (20.0 %) → 1 wrong of 10 (10.0 %)"]
    with pytest.raises(pytest.fail.Exception, match="worse: b"):
        gate("two", {"b": Figure(right=1, of=10)})


def test_every_group_that_is_committed_is_measured_by_a_test_and_none_else() -> None:
    asked = {
        group
        for path in TESTS.rglob("test_*.py")
        if path != Path(__file__)
        for group in re.findall(r"\bgate\(\"(\w+)\"", path.read_text("utf-8"))
    }
    assert set(read_baseline(FILE)) == asked


def test_a_group_replaces_only_itself() -> None:
    one, two = {"a": Figure(right=1, of=2)}, {"b": Figure(right=2, of=2)}
    assert with_group({"one": one}, "two", two) == {"one": one, "two": two}
