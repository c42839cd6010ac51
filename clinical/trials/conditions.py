"""Conditions that criteria name and records tell: one lexicon for both sides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from clinical.oncology.lexicon import alternatives, plain, rows
from clinical.oncology.reading import Passage
from clinical.text import fold


@dataclass(frozen=True, slots=True)
class ConditionName:
    """A condition named at ``line[start:end]``."""

    key: str
    lasting: bool
    """Once there, it stays: an old mention still counts."""
    start: int
    end: int


def conditions(passage: Passage) -> tuple[ConditionName, ...]:
    """Every condition named, whatever is said of it, in order."""
    known = _names(passage.language)
    return tuple(
        ConditionName(*known[plain(m.group())], m.start(), m.end())
        for m in _pattern(passage.language).finditer(passage.line)
        if len(m.group()) > 4 or passage.upper(m.start(), m.end())
    )


def is_lasting(key: str) -> bool:
    return any(row["key"] == key and row["lasting"] == "yes" for row in rows("trial_conditions"))


@cache
def _names(language: str) -> dict[str, tuple[str, bool]]:
    return {
        plain(fold(form)): (row["key"], row["lasting"] == "yes")
        for row in rows("trial_conditions")
        for form in row[language].split(";")
    }


@cache
def _pattern(language: str) -> re.Pattern[str]:
    return alternatives(f for row in rows("trial_conditions") for f in row[language].split(";"))
