"""Criteria with a number: age, scores, laboratory values, lines of treatment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical.oncology.reading import Passage
from clinical.trials.bounds import Bound, bounds, listed
from clinical.trials.names import measured
from clinical.trials.pieces import Piece
from consultation.research import Variable

_AGE = re.compile(
    r"\b(?:aged?|ages|agee?s?|age de|years? (?:of age|old)|ans revolus|adults?|adultes?)\b"
)
_ADULT = re.compile(r"\b(?:adults?|adultes?|majeure?s?)\b")
_REACH = 60
"""Characters between a name and its comparison."""


def numeric(passage: Passage) -> Iterator[Piece]:
    line = passage.line
    all_bounds = bounds(line)
    named = measured(line)
    used: set[int] = set()
    for index, (variable, name, start, end) in enumerate(named):
        stop = named[index + 1][2] if index + 1 < len(named) else len(line)
        bound = _right(all_bounds, variable, end, stop)
        if bound is None and variable is Variable.prior_lines:
            bound = _left(all_bounds, start)
        if variable is Variable.ecog and (bound is None or bound.start - end > 25):
            bound = listed(line, end) or bound
        if bound is None:
            # "AST and ALT ≤ 2.5 × ULN": the comparison of the name right behind.
            following = named[index + 1] if index + 1 < len(named) else None
            joint = following and re.fullmatch(
                r"\W*(?:and|or|et|ou|and/or|/|\()?\W*", line[end : following[2]]
            )
            if joint and following:
                bound = _right(all_bounds, variable, following[3], len(line))
        if bound is None:
            continue
        used.add(bound.start)
        yield Piece(
            variable, min(start, bound.start), max(end, bound.end), name, bound.op, bound.value,
            bound.high, bound.unit,
        )  # fmt: skip
    yield from _ages(line, [one for one in all_bounds if one.start not in used], bool(named))


def _right(found: tuple[Bound, ...], variable: Variable, start: int, stop: int) -> Bound | None:
    for bound in found:
        if start <= bound.start < stop and bound.start - start <= _REACH:
            timed = bound.days is not None
            if timed != (variable is Variable.life_expectancy):
                continue
            return bound
    return None


def _left(found: tuple[Bound, ...], stop: int) -> Bound | None:
    near = [one for one in found if 0 <= stop - one.end <= 25 and one.days is None]
    return near[-1] if near else None


def _ages(line: str, free: list[Bound], named: bool) -> Iterator[Piece]:
    word = _AGE.search(line)
    for bound in free:
        years = bound.unit in ("years", "year", "ans", "an", "yrs", "yr")
        if bound.unit is not None and not years:
            continue
        near = word is not None and abs(word.start() - bound.start) <= 40
        alone = years and not named and bound.start <= 12 and len(line) <= bound.end + 14
        if near or alone:
            start = min(word.start(), bound.start) if near and word else bound.start
            end = max(word.end(), bound.end) if near and word else bound.end
            yield Piece(Variable.age, start, end, None, bound.op, bound.value, bound.high, "years")
            return
    adult = _ADULT.search(line)
    if adult and not free:
        yield Piece(Variable.age, adult.start(), adult.end(), None, ">=", 18.0, None, "years")
