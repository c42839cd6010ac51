"""Numbers with or without a unit, ranges and fractions of them, as quantities."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from clinical.measures import Measure, Reader
from clinical.quantity import Quantity, QuantityKind
from clinical.scored_rules import out_of
from clinical.signs import concentration, implied, of_blood
from clinical.units import FORMS, TIMES

_PULSE = frozenset({"pouls", "pulse", "frequence", "fc", "rate", "hr", "bpm"})
_DRINKS = frozenset({"alcohol", "drink", "drinks", "drinking", "wine", "beer"})
_RANGE = frozenset({"a", "ou", "or", "to", "-", "–", "—", "jusqu'a"})


def measured(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """A number with or without a unit, or a range of them: *deux à trois jours*, *5-10 mg*."""
    measures = []
    found = r.measure(i) or _one_or_more(r, i)
    while found:
        measures.append(found)
        at = _range_link(r, measures)
        found = r.measure(at) if at else None
        fallen = r.word(i - 1) in ("de", "from") and r.word(at - 1) in ("a", "to")
        if found and not _continues(measures[-1], found, r.word(at - 1) == ",", fallen):
            found = None
    if not measures:
        return None
    result: list[Quantity] = []
    total = out_of(r, measures[-1].last) if len(measures) > 1 else None
    for k, measure in enumerate(measures):
        unit, kind = measure.unit, measure.kind
        if total:
            unit, kind = f"{{/{total[0]}}}", "score"
        if unit is None and len(measures) > 1:
            unit, kind = next(((m.unit, m.kind) for m in measures[k:] if m.unit), (unit, kind))
        part: Literal["", "systolic", "diastolic"] = ""
        value = measure.value
        sign = implied(r, measure.first, measure.last, value) if kind == "bare" else None
        if sign:
            value, unit, kind, part = sign.value, sign.unit, sign.kind, sign.part
        elif kind == "bare" and result and result[-1].kind in ("rate", "percentage"):
            unit, kind = result[-1].unit, result[-1].kind  # pulse sixty to seventy
        if unit == "g":
            unit, kind = _of_litres(r, measure)
        if unit == "mmol" and of_blood(r, measure.first):
            unit = "mmol/L"
        if unit is None and kind == "bare" and _aged(r, measure):
            unit, kind = "a", "age"
        if unit == "[IU]" and _units_of_alcohol(r, measure):
            unit, kind = "{unit}", "count"
        pulse = unit is None and r.near(measure.first, _PULSE, after=0, before=4)
        if pulse and 30 <= measure.value <= 250:
            unit, kind = "/min", "rate"
        quantity = r.quantity(value, unit, kind, measure.first, measure.last)
        quantity = replace(quantity, part=part)
        weak = measure.source == "article" and unit in FORMS and measure.value == 1
        if len(measures) == 2:
            grows = measures[0].value < measures[1].value  # or "from 40 to 20 mg"
            quantity = replace(quantity, part="low" if (k == 0) == grows else "high")
        result.append(replace(quantity, weak=weak))
    return result, total[1] if total else measures[-1].last


def _aged(r: Reader, measure: Measure) -> bool:
    """*Aged 45*, *at the age of 72*, *since I was twenty*."""
    k = measure.first - 1
    if r.word(k) in ("aged", "age") or (r.word(k) == "turned" and 1 <= measure.value <= 110):
        return True
    of = r.word(k) == "of" and r.word(k - 1) == "age"
    since = r.word(k) == "was" and r.word(k - 1) in ("i", "he", "she")
    return of or (since and r.word(k - 2) in ("since", "when") and 1 <= measure.value <= 100)


def _of_litres(r: Reader, measure: Measure) -> tuple[str, QuantityKind]:
    litres = concentration(r, measure.first)
    return (litres, "measure") if litres else ("g", measure.kind)


def _units_of_alcohol(r: Reader, measure: Measure) -> bool:
    """*Fourteen units a week*: nobody injects by the week, and nobody drinks thousands."""
    weekly = r.per(measure.last)
    of_alcohol = r.word(measure.last) == "of" and r.word(measure.last + 1) == "alcohol"
    drinks = r.near(measure.first, _DRINKS)
    week = weekly is not None and weekly[0] == "wk" and measure.value <= 300
    return r.language == "en" and (of_alcohol or drinks or week)


def _one_or_more(r: Reader, i: int) -> Measure | None:
    """The article that opens a range: *un ou deux jours*, *one to two weeks*."""
    piece = r.number(i)
    if piece is None or piece.source != "article" or r.word(i + 1) not in _RANGE:
        return None
    high = r.measure(i + 2)
    if high is None or high.unit is None or high.source == "article" or high.value > 4:
        return None
    return Measure(piece.value, None, "bare", i, i + 1, "words", i + 1)


def fraction(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*1/2 comprimé* is not a score."""
    return measured(r, i) if r.fraction(i) else None


def _range_link(r: Reader, measures: list[Measure]) -> int:
    """The index of the number that a range goes on to, or 0."""
    at = measures[-1].last
    word = r.word(at)
    if word in _RANGE:
        return at + 1
    if word in ("et", "and"):
        between = {r.word(measures[0].first - 1), r.word(measures[0].first - 2)}
        return at + 1 if between & {"entre", "between"} else 0
    if word in (",", "/") and measures[-1].unit is None and word == ",":
        return at + 1
    if measures[-1].unit is None and measures[-1].source != "article" and r.number(at):
        return at  # deux trois jours
    return 0


def _continues(low: Measure, high: Measure, comma: bool, fallen: bool) -> bool:
    """Whether two numbers make one range: growing, unless *from* is said, and of one unit."""
    if high.source == "article" or (low.unit is not None and low.unit != high.unit):
        return False
    linked = high.first > low.last and not comma
    if not linked and (high.unit not in TIMES | FORMS or high.value > 3 * low.value):
        return False
    if high.value < low.value and fallen:
        return high.unit is not None and high.unit not in TIMES | FORMS
    return high.value > low.value and (high.unit is not None or high.source == low.source)
