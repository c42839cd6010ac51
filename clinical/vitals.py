"""Vital signs that no patient has: most often a number that was misheard.

*155 sur 4515*, *temperature 385*, *saturation 9 %*. The bounds are wide: what lies outside them is
worth listening to again, what lies inside may still be wrong. After the ranges within which the
NEWS2 chart (Royal College of Physicians, 2017) and manual measurement make sense at any age.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from clinical.folded import folded
from clinical.numbers import quantities
from clinical.quantity import canonical
from clinical.text import checked


@dataclass(frozen=True, slots=True)
class Implausible:
    """A value to listen to again; ``source[start:end] == text``."""

    vital: str
    text: str
    start: int
    end: int


_NUMBER = r"\d{1,5}(?:[.,]\d)?"
_PAIR = re.compile(rf"(?<![\d.,])({_NUMBER})\s*(?:/|sur|over|par|on|-)\s*({_NUMBER})(?!\d|[.,]\d)")
_NAMED = {
    "blood pressure": re.compile(r"\b(?:tension|ta|pa|pression|bp|blood pressure)\b"),
    "temperature": re.compile(r"\b(?:temperature|temp|fievre|fever)\b"),
    "saturation": re.compile(r"\b(?:saturation|sat|sats|spo2|sao2|oxygen|oxygene)\b"),
    "pulse": re.compile(r"\b(?:pouls|pulse|heart rate|hr|fc|frequence cardiaque)\b"),
    "breathing": re.compile(r"\b(?:respiratory rate|rr|fr|frequence respiratoire)\b"),
    "weight": re.compile(r"\b(?:poids|weight|weighs?|pese|pesez)\b"),
}
_ANY_NAMED = re.compile("|".join(pattern.pattern for pattern in _NAMED.values()))
_BOUNDS = {
    "temperature": (Decimal(30), Decimal(43)),
    "saturation": (Decimal(50), Decimal(100)),
    "pulse": (Decimal(20), Decimal(250)),
    "breathing": (Decimal(4), Decimal(80)),
    "weight": (Decimal("0.4"), Decimal(350)),
}
_FAHRENHEIT = (Decimal(86), Decimal(110))
_NEAR = 32
"""Characters between the name of a sign and its value, at most."""


def implausible(text: str, language: str) -> tuple[Implausible, ...]:
    """The vital signs of a text that are out of bounds, in order. Raises UnsupportedLanguage."""
    checked(language)
    line = folded(text).line
    named = _ANY_NAMED.search(line)
    if (
        not named
        and not any(_misheard(match) for match in _PAIR.finditer(line))
        and not any(q.kind in ("blood_pressure", "temperature") for q in quantities(text, language))
    ):
        return ()
    found = [*_pressures(text, language), *_singles(text, language)]
    return tuple(sorted(found, key=lambda f: f.start))


def _pressures(text: str, language: str) -> list[Implausible]:
    found: list[Implausible] = []
    line = folded(text)
    for match in _PAIR.finditer(line.line):
        led = _led("blood pressure", line.line, match.start())
        if not (led or _misheard(match)) or re.match(
            r"\s*(?:mg|g|ml|%)\b", line.line[match.end() :]
        ):
            continue
        high, low = (Decimal(group.replace(",", ".")) for group in match.groups())
        if not _pressure(high, low):
            start, end = line.place(match.start(), match.end())
            found.append(Implausible("blood pressure", text[start:end], start, end))
    written = {(f.start, f.end) for f in found}
    pairs = [q for q in quantities(text, language) if q.kind == "blood_pressure"]
    for first, second in pairwise(pairs):
        if (first.part, second.part) != ("systolic", "diastolic"):
            continue
        inside = any(a < second.end and first.start < b for a, b in written)
        if not inside and not _pressure(first.value, second.value):
            span = (first.start, second.end)
            found.append(Implausible("blood pressure", text[span[0] : span[1]], *span))
    return found


def _misheard(match: re.Match[str]) -> bool:
    """A pair like a pressure whose second number ran on: *155 sur 4515*, named or not."""
    high, low = (Decimal(group.replace(",", ".")) for group in match.groups())
    return 80 <= high <= 260 and low >= 1000


def _pressure(high: Decimal, low: Decimal) -> bool:
    whole = 50 <= high <= 280 and 20 <= low <= 160
    tenths = 5 <= high <= 28 and 2 <= low <= 16  # "quatorze huit"
    return high > low and (whole or tenths)


def _singles(text: str, language: str) -> list[Implausible]:
    found: list[Implausible] = []
    line = folded(text)
    for quantity in quantities(text, language):
        at = line.at(quantity.start)
        vital = next((v for v in _BOUNDS if _led(v, line.line, at)), None)
        if quantity.kind == "temperature":
            vital = "temperature"
        if vital is None or not _measures(vital, quantity.kind, quantity.unit):
            continue
        value = canonical(quantity)[0] if quantity.unit == "[degF]" else quantity.value
        low, high = _BOUNDS[vital]
        fahrenheit = vital == "temperature" and _FAHRENHEIT[0] <= value <= _FAHRENHEIT[1]
        if not low <= value <= high and not fahrenheit:
            found.append(Implausible(vital, quantity.text, quantity.start, quantity.end))
    return found


def _measures(vital: str, kind: str, unit: str | None) -> bool:
    if kind == "bare" or unit is None:
        return kind in ("bare", "count", "rate")
    units = {
        "temperature": {"Cel", "[degF]"},
        "saturation": {"%"},
        "pulse": {"/min"},
        "breathing": {"/min"},
        "weight": {"kg"},
    }
    return unit in units[vital]


def _led(vital: str, line: str, at: int) -> bool:
    """Whether the name of the sign stands shortly before, with no other sign in between."""
    lead = line[max(0, at - _NEAR - 20) : at]
    matches = [(m.end(), name) for name, p in _NAMED.items() for m in p.finditer(lead)]
    if not matches:
        return False
    last, name = max(matches)
    between = lead[last:]
    return name == vital and len(between) <= _NEAR and not re.search(r"[.;!?]\s|\d", between)
