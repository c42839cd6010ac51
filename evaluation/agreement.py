"""Precision, recall and F1 of two sets that are compared, one by one."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field, computed_field

from consultation.wire import Record


class Agreement(Record):
    """What both say, what only we say, what only the reference says."""

    right: int = Field(default=0, ge=0)
    invented: int = Field(default=0, ge=0)
    missed: int = Field(default=0, ge=0)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def precision(self) -> float | None:
        found = self.right + self.invented
        return self.right / found if found else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def recall(self) -> float | None:
        wanted = self.right + self.missed
        return self.right / wanted if wanted else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def f1(self) -> float | None:
        total = 2 * self.right + self.invented + self.missed
        return 2 * self.right / total if total else None


def compared(ours: frozenset[str], theirs: frozenset[str]) -> Agreement:
    return Agreement(
        right=len(ours & theirs), invented=len(ours - theirs), missed=len(theirs - ours)
    )


def pooled_agreement(found: Iterable[Agreement]) -> Agreement:
    """The sum of all."""
    known = list(found)
    return Agreement(
        right=sum(one.right for one in known),
        invented=sum(one.invented for one in known),
        missed=sum(one.missed for one in known),
    )
