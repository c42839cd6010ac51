"""The limits that a report prints beside a value: *(N < 45)*, *| 5 - 40*, *[ref. 0–21]*, *LSN 40*.

Only a range whose ends are plain numbers is read. Multiples (*3 N*), limits by sex or age, and a
range that anything else follows are left: a limit that is not sure is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUM = r"\d{1,6}(?:[.,]\d{1,4})?"
_UNIT = r"(?:%|[a-zµμ]{1,6}\s?/\s?(?:m?l|dl|min|mm3)|g\s?/\s?d?l)"
_STRONG = (
    r"(?:(?:valeurs?|intervalles?|bornes?) (?:normales?|usuelles?|de (?:la )?(?:reference|normale))"
    r"|(?:reference|normal) (?:range|values?|interval|limits?)|references?|ref|normes?(?: labo\w*)?"
    r"|normal\w*|usuel\w*|v\.?n|v\.?r)"
)
_UPPER = (
    r"(?:lsn|lns|uln|limite superieure(?: de la normale)?|normale superieure"
    r"|upper limit(?: of normal)?)"
)
_RANGE = (
    rf"(?:(?P<low>{_NUM})\s?(?:{_UNIT})?\s?(?:-|–|—|a|to)\s?(?P<high>{_NUM})"
    r"|(?:<\s?=?|≤|jusqu'a|up to)"
    rf"\s?(?P<under>{_NUM}))"
)
_LIMIT = re.compile(
    rf"(?P<mark>\b(?:{_STRONG}|n)\b\.?\s*[:=]?\s*)?(?:{_RANGE}|(?P<only>\b{_UPPER}\b\s*[:=à]?\s*)(?P<top>{_NUM}))"
    rf"\s?(?P<unit>{_UNIT})?(?=\s*(?:[)\]|,;]|\.?\s*$|\.\s))"
)
_FLAG = r"(?:h|l|\*+|\++|↑|↓|elevee?s?|augmentee?s?|normale?s?|high|low|raised|normal)?"
_OPEN = re.compile(rf"\s*{_FLAG}\s*(?P<open>[(\[|,;:]*)\s*")
_AHEAD = re.compile(rf"[^\d.()\[\]|]{{0,60}}?(?=\b(?:{_STRONG}|{_UPPER})\b)")
NORMS = re.compile(rf"\b(?:{_STRONG}|{_UPPER})\b")


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """``line[start:end]``; ``unit`` as printed, None where only the value has one."""

    low: float | None
    high: float
    unit: str | None
    start: int
    end: int


def range_behind(line: str, at: int) -> ReferenceRange | None:
    """The range of the value that ends at ``at`` of a folded line: in brackets, in the next cell,
    or named as one."""
    opened = _OPEN.match(line, at)
    assert opened
    found = _LIMIT.match(line, opened.end())
    if found and not (found["mark"] or found["only"] or set(opened["open"]) & set("([|")):
        found = None
    if not found and (ahead := _AHEAD.match(line, at)):
        found = _LIMIT.match(line, ahead.end())
    return _range(found) if found else None


def range_named(line: str, at: int) -> ReferenceRange | None:
    """The range right behind a name, in a line that gives normal values."""
    found = _LIMIT.match(line, re.compile(r"[\s:=(|]*").match(line, at).end())  # type: ignore[union-attr]
    return _range(found) if found else None


def _range(found: re.Match[str]) -> ReferenceRange | None:
    low = float(found["low"].replace(",", ".")) if found["low"] else None
    high = float((found["high"] or found["under"] or found["top"]).replace(",", "."))
    if high <= 0 or (low is not None and low >= high):
        return None
    unit = re.sub(r"\s", "", found["unit"]) if found["unit"] else None
    return ReferenceRange(low, high, unit, *found.span())
