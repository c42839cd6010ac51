"""Places in a line, sorted and without overlap: what a pattern found, looked up by position."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import itemgetter

Mark = tuple[int, int]
"""(start, end)"""


def touching(marks: Sequence[Mark], start: int, end: int) -> Sequence[Mark]:
    """The marks that share a character with ``start`` to ``end``, in logarithmic time."""
    first = bisect_right(marks, start, key=itemgetter(1))
    return marks[first : bisect_left(marks, end, key=itemgetter(0))]


def within_longer(mark: Mark, others: Sequence[Mark]) -> bool:
    """Whether a longer mark overlaps this one."""
    start, end = mark
    return any(b - a > end - start for a, b in touching(others, start, end))
