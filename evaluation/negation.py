"""Polarity, certainty and dates on annotated clinical cases (E3C): given spans, what code says.

The mention is given; the question is what the text says of it. *Negated* is compared with the
polarity ``denied``, *hedged or hypothetical* with ``uncertain``. E3C marks plans and purposes as
hypothetical (*scheduled for surgery*), which we do not call uncertain: that figure tells how far
the two notions agree, no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from pydantic import Field

from clinical.numbers import Quantity, canonical, quantities, same_quantity
from clinical.polarity import polarity_of
from consultation.summary import Polarity
from consultation.wire import Record
from evaluation.agreement import Agreement
from evaluation.corpora.e3c import Case, TimeExpression

UNCERTAIN = frozenset({"HEDGED", "HYPOTHETICAL-IF", "HYPOTHETICAL-OTHER"})


class Recalled(Record):
    """Of what the corpus marks, how much we read with the same value."""

    marked: int = Field(ge=0)
    found: int = Field(ge=0)
    """Some quantity stands there."""
    equal: int = Field(ge=0)
    """One with the value that the corpus gives."""


class NegationReport(Record):
    language: str
    cases: int
    mentions: int
    negation: Agreement
    """Of every event: symptoms, diseases, acts and verbs."""
    clinical: Agreement
    """Of the events that lie in a clinical entity: what a note is about."""
    uncertainty: Agreement
    dates: Recalled
    """TIMEX3 of class DATE with a year in its value and in its text."""
    durations: Recalled
    """TIMEX3 of class DURATION with one number in its value: P4D."""


def measure(cases: Iterable[Case], language: str) -> NegationReport:
    """Raises UnsupportedLanguage."""
    listed = list(cases)
    negated: list[tuple[bool, bool]] = []
    clinical: list[tuple[bool, bool]] = []
    hedged: list[tuple[bool, bool]] = []
    for case in listed:
        for event in case.events:
            said = polarity_of(case.text, event.start, event.end, language)
            pair = (said is Polarity.denied, event.negated)
            negated.append(pair)
            if event.clinical:
                clinical.append(pair)
            hedged.append((said is Polarity.uncertain, event.modality in UNCERTAIN))
    return NegationReport(
        language=language,
        cases=len(listed),
        mentions=len(negated),
        negation=_agreement(negated),
        clinical=_agreement(clinical),
        uncertainty=_agreement(hedged),
        dates=_recalled(listed, language, "DATE"),
        durations=_recalled(listed, language, "DURATION"),
    )


def _agreement(pairs: list[tuple[bool, bool]]) -> Agreement:
    return Agreement(
        right=sum(ours and theirs for ours, theirs in pairs),
        invented=sum(ours and not theirs for ours, theirs in pairs),
        missed=sum(theirs and not ours for ours, theirs in pairs),
    )


def _recalled(cases: list[Case], language: str, kind: str) -> Recalled:
    marked = found = equal = 0
    for case in cases:
        read = quantities(case.text, language)
        for time in case.times:
            wanted = _value(time, case.text) if time.kind == kind else None
            if wanted is None:
                continue
            here = [q for q in read if q.start < time.end and time.start < q.end]
            marked += 1
            found += any(q.kind == wanted.kind for q in here)
            equal += any(_agrees(q, wanted) for q in here)
    return Recalled(marked=marked, found=found, equal=equal)


def _agrees(quantity: Quantity, wanted: Quantity) -> bool:
    if wanted.kind == "date":
        return quantity.kind == "date" and same_quantity(quantity, wanted)
    return canonical(quantity) == canonical(wanted)


_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_DURATION = re.compile(r"P(?:T(\d+(?:\.\d+)?)([HM])|(\d+(?:\.\d+)?)([YMWD]))")
_UNIT = {"Y": "a", "M": "mo", "W": "wk", "D": "d"}


def _value(time: TimeExpression, text: str) -> Quantity | None:
    """The corpus's value as a quantity; None where the text itself does not say it."""
    words = text[time.start : time.end]
    if time.kind == "DATE":
        match = _DATE.fullmatch(time.value)
        if not match or match.group(1) not in words:
            return None
        year, month, day = (int(part or 0) for part in match.groups())
        value, unit = Decimal(year * 10_000 + month * 100 + day), None
        return Quantity(value, unit, "date", time.start, time.end, words)
    match = _DURATION.fullmatch(time.value)
    if not match:
        return None
    if match.group(1):
        number, unit = match.group(1), {"H": "h", "M": "min"}[match.group(2)]
    else:
        number, unit = match.group(3), _UNIT[match.group(4)]
    return Quantity(Decimal(number), unit, "duration", time.start, time.end, words)
