"""What a statement rests on."""

from __future__ import annotations

from dataclasses import dataclass

from clinical.laterality import Lateral
from summarize.units import Unit

ENOUGH = 0.5
"""Support below this is no evidence."""


@dataclass(frozen=True)
class Grounds:
    """The sentences a statement rests on, best first, and how much of it they hold (0 to 1)."""

    units: tuple[Unit, ...]
    support: float
    missing: tuple[str, ...]
    """Content words of the statement that are nowhere in its evidence."""
    asked: tuple[Unit, ...] = ()
    """Questions that lend words which the answers leave out: shown before them."""
    told: tuple[Lateral, ...] = ()
    """Every side that anybody tells in the consultation."""
    sided: tuple[Unit, ...] = ()
    """The sentences of the consultation that name a side, of whatever it is."""

    @property
    def shown(self) -> tuple[Unit, ...]:
        return (*self.asked, *self.units)
