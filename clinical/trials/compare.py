"""A value, or what is known of one, against a criterion's comparison."""

from __future__ import annotations

import re
from datetime import date

from consultation.research import Criterion

_TO: dict[str, dict[str, tuple[str, float]]] = {
    # name → unit, folded and without blanks → (canonical unit, factor)
    "cells": {
        "g/l": ("G/L", 1.0), "giga/l": ("G/L", 1.0), "x10^9/l": ("G/L", 1.0),
        "x109/l": ("G/L", 1.0), "10^9/l": ("G/L", 1.0), "10*9/l": ("G/L", 1.0),
        "109/l": ("G/L", 1.0), "10e9/l": ("G/L", 1.0), "/mm3": ("G/L", 0.001),
        "/mm^3": ("G/L", 0.001), "cells/mm3": ("G/L", 0.001), "cells/mm^3": ("G/L", 0.001),
        "/ul": ("G/L", 0.001), "/μl": ("G/L", 0.001), "cells/ul": ("G/L", 0.001),
        "x10^3/ul": ("G/L", 1.0),
    },
    "hemoglobin": {"g/dl": ("g/dL", 1.0), "g/l": ("g/dL", 0.1)},
    "creatinine": {
        "umol/l": ("umol/L", 1.0), "μmol/l": ("umol/L", 1.0), "mg/dl": ("umol/L", 88.4),
        "mg/l": ("umol/L", 8.84), "mg%": ("umol/L", 88.4),
    },
    "bilirubin": {
        "umol/l": ("umol/L", 1.0), "μmol/l": ("umol/L", 1.0), "mg/dl": ("umol/L", 17.1),
        "mg/l": ("umol/L", 1.71), "mg%": ("umol/L", 17.1),
    },
    "albumin": {"g/l": ("g/L", 1.0), "g/dl": ("g/L", 10.0)},
    "eGFR": {"ml/min": ("mL/min", 1.0), "ml/minute": ("mL/min", 1.0)},
}  # fmt: skip
_CELLS = ("neutrophils", "platelets", "leukocytes", "lymphocytes")


def canonical(name: str, value: float, unit: str | None) -> tuple[float, str] | None:
    """(value, unit) in the unit that this name is compared in; None where it cannot be told."""
    folded = re.sub(r"\s", "", unit or "").lower().replace("µ", "μ")
    table = _TO.get("cells" if name in _CELLS else name)
    if table is None:
        return value, folded
    if name == "eGFR":
        folded = folded.split("/1")[0]
    found = table.get(folded)
    return (value * found[1], found[0]) if found else None


def holds(criterion: Criterion, value: float) -> bool:
    wanted = criterion.value
    assert wanted is not None
    if criterion.op == "between":
        assert criterion.high is not None
        return wanted <= value <= criterion.high
    return {
        "<": value < wanted, "<=": value <= wanted, ">": value > wanted, ">=": value >= wanted,
    }.get(criterion.op, value == wanted)  # fmt: skip


def days_between(earlier: str | None, later: str | None) -> int | None:
    """Days between two dates; None unless both are days."""
    if not earlier or not later or len(earlier) != 10 or len(later) != 10:
        return None
    try:
        return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
    except ValueError:
        return None


def last_day(partial: str | None) -> str | None:
    """The last day that a partial date can mean."""
    if not partial:
        return None
    if len(partial) == 10:
        return partial
    return f"{partial}-28" if len(partial) == 7 else f"{partial}-12-31"


def first_day(partial: str | None) -> str | None:
    """The first day that it can mean."""
    if not partial:
        return None
    return partial + "-01-01"[{4: 0, 7: 3, 10: 6}.get(len(partial), 6) :]
