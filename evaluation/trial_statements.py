"""A statement about who may enter a trial, against the trial's own criteria, by rules.

Decided only where the statement and the criteria name the same variable in structure:

- *X is required* against an inclusion of X with the same value (entailment) or with one that
  excludes it (contradiction); against an exclusion of X (contradiction);
- *X is excluded* against an exclusion of X (entailment) or an inclusion of it (contradiction);
- *X may enter* against either.

Everything else is unknown. All parts of a statement must be decided for an entailment; one
contradicted part is enough for a contradiction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clinical.folded import folded
from clinical.trials.lines import CriteriaLine
from clinical.trials.parse import of_line
from consultation.research import Criterion, CriterionKind, Variable

_EXCLUDES = re.compile(
    r"\b(?:excluded?|excludes|can ?not|can't|not (?:be )?(?:eligible|admissible|permitted|allowed"
    r"|able)|ineligible|not (?:take part|participate|enter|join)|must not|not suitable"
    r"|prohibited)\b"
)
_WITHOUT = re.compile(r"\b(?:without|no|free of|absence of|never had)\W+(?:\w+\W+){0,2}$")
_REQUIRES = re.compile(
    r"\b(?:must|only|all|required?|necessary|have to|need(?:s|ed)?|in order to|to be eligible)\b"
)
_NUMERIC = (Variable.age, Variable.ecog, Variable.karnofsky, Variable.laboratory,
            Variable.life_expectancy, Variable.bmi)  # fmt: skip
_WORDED = (Variable.biomarker, Variable.condition, Variable.treatment, Variable.stage,
           Variable.brain_metastases, Variable.sex)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    label: str | None
    """Entailment, Contradiction; None: unknown."""
    lines: frozenset[int]
    """Indices of the trial's lines that it rests on."""


def decide(statement: str, lines: list[str]) -> Answer:
    """``lines``: the section of the trial, headings included; removed lines are empty."""
    line = folded(statement).line
    excludes = _EXCLUDES.search(line) is not None
    requires = _REQUIRES.search(line) is not None
    said = CriteriaLine(1, CriterionKind.inclusion, statement, 0, len(statement))
    asked = [
        _said(one, statement)
        for one in of_line(said, "en")
        if one.variable in (*_NUMERIC, *_WORDED)
    ]
    told = _criteria(lines)
    answers: list[bool | None] = []
    used: set[int] = set()
    for part in asked:
        found = [
            (index, answer)
            for index, one in told
            if (answer := _compare(part, one, excludes, requires)) is not None
        ]
        distinct = {answer for _, answer in found}
        if len(distinct) > 1:
            return Answer(None, frozenset())  # the trial's lines disagree with each other
        answers.append(distinct.pop() if distinct else None)
        if answers[-1] is not None:
            used |= {index for index, _ in found}
    if any(answer is False for answer in answers):
        return Answer("Contradiction", frozenset(used))
    if answers and all(answers):
        return Answer("Entailment", frozenset(used))
    return Answer(None, frozenset())


def _said(part: Criterion, statement: str) -> Criterion:
    """*without X* is absent; *X is excluded* is not: that is told by the statement as a whole."""
    if part.variable not in _WORDED:
        return part
    without = _WITHOUT.search(folded(statement[: part.start]).line)
    return part.model_copy(update={"op": "absent" if without else "present"})


def _criteria(lines: list[str]) -> list[tuple[int, Criterion]]:
    """(index of the line, criterion); headings turn the kind."""
    kind = CriterionKind.inclusion
    found: list[tuple[int, Criterion]] = []
    for index, text in enumerate(lines):
        bare = folded(text.strip()).line
        if re.match(r"(?:\w+ ){0,2}inclusion", bare):
            kind = CriterionKind.inclusion
        elif re.match(r"(?:\w+ ){0,2}exclusion", bare):
            kind = CriterionKind.exclusion
        elif bare:
            line = CriteriaLine(index + 1, kind, text, 0, len(text))
            found += [(index, one) for one in of_line(line, "en") if not one.conditional]
    return found


def _compare(part: Criterion, one: Criterion, excludes: bool, requires: bool) -> bool | None:
    """Whether the trial says what the statement says of this variable; None: neither."""
    if part.variable is not one.variable or part.name != one.name:
        return None
    if part.variable in _NUMERIC:
        return _numeric(part, one, excludes)
    if part.variable not in _WORDED:
        return None
    barred = (one.kind is CriterionKind.exclusion) != (one.op == "absent")
    said_barred = excludes != (part.op == "absent")
    if part.values and one.values:
        shared = set(part.values) & set(one.values)
        if not shared:
            # Another value is asked: what the statement lets in, the trial does not.
            return None if one.kind is CriterionKind.exclusion else excludes
    if barred == said_barred:
        return True if barred or requires or part.values else None
    return False


def _numeric(part: Criterion, one: Criterion, excludes: bool) -> bool | None:
    if excludes or one.kind is CriterionKind.exclusion or part.unit != one.unit:
        return None
    asked, told = _interval(part), _interval(one)
    if asked == told:
        return True
    if asked[1] < told[0] or told[1] < asked[0]:
        return False
    inside = told[0] >= asked[0] and told[1] <= asked[1]
    return True if inside else None


def _interval(one: Criterion) -> tuple[float, float]:
    """Inclusive; whole numbers on either side of < and >."""
    value = one.value if one.value is not None else 0.0
    step = 1.0 if value == int(value) else 0.1
    return {
        "<": (0.0, value - step), "<=": (0.0, value), ">": (value + step, float("inf")),
        ">=": (value, float("inf")), "between": (value, one.high or value),
    }.get(one.op, (value, value))  # fmt: skip
