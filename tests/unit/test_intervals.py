"""Intervals and comparisons, worked out by hand or against what must hold of any counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.errors import InvalidOption
from evaluation.comparison import compare, to_markdown
from evaluation.figures import Figures
from evaluation.intervals import difference, interval
from evaluation.report import Report, report
from evaluation.wer import Errors
from tests.unit.test_evaluation_report import CONDITIONS

COUNTS = st.lists(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=3,
    max_size=12,
)


def run(*errors: int, words: int = 100) -> Report:
    """One recording for each number of errors."""
    return report(
        CONDITIONS,
        [
            Figures(
                id=f"r{number}",
                language="fr",
                words=Errors(reference=words, substitutions=wrong, insertions=0, deletions=0),
            )
            for number, wrong in enumerate(errors)
        ],
    )


@given(COUNTS)
def test_the_pooled_rate_of_some_draw_is_within_what_recordings_have(
    counts: list[tuple[float, float]],
) -> None:
    found = interval(counts)
    assert found is not None
    rates = [errors / over for errors, over in counts]
    assert min(rates) - 1e-9 <= found.low <= found.high <= max(rates) + 1e-9


def test_recordings_that_agree_leave_no_doubt() -> None:
    found = interval([(5, 100)] * 6)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.05, 0.05))


def test_recordings_that_differ_leave_much() -> None:
    found = interval([(0, 100), (0, 100), (0, 100), (80, 100)])
    assert found is not None
    assert found.low < 0.05
    assert found.high > 0.35


def test_two_recordings_say_nothing() -> None:
    assert interval([(1, 10), (2, 10)]) is None
    assert interval([(0, 0)] * 5) is None


@given(COUNTS)
def test_a_run_does_not_differ_from_itself(counts: list[tuple[float, float]]) -> None:
    found = difference(counts, counts)
    assert found is not None
    assert found.difference == 0
    assert not found.significant


def test_one_recording_has_a_difference_and_no_chance() -> None:
    found = difference([(1, 10)], [(2, 10)])
    assert found is not None
    assert found.difference == pytest.approx(0.1)
    assert found.chance is None
    assert not found.significant


def test_what_is_better_everywhere_is_better() -> None:
    rates = {one.rate: one for one in compare(run(20, 22, 18, 25, 21), run(9, 12, 8, 11, 10)).rates}
    found = rates["wer"]
    assert found.verdict == "better"
    assert found.difference.before == pytest.approx(0.212)
    assert found.difference.after == pytest.approx(0.1)
    assert found.difference.high is not None
    assert found.difference.high < 0


def test_what_is_better_by_chance_is_not_called_better() -> None:
    found = compare(run(20, 10, 30, 5), run(5, 30, 10, 19)).rates[0]
    assert found.verdict == "no difference shown"


def test_worse_is_said() -> None:
    assert compare(run(9, 12, 8, 11, 10), run(20, 22, 18, 25, 21)).rates[0].verdict == "worse"


def test_only_recordings_of_both_are_compared() -> None:
    found = compare(run(1, 2, 3), run(1, 2, 3, 4))
    assert found.recordings == ("r0", "r1", "r2")
    assert found.left_out == ("r3",)
    assert "Not compared: r3." in to_markdown(found)


def test_runs_with_nothing_in_common_are_refused() -> None:
    other = run(1)
    elsewhere = other.model_copy(
        update={"recordings": (other.recordings[0].model_copy(update={"id": "x"}),)}
    )
    with pytest.raises(InvalidOption):
        compare(other, elsewhere)


def test_a_report_holds_the_intervals_of_its_pools() -> None:
    found = run(5, 10, 15, 20)
    (one,) = [i for i in found.intervals if i.rate == "wer"]
    assert one.pool == "all fr"
    assert one.interval.recordings == 4
    assert 0.05 <= one.interval.low < 0.125 < one.interval.high <= 0.20
