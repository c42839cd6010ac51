"""Days, parts of the day, vague periods and rates: *lundi*, *hier*, *a few weeks ago*, *a day*.

Numbers of days or months are quantities (``clinical.numbers``); here are those that have none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from clinical.folded import folded
from clinical.memory import remembered
from clinical.text import checked

MomentKind = Literal["weekday", "day", "part", "month", "period", "rate"]

_LISTED: dict[str, dict[MomentKind, str]] = {
    "fr": {
        "weekday": "1 lundi|2 mardi|3 mercredi|4 jeudi|5 vendredi|6 samedi|7 dimanche",
        "day": "before avant-hier|yesterday hier|tomorrow demain|today aujourd'hui",
        "part": "morning matin|morning matins|morning matinee|noon midi|afternoon apres-midi|"
        "evening soir|evening soirs|evening soiree|evening coucher|night nuit|night nuits",
        "month": "1 janvier|2 fevrier|3 mars|4 avril|5 mai|6 juin|7 juillet|8 aout|9 septembre|"
        "10 octobre|11 novembre|12 decembre",
    },
    "en": {
        "weekday": "1 monday|2 tuesday|3 wednesday|4 thursday|5 friday|6 saturday|7 sunday|"
        "1 mondays|2 tuesdays|3 wednesdays|4 thursdays|5 fridays|6 saturdays|7 sundays",
        "day": "yesterday yesterday|tomorrow tomorrow|today today",
        "part": "morning morning|morning mornings|noon noon|noon lunchtime|noon midday|"
        "afternoon afternoon|evening evening|evening evenings|evening bedtime|night night|"
        "night nights|night tonight|night nighttime|night overnight",
        "month": "1 january|2 february|4 april|6 june|7 july|8 august|9 september|10 october|"
        "11 november|12 december",
    },
}
_NAMES: dict[str, dict[str, tuple[MomentKind, str]]] = {
    language: {
        entry.split(" ", 1)[1]: (kind, entry.split(" ", 1)[0])
        for kind, listed in kinds.items()
        for entry in listed.split("|")
    }
    for language, kinds in _LISTED.items()
}
_PATTERNS = {
    language: re.compile(
        r"(?<!\w)(?:"
        + "|".join(sorted((n.replace("'", "['’]") for n in names), key=len, reverse=True))
        + r")(?!\w)"
    )
    for language, names in _NAMES.items()
}
_VAGUE = {
    "fr": re.compile(
        r"(?<!\w)(?:quelques|plusieurs|depuis des|il y a des|(?=(?:jour|semaine|mois|annee|an)s? "
        r"(?:derni|proch)))\s*(?P<unit>jour|semaine|mois|annee|an)s?(?!\w)"
    ),
    "en": re.compile(
        r"(?<!\w)(?:few|couple of|several|some|last|next|past|this|for)\s+"
        r"(?P<unit>day|week|month|year)s?(?!\w)"
    ),
}
_RATE = {
    "fr": re.compile(
        r"(?<!\w)(?:par|chaque|tou(?:te)?s les)\s+(?P<unit>jour|semaine|mois|an)s?(?!\w)"
        r"|(?<!\w)(?P<adverb>quotidien|hebdomadaire|mensuel|annuel"
        r"|(?<=chaque )matin|(?<=chaque )soir|(?<=tous les )matin|(?<=tous les )soir)\w*"
    ),
    "en": re.compile(
        r"(?<!\w)(?<!^)(?<!\bfor )(?<!\bin )(?<!within )(?<!after )(?<!about )(?<!over )(?<!than )"
        r"(?<!\bof )(?:an?|per|each|every)\s+(?P<unit>day|week|month|year)(?!\w)"
        r"|(?<!\w)(?P<adverb>daily|weekly|monthly|yearly|nightly"
        r"|(?<=every )morning|(?<=every )evening|(?<=every )night)(?!\w)"
    ),
}
_ADVERBS = {
    "quotidien": "day", "hebdomadaire": "week", "mensuel": "month", "annuel": "year",
    "matin": "day", "soir": "day", "morning": "day", "evening": "day", "night": "day",
    "nightly": "day",
    "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year",
}  # fmt: skip
_UNIT = {"jour": "day", "semaine": "week", "mois": "month", "annee": "year", "an": "year"}
_NEXT_TO = {
    ("evening", "night"),
    ("night", "evening"),
    ("noon", "afternoon"),
    ("afternoon", "noon"),
}
"""People say one for the other."""


@dataclass(frozen=True, slots=True)
class Moment:
    """``source[start:end] == text``."""

    kind: MomentKind
    key: str
    text: str
    start: int
    end: int


@remembered
def moments(text: str, language: str) -> tuple[Moment, ...]:
    """The days and parts of the day in order. Raises UnsupportedLanguage."""
    names = _NAMES[checked(language)]
    line = folded(text)
    found = []
    for match in _PATTERNS[language].finditer(line.line):
        kind, key = names[match.group()]
        start, end = line.place(match.start(), match.end())
        found.append(Moment(kind, key, text[start:end], start, end))
    kinds: tuple[tuple[MomentKind, re.Pattern[str]], ...] = (
        ("period", _VAGUE[language]),
        ("rate", _RATE[language]),
    )
    for of, pattern in kinds:
        for match in pattern.finditer(line.line):
            start, end = line.place(match.start(), match.end())
            unit = match["unit"] or _ADVERBS[match["adverb"]]
            unit = _UNIT.get(unit, unit)
            found.append(Moment(of, unit, text[start:end], start, end))
    return tuple(found)


def missing_moments(statement: str, evidence: str, language: str) -> tuple[Moment, ...]:
    """Moments of the statement that the evidence excludes: it names another, or no weekday at all.

    A part of the day or *today* that the evidence leaves out is no contradiction.
    """
    said = moments(evidence, language)
    missing = []
    for one in moments(statement, language):
        same = [m for m in said if m.kind == one.kind]
        held = any(m.key == one.key or (m.key, one.key) in _NEXT_TO for m in same)
        if not held and (same or one.kind == "weekday"):
            missing.append(one)
    return tuple(missing)
