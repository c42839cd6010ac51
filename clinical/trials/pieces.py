"""A part of a line of criteria that one rule understood."""

from __future__ import annotations

from dataclasses import dataclass

from consultation.research import Op, Variable


@dataclass(frozen=True, slots=True)
class Piece:
    """Fields as in ``Criterion``; it stands at ``line[start:end]`` of the folded line."""

    variable: Variable
    start: int
    end: int
    name: str | None = None
    op: Op = "present"
    value: float | None = None
    high: float | None = None
    unit: str | None = None
    values: tuple[str, ...] = ()
    window_days: int | None = None
