"""A number as it was said, and what it is worth: equality of 75 µg and 0.075 mg."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from clinical.units import FORMS, TIMES, convert

QuantityKind = Literal[
    "dose",
    "blood_pressure",
    "temperature",
    "duration",
    "age",
    "time",
    "date",
    "percentage",
    "frequency",
    "count",
    "rate",
    "weight",
    "length",
    "measure",
    "score",
    "ordinal",
    "label",
    "bare",
]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a text; a pair or a range is two of them."""

    value: Decimal
    """In ``unit``. A date is yyyymmdd with zeros for what was not said; a time is in minutes."""
    unit: str | None
    """UCUM, ``{tablet}`` and the like for forms, ``{/10}`` for a score, None when none was said."""
    kind: QuantityKind
    start: int
    end: int
    text: str
    """Verbatim: exactly ``source[start:end]``."""
    part: Literal["", "systolic", "diastolic", "low", "high"] = ""
    """Which half of a blood pressure or of a range."""
    weak: bool = False
    """No number was said (*daily*, *un comprimé*): it is only checked against a contradiction."""


def canonical(quantity: Quantity) -> tuple[Decimal, str | None]:
    """(value, unit) in the unit that stands for the dimension: 75 ug and 0.075 mg agree."""
    value, unit = convert(quantity.value, quantity.unit)
    return value.normalize() + 0, unit


def same_quantity(a: Quantity, b: Quantity) -> bool:
    """Whether both say the same.

    Units count when both carry one; a number without a unit agrees with the same value in any unit.
    Dates agree when what both say of day, month and year agrees.
    """
    if "date" in (a.kind, b.kind):
        return _same_date(a, b)
    if a.kind == b.kind == "blood_pressure" and a.part and b.part and a.part != b.part:
        return False
    if a.unit is not None and b.unit is not None:
        if _counted_per(a, b) or _counted_per(b, a):
            return a.value == b.value
        if _omits(a, b):
            return True
        if {a.unit, b.unit} & {"%"} or not ({a.unit, b.unit} & TIMES):
            return canonical(a) == canonical(b)
        (x, unit_x), (y, unit_y) = canonical(a), canonical(b)
        return unit_x == unit_y and abs(x - y) <= Decimal("0.001")
    if a.value == b.value:
        return True
    # "quatorze huit" said without the word tension, against 140/80
    pressures = {q.kind for q in (a, b)} == {"blood_pressure", "bare"}
    return pressures and max(a.value, b.value) == 10 * min(a.value, b.value)


def _counted_per(a: Quantity, b: Quantity) -> bool:
    """*Deux par jour* of something counts what *deux comprimés* counts."""
    return a.kind == "count" and (a.unit or "").startswith("/") and b.unit in FORMS


_OMITTED = ("/d", "/h", "/min", "/L", "/dL")
"""Divisors that are often left out when they are clear from the words around."""


def _omits(a: Quantity, b: Quantity) -> bool:
    """*Trois litres minute* and *3 L* agree; 3 L/min and 3 L/h do not."""
    short, long = sorted((a.unit or "", b.unit or ""), key=len)
    if a.value != b.value or not short or not long.startswith(short):
        return False
    rest = long[len(short) :]
    return rest in _OMITTED and not short.startswith("/")


def _same_date(a: Quantity, b: Quantity) -> bool:
    if a.kind != b.kind:
        date, other = (a, b) if a.kind == "date" else (b, a)
        if other.unit is not None:
            return False
        year, _, day = _parts(date.value)
        return other.value in {year, day} - {0}
    return all(x == y or 0 in (x, y) for x, y in zip(_parts(a.value), _parts(b.value), strict=True))


def _parts(value: Decimal) -> tuple[int, int, int]:
    number = int(value)
    return number // 10_000, number // 100 % 100, number % 100


def contradicts(a: Quantity, b: Quantity) -> bool:
    """Whether both measure the same thing in the same way and differ."""
    if same_quantity(a, b) or a.kind != b.kind:
        return False
    return canonical(a)[1] == canonical(b)[1] or (a.unit in FORMS and b.unit in FORMS)
