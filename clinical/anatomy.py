"""Organs and regions that have a side, and which of them lies in which."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from clinical.folded import Folded
from clinical.memory import remembered
from clinical.text import fold

PAIN = re.compile(
    r"\b(?:douleurs?|douloureu\w+|mal|maux|souffr\w+|bloque\w*|fait mal|pains?|painful|hurt\w*"
    r"|ache\w*|aching|sore|tender|discomfort|throbbing|cramp\w*)\b"
)
"""Words, folded, that say that something hurts, in either language."""


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ that a text names, at ``line[start:end]`` of the folded text."""

    name: str
    """Key of the lexicon, in English."""
    start: int
    end: int


@remembered
def organs(text: Folded, language: str) -> tuple[Organ, ...]:
    """Every organ or region named, longest names first, in order."""
    names = _names(language)
    return tuple(
        Organ(names[match.group()], match.start(), match.end())
        for match in _pattern(language).finditer(text.line)
    )


def related(a: str | None, b: str | None) -> bool:
    """Whether both may be the same place: equal, one inside the other, or one not named."""
    if a is None or b is None:
        return True
    return a in _around(b) or b in _around(a)


def _around(organ: str) -> list[str]:
    chain = [organ]
    while chain[-1] in _parents() and _parents()[chain[-1]]:
        chain.append(_parents()[chain[-1]])
    return chain


@cache
def _rows() -> tuple[dict[str, str], ...]:
    path = files("clinical") / "lexicons" / "anatomy.csv"
    with path.open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def _parents() -> dict[str, str]:
    return {row["organ"]: row["part_of"] for row in _rows()}


@cache
def _names(language: str) -> dict[str, str]:
    return {fold(name): row["organ"] for row in _rows() for name in row[language].split(";")}


@cache
def _pattern(language: str) -> re.Pattern[str]:
    names = sorted(_names(language), key=len, reverse=True)
    return re.compile(r"(?<![\w])(?:" + "|".join(map(re.escape, names)) + r")(?![\w])")
