"""The table of measurements: vital signs, tests, scores, tobacco and alcohol, with who said them.

Several values of one sign are several rows, for a fever rises and falls, unless the speaker takes
the first back (*pardon, 14 8*); of a weight, a height and a body mass index the last one stands.
What was replaced is kept beside it with its quote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from clinical.habits import habits
from clinical.scores import scores
from clinical.taken_back import TAKES_BACK
from clinical.text import fold
from clinical.vital_values import vital_values
from consultation.summary import Evidence
from consultation.tables import Earlier, Measurement, MeasurementKind
from summarize.units import Unit, quote

LOINC = {
    "blood_pressure": "85354-9",
    "heart_rate": "8867-4",
    "respiratory_rate": "9279-1",
    "temperature": "8310-5",
    "oxygen_saturation": "2708-6",
    "weight": "29463-7",
    "height": "8302-2",
    "bmi": "39156-5",
    "pain": "72514-3",
    "HbA1c": "4548-4",
    "Glasgow": "9269-2",
}
"""The codes of FHIR's vital-signs profiles, and of three more; no other is given."""
_SCALE = re.compile(r"\b(?:scale|out of ten|out of 10|echelle|sur dix|sur 10)\b")
_ONE_TRUE = frozenset({"weight", "height", "bmi"})


@dataclass(frozen=True)
class _Said:
    kind: str
    name: str
    value: Decimal | None
    unit: str | None
    text: str
    start: int
    end: int
    high: Decimal | None = None
    diastolic: Decimal | None = None
    grade: str | None = None
    plausible: bool = True


def measurements(
    units: Sequence[Unit], language: str
) -> tuple[tuple[Measurement, tuple[Unit, ...]], ...]:
    """With the sentences they rest on, in their order; a value said twice alike is one row."""
    rows: list[tuple[Measurement, Unit]] = []
    for before, unit in zip((None, *units), units, strict=False):
        if unit.is_question:
            continue
        for said in _said(unit, language, _asked(before, unit)):
            new = _row(said, unit)
            _put(rows, new, unit)
    return tuple(
        (row.model_copy(update={"id": f"measurement.{n}"}), (unit,))
        for n, (row, unit) in enumerate(rows, 1)
    )


def _asked(before: Unit | None, unit: Unit) -> str:
    """The question that a sentence answers; of a scale, also one that lost its mark."""
    if unit.question is not None:
        return unit.question.text
    answers = before is not None and before.speaker != unit.speaker
    return before.text if before and answers and _SCALE.search(fold(before.text)) else ""


def _said(unit: Unit, language: str, question: str) -> list[_Said]:
    scored = [
        _Said(
            "score",
            s.name,
            s.value,
            _out_of(s.out_of),
            s.text,
            s.start,
            s.end,
            grade=s.grade,
            plausible=s.legal,
        )
        for s in scores(unit.text, language)
        if s.name != "EVA"
    ]
    found = [
        *scored,
        *(
            _Said(
                h.kind,
                h.name,
                h.value,
                h.unit,
                h.text,
                h.start,
                h.end,
                h.high,
                plausible=h.plausible,
            )
            for h in habits(unit.text, language, question)
        ),
        *(
            _Said(
                v.kind,
                v.name,
                v.value,
                v.unit,
                v.text,
                v.start,
                v.end,
                v.high,
                v.diastolic,
                plausible=v.plausible,
            )
            for v in vital_values(unit.text, language, question)
            if not any(s.start <= v.start < s.end for s in scored)
        ),
    ]
    return sorted(found, key=lambda said: said.start)


def _out_of(highest: int | None) -> str | None:
    return f"{{/{highest}}}" if highest else None


def _row(said: _Said, unit: Unit) -> Measurement:
    return Measurement(
        id="measurement",
        kind=MeasurementKind(said.kind),
        name=said.name,
        loinc=LOINC.get(said.name),
        value=_float(said.value),
        high=_float(said.high),
        diastolic=_float(said.diastolic),
        unit=said.unit,
        text=said.text,
        grade=said.grade,
        said_by=unit.role,
        plausible=said.plausible,
        evidence=_quote(unit),
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _put(rows: list[tuple[Measurement, Unit]], new: Measurement, unit: Unit) -> None:
    """Add the row, or let it replace the one that it corrects."""
    for i, (old, where) in enumerate(rows):
        if old.name != new.name or old.kind is not new.kind:
            continue
        if _values(old) == _values(new):
            return
        corrects = where.speaker == unit.speaker and unit.index - where.index <= 3
        taken_back = corrects and TAKES_BACK.search(_between(where, unit, new))
        one_true = new.name in _ONE_TRUE and old.unit == new.unit
        if taken_back or one_true:
            first = Earlier(field="value", text=old.text, evidence=old.evidence)
            earlier = (*old.earlier, first)
            rows[i] = (new.model_copy(update={"earlier": earlier}), unit)
            return
    rows.append((new, unit))


def _between(where: Unit, unit: Unit, new: Measurement) -> str:
    """The words that lead to the second value."""
    at = unit.text.find(new.text)
    lead = unit.text[:at]
    if where is unit:
        return fold(lead)
    return fold(lead) + " "


def _values(row: Measurement) -> tuple[object, ...]:
    return (
        row.value,
        row.high,
        row.diastolic,
        row.unit,
        row.grade,
        row.text if not row.value else "",
    )


def _quote(unit: Unit) -> tuple[Evidence, ...]:
    return quote((unit.question, unit) if unit.question else (unit,))
