"""Where a line names a biomarker: the receptors, scores, genes and serum markers of the lexicon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from clinical.oncology.lexicon import alternatives, coding, plain, rows
from clinical.oncology.reading import Passage
from clinical.text import fold
from consultation.documents import Coding


@dataclass(frozen=True, slots=True)
class Marker:
    """A row of the lexicon."""

    name: str
    kind: str
    """receptor, her2, percent, pdl1, msi, mmr, gene, tmb, numeric."""
    codes: tuple[Coding, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A marker at ``line[start:end]``."""

    marker: Marker
    start: int
    end: int
    tells: str
    """What the words themselves say: "CPS", "MSS", "dMMR", "T790M"; often nothing."""
    short: bool
    """Capitals that may mean something else: what they say must stand right beside them."""


@dataclass(frozen=True, slots=True)
class _Form:
    marker: Marker
    tells: str
    exact: str
    """The capitals it must be written in; empty when case does not matter."""
    french: bool


@cache
def markers() -> dict[str, Marker]:
    """Name → marker."""
    return {row["marker"]: _marker(row) for row in rows("oncology_markers")}


def mentions(passage: Passage) -> tuple[Mention, ...]:
    """Every marker named, in order, longest names first."""
    found: list[Mention] = []
    for match in _pattern().finditer(passage.line):
        words = passage.verbatim(match.start(), match.end())
        for form in _forms()[plain(match.group())]:
            if form.exact and plain(words) not in (form.exact, form.exact.upper()):
                continue
            if form.french and passage.language != "fr":
                continue
            found.append(
                Mention(form.marker, match.start(), match.end(), form.tells, bool(form.exact))
            )
            break
    return tuple(found)


def _marker(row: dict[str, str]) -> Marker:
    codes = [code.split(":", 1) for code in row["codes"].split(";") if code]
    return Marker(row["marker"], row["kind"], tuple(coding(s, c) for s, c in codes))


@cache
def _forms() -> dict[str, tuple[_Form, ...]]:
    found: dict[str, list[_Form]] = {}
    for row in rows("oncology_markers"):
        for form in row["forms"].split(";"):
            words, _, tells = form.partition(">")
            french = words.startswith("fr!")
            exact = words.removeprefix("fr").startswith("!")
            words = words.removeprefix("fr!").removeprefix("!") if exact else words
            entry = _Form(_marker(row), tells, plain(words) if exact else "", french)
            found.setdefault(plain(fold(words)), []).append(entry)
    return {key: tuple(forms) for key, forms in found.items()}


@cache
def _pattern() -> re.Pattern[str]:
    forms = [
        form.partition(">")[0].removeprefix("fr!").removeprefix("!")
        for row in rows("oncology_markers")
        for form in row["forms"].split(";")
    ]
    return alternatives(forms)
