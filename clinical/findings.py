"""Symptoms, signs, habits and diseases: where a text names them, whatever it says of them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from clinical.forms import matched, stems_of
from clinical.text import Token, fold


@dataclass(frozen=True, slots=True)
class Span:
    """A concept between two indexes of tokens."""

    concept: str
    first: int
    last: int
    """Index after the last token."""
    absent: bool
    """The words themselves say that it is not there: *apyrétique*."""


@dataclass(frozen=True, slots=True)
class _Form:
    concept: str
    stems: tuple[str, ...]
    absent: bool
    word: str
    """The folded word of a form that has only one."""


@cache
def concepts() -> tuple[str, ...]:
    """The keys of the lexicon."""
    return tuple(row["concept"] for row in _rows() if row["concept"] != "-")


def locate(words: Sequence[Token], language: str, breaks: frozenset[int]) -> tuple[Span, ...]:
    """The findings among ``words``, longest forms first, never overlapping.

    ``breaks``: indexes of tokens that follow a punctuation mark; a form does not run over one.
    """
    forms, exact = _forms(language), _exact(language)
    found: list[Span] = []
    i = 0
    while i < len(words):
        best: Span | None = None
        for form in forms.get(words[i].stem, ()):
            if len(form.stems) == 1 and words[i].fold in exact and form.word != words[i].fold:
                continue
            last = matched(form.stems, words, i, breaks)
            if last and (best is None or last > best.last):
                best = Span(form.concept, i, last, form.absent)
        if best is None:
            i += 1
            continue
        if best.concept != "-":
            found.append(best)
        i = best.last
    return tuple(found)


@cache
def _rows() -> tuple[dict[str, str], ...]:
    path = files("clinical") / "lexicons" / "findings.csv"
    with path.open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def _forms(language: str) -> dict[str, tuple[_Form, ...]]:
    """First stem → the forms that begin with it."""
    found: dict[str, list[_Form]] = {}
    for row in _rows():
        listed = [(name, False) for name in row[language].split(";")]
        listed += [(name, True) for name in row["absent"].split(";")]
        for name, absent in listed:
            parts = stems_of(name, language)
            if name and parts:
                form = _Form(row["concept"], parts, absent, fold(name))
                found.setdefault(parts[0], []).append(form)
    return {first: tuple(forms) for first, forms in found.items()}


@cache
def _exact(language: str) -> frozenset[str]:
    """Words that share a stem with a finding and are none: *red*, *hospital*, *zone*."""
    listed = next(row for row in _rows() if row["concept"] == "-")[language].split(";")
    return frozenset(fold(word) for word in listed if " " not in word)
