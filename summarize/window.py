"""A transcript as numbered lines, cut into windows that fit the model's context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from consultation.errors import ContextOverflow
from prompts import library
from summarize.units import Unit

OVERLAP = 2
"""Sentences that two windows share, so that a question is not parted from its answer."""


@dataclass(frozen=True)
class Window:
    """Consecutive sentences; each line is one segment's, ``[12] Patient: …``."""

    units: tuple[Unit, ...]
    language: str

    @cached_property
    def text(self) -> str:
        guide = library.topics(self.language)
        lines: list[str] = []
        last: Unit | None = None
        for unit in self.units:
            if last is not None and last.segment is unit.segment:
                lines[-1] += f" {unit.text}"
            else:
                who = getattr(guide, unit.role.value)
                lines.append(f"[{self.number(unit)}] {who}: {unit.text}")
            last = unit
        return "\n".join(lines)

    @staticmethod
    def number(unit: Unit) -> int:
        """The line's number is the segment's: s0012 is [12]."""
        return int(unit.segment.id[1:])

    @staticmethod
    def segment(number: int) -> str:
        return f"s{number:04d}"


def windows(
    units: Sequence[Unit], language: str, *, fits: Callable[[Window], bool]
) -> tuple[Window, ...]:
    """The fewest equal parts that all fit. Raises ContextOverflow if one sentence does not."""
    if not units:
        return ()
    parts = 1
    while True:
        size = -(-len(units) // parts)
        cut = tuple(
            Window(tuple(units[max(0, start - OVERLAP) : start + size]), language)
            for start in range(0, len(units), size)
        )
        if all(fits(window) for window in cut):
            return cut
        if size <= 1:
            raise ContextOverflow("one sentence of the transcript does not fit the model's context")
        parts = min(len(units), max(parts + 1, parts * 3 // 2))
