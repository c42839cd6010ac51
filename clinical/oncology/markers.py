"""Where a line names a biomarker: the receptors, scores, genes and serum markers of the lexicon."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    loose: bool
    """An everyday word: what it says must stand right beside it, as with an abbreviation."""


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
                Mention(
                    form.marker,
                    match.start(),
                    match.end(),
                    form.tells,
                    form.loose or bool(form.exact),
                )
            )
            break
    found.extend(_symbols(passage, found))
    return tuple(sorted(found, key=lambda one: one.start))


def _symbols(passage: Passage, known: Sequence[Mention]) -> list[Mention]:
    """Symbols of genes that the lexicon lacks, right before a variant of HGVS: *XRCC2 c.651T>A*."""
    taken = {place for one in known for place in range(one.start, one.end)}
    found = []
    for match in _SYMBOL.finditer(passage.text):
        start, end = passage.folded.at(match.start()), passage.folded.at(match.end())
        if start not in taken:
            marker = Marker(match.group(), "gene", ())
            found.append(Mention(marker, start, end, "", short=True))
    return found


_SYMBOL = re.compile(
    r"\b(?!NM_|NP_|NG_|NC_|ENST)[A-Z][A-Z0-9]{1,6}\b"
    r"(?=[\s:,(]{1,3}(?:(?:NM|NP|NG|NC)_\d+\.?\d*:?)?[(]?(?:p|c|g)\.[\w(])"
)


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
            loose = words.startswith("~")
            words = words.removeprefix("fr!").removeprefix("!") if exact else words.lstrip("~")
            entry = _Form(_marker(row), tells, plain(words) if exact else "", french, loose)
            found.setdefault(plain(fold(words)), []).append(entry)
    return {key: tuple(forms) for key, forms in found.items()}


@cache
def _pattern() -> re.Pattern[str]:
    forms = [
        form.partition(">")[0].removeprefix("fr!").lstrip("!~")
        for row in rows("oncology_markers")
        for form in row["forms"].split(";")
    ]
    return alternatives(forms)
