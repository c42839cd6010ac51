"""A text of criteria → its lines, each an inclusion or an exclusion, at exact places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clinical.folded import folded
from consultation.research import CriterionKind

_HEADING = re.compile(
    r"^\W*(?:(?:main|key|principaux|principal)\s+)?(?:"
    r"(?P<i>inclusions?(?: criteria)?|crit(?:e|è)res? (?:d[e']\s?inclusion|de selection"
    r"|d'eligibilite)"
    r"|criteres d'inclusion)|"
    r"(?P<e>exclusions?(?: criteria)?|non[- ]inclusion criteria"
    r"|criteres? (?:d[e']\s?)?(?:exclusion|non[- ]inclusion)))"
    r"[^:\n]{0,25}(?::|$)"
)
_BULLET = re.compile(r"^\s*(?:[-*•–·o▪]\s+|\(?\d{1,2}[.)]\s+|\(?[a-z][.)]\s+|#+\s+)?")
_PART = re.compile(r";\s+")
_LONGEST = 4000
"""Characters of a line that are read: no criterion is longer."""


@dataclass(frozen=True, slots=True)
class CriteriaLine:
    """``text`` is exactly ``source[start:end]``."""

    number: int
    kind: CriterionKind
    text: str
    start: int
    end: int


def title(text: str) -> str:
    """The first line, when it stands before any heading; else nothing."""
    for raw in text.splitlines():
        line = raw.strip(" #*\t")
        if line:
            return "" if _HEADING.match(folded(line).line) else line[:200]
    return ""


def criteria_lines(text: str) -> Iterator[CriteriaLine]:
    """Lines before any heading are inclusions, but for a title; headings themselves are none."""
    kind = CriterionKind.inclusion
    headed = _has_heading(text)
    seen = False
    number = 0
    at = 0
    for raw in text.splitlines(keepends=True):
        begin, at = at, at + len(raw)
        folded_line = folded(raw.rstrip()).line
        heading = _HEADING.match(folded_line)
        if heading:
            kind = CriterionKind.inclusion if heading["i"] else CriterionKind.exclusion
            seen = True
            rest = folded(raw.rstrip()).place(0, heading.end())[1]
            begin, raw = begin + rest, raw[rest:]
        elif headed and not seen:
            continue
        bullet = _BULLET.match(raw)
        skip = bullet.end() if bullet else 0
        for start, end in _parts(raw[skip:].rstrip()[:_LONGEST]):
            first, last = begin + skip + start, begin + skip + end
            if any(c.isalnum() for c in text[first:last]):
                number += 1
                yield CriteriaLine(number, kind, text[first:last], first, last)


def _parts(line: str) -> Iterator[tuple[int, int]]:
    """Where the parts between semicolons stand, without blanks."""
    begin = 0
    for cut in [*(_PART.finditer(line)), None]:
        stop = cut.start() if cut else len(line)
        piece = line[begin:stop]
        start = begin + len(piece) - len(piece.lstrip())
        end = begin + len(piece.rstrip())
        if end > start:
            yield start, end
        begin = cut.end() if cut else stop


def _has_heading(text: str) -> bool:
    return any(_HEADING.match(folded(one).line) for one in text.splitlines())
