"""Everyday and medical words for the same thing: *on my own* and *alone*, *selles* and *caca*.

They serve to find where a statement comes from, and to compare what is denied. What verification
must tell apart (numbers, drugs, findings, sides, up and down) is never joined here; each key has
its own lexicon row, and no form stands in two.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from clinical.forms import matched, stems_of
from clinical.memory import remembered
from clinical.text import is_stopword, tokens


class Worded(NamedTuple):
    """``text[start:end]`` says ``term``: a key of the lexicon after ``~``, or a stem."""

    term: str
    start: int
    end: int


@remembered
def worded(text: str, language: str) -> tuple[Worded, ...]:
    """The content words of a text in order, those with a paraphrase by its key."""
    words = tokens(text, language)
    forms = _forms(language)
    found: list[Worded] = []
    i = 0
    while i < len(words):
        key, last = "", 0
        for stems, name in forms.get(words[i].stem, ()):
            end = matched(stems, words, i, frozenset())
            if end > last:
                key, last = name, end
        if last:
            found.append(Worded(f"~{key}", words[i].start, words[last - 1].end))
            i = last
            continue
        if not is_stopword(words[i].fold, language):
            found.append(Worded(words[i].stem, words[i].start, words[i].end))
        i += 1
    return tuple(found)


def content_terms(text: str, language: str) -> frozenset[str]:
    """What ``worded`` finds, as a set."""
    return frozenset(word.term for word in worded(text, language))


@cache
def rows() -> tuple[dict[str, str], ...]:
    """The lexicon as it is written."""
    path = files("clinical") / "lexicons" / "paraphrases.csv"
    with path.open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def _forms(language: str) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """First stem → (stems, key) of the forms that begin with it."""
    found: dict[str, dict[tuple[str, ...], str]] = {}
    for row in rows():
        for form in row[language].split(";"):
            stems = stems_of(form, language)
            if stems:
                found.setdefault(stems[0], {}).setdefault(stems, row["key"])
    return {first: tuple(forms.items()) for first, forms in found.items()}
