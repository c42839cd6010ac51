"""Dates as documents write them: *12/03/2024*, *le 3 mai 2023*, *March 3rd, 2021*, *en 2019*.

``clinical.numbers`` reads dates too, as one kind of number among spoken ones. Here only dates are
wanted, at the speed of a regular expression, from a thousand documents, and *03/04* must follow the
country that wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from clinical.dates import MONTHS
from clinical.text import fold

Order = Literal["dmy", "mdy"]

_YEAR = r"(?:19|20)\d\d"
_NAMES = (
    "janvier|janv|jan|f[ée]vrier|f[ée]vr|f[ée]v|mars|avril|avr|mai|juin|juillet|juil|ao[uû]t"
    "|septembre|sept|sep|octobre|oct|novembre|nov|d[ée]cembre|d[ée]c"
    "|january|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug"
    "|september|october|november|december|dec"
)
_DATE = re.compile(
    rf"""
      (?<![\d/.,\-]) (?:
        (?P<iy>{_YEAR}) (?P<is>[-/.]) (?P<im>0[1-9]|1[0-2]) (?:(?P=is)(?P<id>0[1-9]|[12]\d|3[01]))?
      | (?P<a>0?[1-9]|[12]\d|3[01]) [ ]?(?P<s>[/.\-])[ ]? (?P<b>0?[1-9]|[12]\d|3[01])
          [ ]?(?P=s)[ ]? (?P<y>{_YEAR}|\d\d)
      | (?P<my>0?[1-9]|1[0-2]) / (?P<myy>{_YEAR})
      | (?P<d>0?[1-9]|[12]\d|3[01]) [ ]?(?:er|st|nd|rd|th)? [ ]+ (?:of[ ]+)?
          (?P<dm>{_NAMES})\b\.? ,? [ ]+ (?P<dy>{_YEAR})
      | (?P<em>{_NAMES})\b\.? [ ]+ (?:the[ ]+)? (?P<ed>0?[1-9]|[12]\d|3[01]) (?:st|nd|rd|th)?
          ,? [ ]+ (?P<ey>{_YEAR})
      | \b(?P<m>{_NAMES})\b\.? ,? [ ]+ (?:of[ ]+)? (?P<mmy>{_YEAR})
      ) (?![\d]|[/\-]\d|[.,]\d)
    | \b(?:en|depuis|ann[ée]e|in|since|year|courant|fin|d[ée]but|of)[ ]+
        (?P<only>{_YEAR})\b(?![-/.]\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PERHAPS = re.compile(rf"{_YEAR}|\d ?[/.\-] ?\d")
"""What every date has; quick to look for."""
_MORE = {"jan": 1, "fev": 2, "mar": 3, "sep": 9, "dec": 12, "aout": 8}
_MONTHS = MONTHS["fr"] | MONTHS["en"] | _MORE


@dataclass(frozen=True, slots=True)
class Written:
    """``iso`` is as precise as the words ``text[start:end]``."""

    iso: str
    start: int
    end: int
    ambiguous: bool = False
    """Day and month could be the other way round."""


def written_dates(text: str, order: Order = "dmy") -> Iterator[Written]:
    """In order of place. Dates that do not exist are left out."""
    if not _PERHAPS.search(text):
        return
    for match in _DATE.finditer(text):
        found = _read(match, order)
        if found:
            yield found


def day_first(text: str, language: str) -> Order:
    """How this document writes numeric dates: as its own unambiguous ones do, else by language."""
    votes = {"dmy": 0, "mdy": 0}
    for match in re.finditer(rf"\b(\d\d?)[/.\-](\d\d?)[/.\-](?:{_YEAR}|\d\d)\b", text):
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            votes["dmy"] += 1
        elif second > 12 >= first:
            votes["mdy"] += 1
    if language == "fr" or votes["dmy"] > votes["mdy"]:
        return "dmy"
    return "mdy"


def _read(match: re.Match[str], order: Order) -> Written | None:
    part = match.groupdict()
    ambiguous = False
    if part["iy"]:
        year, month, day = int(part["iy"]), int(part["im"]), int(part["id"] or 0)
    elif part["a"]:
        year, month, day, ambiguous = _numeric(part, order)
    elif part["my"]:
        year, month, day = int(part["myy"]), int(part["my"]), 0
    elif part["d"]:
        year, month, day = int(part["dy"]), _month(part["dm"]), int(part["d"])
    elif part["em"]:
        year, month, day = int(part["ey"]), _month(part["em"]), int(part["ed"])
    elif part["m"]:
        year, month, day = int(part["mmy"]), _month(part["m"]), 0
    else:
        return Written(part["only"], match.start("only"), match.end("only"))
    iso = partial(year, month, day)
    return Written(iso, match.start(), match.end(), ambiguous) if iso else None


def _numeric(part: dict[str, str | None], order: Order) -> tuple[int, int, int, bool]:
    first, second, year = (int(part[name] or 0) for name in ("a", "b", "y"))
    if year < 100:
        year += 2000 if year <= date.today().year % 100 + 1 else 1900
    if first > 12 or second > 12:
        day, month = (first, second) if second <= 12 else (second, first)
        return year, month, day, False
    day, month = (first, second) if order == "dmy" else (second, first)
    return year, month, day, first != second


def _month(name: str | None) -> int:
    return _MONTHS.get(fold(name or ""), 0)


def partial(year: int, month: int = 0, day: int = 0) -> str | None:
    """ISO 8601 as precise as given; None when there is no such day."""
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    if not month:
        return f"{year:04d}"
    return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day else "")
