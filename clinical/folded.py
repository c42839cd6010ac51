"""A text without accents and case in which every character knows where it came from."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from clinical.memory import remembered
from clinical.text import fold

_ACCENTED = re.compile(r"[^\x00-\x7f]")
_SPACES = {place: " " for place in range(128) if chr(place).isspace()}


@dataclass(frozen=True, slots=True)
class Folded:
    """``line`` is for matching; ``place`` leads back to the verbatim text."""

    text: str
    """Verbatim."""
    line: str
    _places: tuple[int, ...] | None
    """Index in ``text`` of each character of ``line``, then the length; None when they agree."""

    def place(self, start: int, end: int) -> tuple[int, int]:
        """(start, end) in ``text`` of ``line[start:end]``."""
        if self._places is None or start >= end:
            return start, end
        # The character after the last one may stand behind a combining mark: take that too.
        return self._places[start], self._places[end - 1] + self._width(end)

    def _width(self, end: int) -> int:
        places = self._places
        assert places is not None
        return max(1, places[end] - places[end - 1]) if places[end] > places[end - 1] else 1

    def at(self, place: int) -> int:
        """Index in ``line`` of the character that stands at ``place`` in ``text``."""
        return place if self._places is None else bisect_left(self._places, place)


@remembered
def folded(text: str) -> Folded:
    """Fold a text character by character; ``œ`` becomes two, a combining mark none."""
    if text.isascii():
        return Folded(text, text.lower(), None)
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for match in _ACCENTED.finditer(text):
        index = match.start()
        parts.append(text[done:index].lower().translate(_SPACES))
        places.extend(range(done, index))
        character = match.group()
        plain = " " if character.isspace() else fold(character)
        parts.append(plain)
        places.extend([index] * len(plain))
        done = index + 1
    parts.append(text[done:].lower().translate(_SPACES))
    places.extend(range(done, len(text) + 1))
    return Folded(text, "".join(parts), tuple(places))
