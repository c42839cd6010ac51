"""Characters of a page → words → lines, by their boxes. Points; the origin is the lower left."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

_SPACE = 0.22
"""Of the size: a wider gap between two letters is a space."""
_SAME = 0.5
"""Of the size: centres that are nearer are on one line."""


@dataclass(frozen=True, slots=True)
class Char:
    letter: str
    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def size(self) -> float:
        return max(self.top - self.bottom, 1.0)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Line:
    """Words of one height, from left to right."""

    words: list[Word]

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def size(self) -> float:
        return median(word.size for word in self.words)

    @property
    def middle(self) -> float:
        return median(word.middle for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def words_of(chars: list[Char]) -> list[Word]:
    """In the order of the page's stream: letters that follow each other closely on one line."""
    words: list[Word] = []
    run: list[Char] = []
    for char in chars:
        if char.letter == " ":
            _close(words, run)
        elif char.right == char.left == 0:
            if run:  # a hyphen at a line's end that has no box of its own
                last = run[-1]
                run.append(Char("-", last.right, last.right, last.bottom, last.top))
        else:
            if run and not _together(run[-1], char):
                _close(words, run)
            run.append(char)
    _close(words, run)
    return words


def _together(before: Char, char: Char) -> bool:
    size = max(before.top - before.bottom, char.top - char.bottom, 1.0)
    # The letters of a ligature share one box.
    near = char.left > before.left - 0.1 * size and char.left - before.right < size * _SPACE
    level = abs((before.top + before.bottom) - (char.top + char.bottom)) / 2 < size * _SAME
    return near and level


def _close(words: list[Word], run: list[Char]) -> None:
    if run:
        words.append(
            Word(
                "".join(char.letter for char in run),
                min(char.left for char in run),
                max(char.right for char in run),
                median(char.bottom for char in run),
                median(char.top for char in run),
            )
        )
        run.clear()


def lines_of(chars: list[Char]) -> list[Line]:
    """From the top of the page down."""
    return lined(words_of(chars))


def lined(words: list[Word]) -> list[Line]:
    lines: list[Line] = []
    for word in sorted(words, key=lambda one: (-one.middle, one.left)):
        if lines:
            last = lines[-1].words[-1]
            first = lines[-1].words[0]
            level = _SAME * min(word.size, first.size)
            if first.middle - word.middle < level or last.middle - word.middle < level * 0.3:
                lines[-1].words.append(word)
                continue
        lines.append(Line([word]))
    for line in lines:
        line.words.sort(key=lambda one: one.left)
    return lines
