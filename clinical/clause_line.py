"""A sentence as one line of folded words and marks: what cues are matched on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical.marks import Mark, touching
from clinical.memory import remembered
from clinical.text import Token, tokens

_MARKS = re.compile(r"[,.;:!?=–—()]|(?<=\s)-(?=\s)")
_LAST_MARKS = re.compile(r"[,.;:!?=–—()]")


def marks_of(pattern: re.Pattern[str], line: str, taken: Sequence[Mark] = ()) -> list[Mark]:
    """Where a cue stands in a line, and none of ``taken`` with it."""
    found = [match.span() for match in pattern.finditer(line)]
    return [mark for mark in found if not touching(taken, *mark)]


@remembered
def clause_line(text: str, language: str) -> str:
    """The folded words and marks of a text, one space between: what cues are matched on."""
    return line_of(text, tokens(text, language))[0]


def line_of(text: str, words: tuple[Token, ...]) -> tuple[str, list[int], frozenset[int]]:
    """(folded words and marks in one line, where each word starts in it, words after a mark)."""
    parts: list[str] = []
    starts: list[int] = []
    breaks: set[int] = set()
    length = at = 0
    for index, word in enumerate(words):
        if word.start - at > 1 or text[at : word.start].strip():
            for mark in _MARKS.findall(text[at : word.start]):
                parts.append(mark)
                length += len(mark) + 1
                breaks.add(index)
        starts.append(length)
        parts.append(word.fold)
        length += len(word.fold) + 1
        at = word.end
    parts.extend(_LAST_MARKS.findall(text[at:]))
    return " ".join(parts), starts, frozenset(breaks)


def closes(between: str) -> bool:
    """Whether a parenthesis that holds the cue ends here."""
    depth = 0
    for mark in between:
        depth += (mark == "(") - (mark == ")")
        if depth < 0:
            return True
    return False
