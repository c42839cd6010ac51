"""Tobacco and alcohol: how much, since when, and whether it is over.

*Quinze paquets-année*, *un paquet par jour*, *sevré depuis 2010*, *je vapote*; *deux verres par
jour*, *fourteen units a week*. The score AUDIT-C is read with the other scores.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from clinical.folded import Folded, folded
from clinical.numbers import quantities
from clinical.quantity import Quantity
from clinical.text import checked

_TOBACCO_UNITS = {"{pack-year}": "pack-years", "{cigarette}": "cigarettes", "{pack}": "packs"}
_ALCOHOL_UNITS = {"{drink}": "drinks", "{unit}": "units", "{bottle}": "bottles"}
_TOBACCO = re.compile(
    r"\b(?:tabac|tabagi\w+|fum(?:e|es|ez|ais|ait|er|eur|euse|eurs)|cigarettes?|clopes?|vapot\w+|smok\w+"
    r"|tobacco|cigar\w*|vap(?:e|es|ing|ed)|nicotine|e-cig\w*)\b"
)
_ALCOHOL = re.compile(
    r"\b(?:alcool\w*|vin|vins|bieres?|whisky|pastis|rhum|apero\w*|bois|boit|buvez|buvais|drink\w*"
    r"|alcohol\w*|wine|beers?|pints?|spirits|whiskey|vodka)\b"
)
_VAPES = re.compile(r"\b(?:vapot\w+|cigarettes? electroniques?|vap(?:e|es|ing)|e-cigarettes?)\b")
_STOPPED = re.compile(
    r"\b(?:sevree?s?|sevrage|arrete\b|ne (?:fume|bois) plus|ex[- ]fumeu\w+|ancien(?:ne)? fumeu\w+"
    r"|(?:stopped|(?<!to )quit|gave up|given up)(?: smoking| drinking)?|ex-smoker|former smoker)\b"
    r"(?:\s+[\w ]{1,20}?\b(?:years?|months?|weeks?) ago"
    r"|[^.;]{0,30}?\b(?:depuis|en|il y a|since|in)\b\s+[^.,;]{2,24})?"
)
_NEVER = re.compile(r"\b(?:jamais|never|n'ai jamais|non[- ]fumeu\w+|non-smoker)\b")
_PERIOD = re.compile(
    r"[^.;,\d]{0,24}?\b(?:par|a|an|per|each|every|chaque|/) ?(jour|j|semaine|day|week|soir|night)\b"
)
_WATER = re.compile(r"\b(?:eau|water|lait|milk|the|tea|cafe|coffee|jus|juice|lemonade|soda|coca)\b")


@dataclass(frozen=True, slots=True)
class Habit:
    """``source[start:end] == text``."""

    kind: Literal["tobacco", "alcohol"]
    name: str
    """pack-years, cigarettes, packs; drinks, units, bottles; vaping; stopped."""
    value: Decimal | None
    unit: str | None
    text: str
    start: int
    end: int
    plausible: bool = True
    high: Decimal | None = None
    """The upper bound, when a range was said."""


_MOST = {
    "pack-years": 250,
    "cigarettes": 120,
    "packs": 6,
    "drinks": 60,
    "units": 400,
    "bottles": 10,
}


def habits(text: str, language: str, question: str = "") -> tuple[Habit, ...]:
    """The habits that one sentence tells, in order; ``question``: what it answers.

    Raises UnsupportedLanguage.
    """
    checked(language)
    line = folded(text)
    around = f"{folded(question).line} {line.line}"
    smokes, drinks = bool(_TOBACCO.search(around)), bool(_ALCOHOL.search(around))
    found: list[Habit] = []
    said = quantities(text, language)
    for i, q in enumerate(said):
        if q.part == "high":
            continue
        top = said[i + 1] if q.part == "low" and i + 1 < len(said) else None
        smoked = _TOBACCO_UNITS.get(q.unit or "")
        if smoked and (smokes or q.unit != "{pack}"):
            found.append(_counted("tobacco", smoked, q, top, text, line))
        drunk = _ALCOHOL_UNITS.get(q.unit or "")
        if drunk and drinks and not _WATER.search(line.line[line.at(q.end) :][:16]):
            found.append(_counted("alcohol", drunk, q, top, text, line))
    vapes = _VAPES.search(line.line)
    if vapes and not _NEVER.search(line.line):
        found.append(_habit("tobacco", "vaping", None, None, text, *line.place(*vapes.span())))
    over = _STOPPED.search(line.line)
    if over and (smokes or drinks):
        span = line.place(*over.span())
        found.append(_habit("tobacco" if smokes else "alcohol", "stopped", None, None, text, *span))
    return tuple(sorted(found, key=lambda habit: habit.start))


def _counted(
    kind: Literal["tobacco", "alcohol"],
    name: str,
    q: Quantity,
    top: Quantity | None,
    text: str,
    line: Folded,
) -> Habit:
    """With the period that it is counted by: ``{drink}/wk``."""
    end = top.end if top else q.end
    by = _PERIOD.match(line.line, line.at(end))
    unit = q.unit or ""
    if by and unit != "{pack-year}":
        unit += "/d" if by[1] in ("jour", "j", "day", "soir", "night") else "/wk"
        end = line.place(by.start(), by.end())[1]
    habit = _habit(kind, name, q.value, unit, text, q.start, end)
    return replace(habit, high=top.value if top else None)


def _habit(
    kind: Literal["tobacco", "alcohol"],
    name: str,
    value: Decimal | None,
    unit: str | None,
    text: str,
    start: int,
    end: int,
) -> Habit:
    plausible = value is None or 0 <= value <= _MOST.get(name, 1000)
    return Habit(kind, name, value, unit, text[start:end], start, end, plausible)
