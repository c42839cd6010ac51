"""Days, months and years that a document's words name, as ISO 8601 no more precise than written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from clinical.folded import folded

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv january jan", "fevrier fevr february feb", "mars march mar",
            "avril avr april apr", "mai may", "juin june jun", "juillet juil july jul",
            "aout august aug", "septembre sept september sep", "octobre oct october",
            "novembre nov november", "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"""
      (?<![\d/.,-])(?P<y1>(?:19|20)\d\d)-(?P<m1>[01]\d)-(?P<d1>[0-3]\d)(?![\d/])
    | (?<![\d/.,-])(?P<d2>[0-3]?\d)[/.-](?P<m2>[01]?\d)[/.-](?P<y2>(?:19|20)\d\d|\d\d)(?![\d/])
    | (?<!\w)(?P<d3>[0-3]?\d)(?:er|st|nd|rd|th)?\ (?:of\ )?(?P<m3>{_MONTH})\.?,?[ ]
      (?P<y3>(?:19|20)\d\d)
    | (?<!\w)(?P<m4>{_MONTH})\.?\ (?P<d4>[0-3]?\d)(?:st|nd|rd|th)?,?\ (?P<y4>(?:19|20)\d\d)
    | (?<!\w)(?P<m5>{_MONTH})\.?\ (?P<y5>(?:19|20)\d\d)
    | (?<![\d/.,-])(?P<m6>[01]?\d)/(?P<y6>(?:19|20)\d\d)(?![\d/])
    | (?:\b(?:en|in|since|depuis|de|of|annee|year|vers|around|courant|ete|hiver|printemps|automne
         |summer|winter|spring|autumn|fin|debut|late|early)\ |[(,:|–—-]\s?|\[)
      (?P<y7>(?:19|20)\d\d)(?=$|[\s).,;:\]|])(?!\ ?(?:mg|ml|g|ui|iu|m))
    | ^(?P<y8>(?:19|20)\d\d)(?=\s?[:–—-])
    | \s(?P<y9>(?:19|20)\d\d)(?=[\s.;]*$)
    """,
    re.VERBOSE,
)
_AGO = re.compile(
    r"\b(?:il y a|depuis|voila) (?:environ |pres de )?(\d{1,2}) (an|mois|semaine|jour)s?\b"
    r"|\b(\d{1,2}) (year|month|week|day)s? ago\b"
)
_AGO_UNIT = {"an": 12, "mois": 1, "year": 12, "month": 1}


@dataclass(frozen=True, slots=True)
class When:
    """``text[start:end]`` names the day, month or year ``iso``."""

    iso: str
    start: int
    end: int


def dates(text: str, told: str | None = None) -> tuple[When, ...]:
    """In order. ``told``: the day of writing, from which *il y a 3 ans* counts (a year or "
    "month)."""
    if not any(character.isdigit() for character in text):
        return ()
    line = folded(text)
    found = []
    for match in _DATE.finditer(line.line):
        iso = _iso(match)
        if iso is not None:
            number = match.lastgroup or ""
            first = min(
                match.start(g) for g in match.groupdict() if match[g] and g[1:] == number[1:]
            )
            found.append(When(iso, *line.place(first, match.end())))
    if told:
        for match in _AGO.finditer(line.line):
            iso = _ago(match, told)
            if iso is not None:
                found.append(When(iso, *line.place(match.start(), match.end())))
    return tuple(sorted(found, key=lambda one: one.start))


def _iso(match: re.Match[str]) -> str | None:
    groups = {name[0]: value for name, value in match.groupdict().items() if value}
    year = int(groups["y"])
    if year < 100:
        year += 2000 if year < 50 else 1900
    month = groups.get("m")
    number = _MONTHS.get(month or "") or int(month or 0)
    if month is None:
        return f"{year:04}"
    if not 1 <= number <= 12:
        return None
    if "d" not in groups:
        return f"{year:04}-{number:02}"
    try:
        return date(year, number, int(groups["d"])).isoformat()
    except ValueError:
        return None


def _ago(match: re.Match[str], told: str) -> str | None:
    count, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
    months = _AGO_UNIT.get(unit)
    if months is None:
        return None
    if months == 12:
        return f"{int(told[:4]) - int(count):04}"
    if len(told) < 7:
        return None
    total = int(told[:4]) * 12 + int(told[5:7]) - 1 - int(count)
    return f"{total // 12:04}-{total % 12 + 1:02}"
