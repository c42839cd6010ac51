"""Dates of reports, on a folded line, as precise as they were written.

Numbers alone are read day first in French. In English, 03/04/2024 may be March or April: then the
year alone is kept. Two-digit years are read in dates with a day only (12/03/24).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from clinical.dates import MONTH_NAMES, month_number

_NAMES = "|".join(sorted(MONTH_NAMES, key=len, reverse=True))
_DATE = re.compile(
    rf"""(?<![\w/.-])(?:
      (?P<iy>(?:19|20)\d\d)-(?P<im>\d\d)(?:-(?P<id>\d\d))?(?![\w-])
    | (?P<a>\d{{1,2}})[/.-](?P<b>\d{{1,2}})[/.-](?P<y>(?:19|20)\d\d|\d\d)(?![\w/]|[.,]\d)
    | (?P<my>\d{{1,2}})/(?P<yy>(?:19|20)\d\d)(?![\w/])
    | (?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?:of\s+)?(?P<mo>{_NAMES})\.?,?\s+(?P<dy>(?:19|20)\d\d)
    | (?P<emo>{_NAMES})\.?\s+(?P<ed>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<ey>(?:19|20)\d\d)
    | (?P<omo>{_NAMES})\.?,?\s+(?P<oy>(?:19|20)\d\d)(?!\w)
    | (?:(?:en|in|since|depuis|de|of|du|from|annee|year|debut|fin|early|late|mid|ete|hiver
        |printemps|automne|spring|summer|fall|winter|\()\s*)(?P<only>(?:19|20)\d\d)(?![\w/%-])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date at ``line[start:end]``."""

    iso: str
    """``2024``, ``2024-03`` or ``2024-03-12``."""
    start: int
    end: int


def dates(line: str, language: str) -> tuple[Dated, ...]:
    """Every date of a folded line, in order; one that no calendar has is left out."""
    found = []
    for match in _DATE.finditer(line):
        iso = _iso(match, language)
        if iso:
            found.append(Dated(iso, match.start(), match.end()))
    return tuple(found)


def _iso(m: re.Match[str], language: str) -> str | None:
    if m["iy"]:
        return _checked(int(m["iy"]), int(m["im"]), int(m["id"]) if m["id"] else None)
    if m["a"]:
        return _numbers(int(m["a"]), int(m["b"]), _full(m["y"]), language)
    if m["my"]:
        return _checked(int(m["yy"]), int(m["my"]), None)
    if m["mo"]:
        return _checked(int(m["dy"]), month_number(m["mo"]), int(m["d"]))
    if m["emo"]:
        return _checked(int(m["ey"]), month_number(m["emo"]), int(m["ed"]))
    if m["omo"]:
        return _checked(int(m["oy"]), month_number(m["omo"]), None)
    return str(m["only"])


def _numbers(first: int, second: int, year: int, language: str) -> str | None:
    if language == "fr" or first > 12:
        return _checked(year, second, first)
    if second > 12 or first == second:
        return _checked(year, first, second)
    return str(year)


def _full(year: str) -> int:
    number = int(year)
    if len(year) == 4:
        return number
    return 2000 + number if number < 60 else 1900 + number


def _checked(year: int, month: int, day: int | None) -> str | None:
    try:
        date(year, month, day or 1)
    except ValueError:
        return None
    return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day else "")
