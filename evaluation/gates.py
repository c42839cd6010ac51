"""Quality that may not fall: figures of now against figures that were committed.

A figure is a share with its counts, so that a reader sees how much one case weighs. What repeats
exactly has no tolerance; what a recogniser heard has one, since sums in batches differ between
processors (``evaluation/gate_figures.py`` states each).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import Field, TypeAdapter, model_validator

from consultation.wire import Record


class Figure(Record):
    """``wrong`` or ``right``, never both, ``of`` all that was counted: cases, words or seconds."""

    wrong: float | None = Field(default=None, ge=0)
    right: float | None = Field(default=None, ge=0)
    of: float = Field(gt=0)
    tolerance: float = Field(default=0.0, ge=0, lt=1)
    """By how much the share may be worse than the committed one; 0.02 is two points."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Figure:
        if (self.wrong is None) == (self.right is None):
            raise ValueError("a figure says what is wrong or what is right")
        return self

    @property
    def badness(self) -> float:
        """The share that is not as it should be; rates of errors may exceed 1."""
        return self.wrong / self.of if self.wrong is not None else 1 - (self.right or 0.0) / self.of

    def __str__(self) -> str:
        name, count = ("wrong", self.wrong) if self.wrong is not None else ("right", self.right)
        share = 100 * (count or 0.0) / self.of
        return f"{count:g} {name} of {self.of:g} ({share:.1f} %)"


Figures = Mapping[str, Figure]
"""Name → figure."""


class Verdict(StrEnum):
    same = "same"
    better = "better"
    worse = "worse"
    """By more than the tolerance."""
    new = "new"
    """Not committed yet."""
    gone = "gone"
    """Committed, and no longer measured."""


class Held(Record):
    """One figure against what was committed."""

    name: str
    verdict: Verdict
    committed: str
    now: str

    @property
    def fails(self) -> bool:
        """A figure that comes or goes must be committed as one: nothing drops out unseen."""
        return self.verdict not in (Verdict.same, Verdict.better)

    def __str__(self) -> str:
        return f"{self.verdict.value}: {self.name}: {self.committed} → {self.now}"


def held(committed: Figures, now: Figures) -> tuple[Held, ...]:
    """Every figure that either side has, in order of name. The tolerance is that of now."""
    return tuple(
        Held(
            name=name,
            verdict=_verdict(committed.get(name), now.get(name)),
            committed=str(committed.get(name, "–")),
            now=str(now.get(name, "–")),
        )
        for name in sorted(committed.keys() | now.keys())
    )


def _verdict(before: Figure | None, now: Figure | None) -> Verdict:
    if before is None:
        return Verdict.new
    if now is None:
        return Verdict.gone
    # Counts are whole or rounded; a sum of floats is not worse by its last digit.
    rise = now.badness - before.badness
    if rise > now.tolerance + 1e-9:
        return Verdict.worse
    return Verdict.better if rise < -1e-9 else Verdict.same


_Baseline = TypeAdapter(dict[str, dict[str, Figure]])


def read_baseline(path: Path) -> dict[str, dict[str, Figure]]:
    """Group → name → figure. Raises OSError, or ValueError for what is no baseline."""
    return _Baseline.validate_json(path.read_bytes())


def with_group(
    baseline: Mapping[str, Figures], group: str, figures: Figures
) -> dict[str, dict[str, Figure]]:
    """The baseline with one group replaced."""
    return {name: dict(of_it) for name, of_it in ({**baseline, group: figures}).items()}


def to_json(baseline: Mapping[str, Figures]) -> str:
    """One line a figure, sorted: a change is read in a diff."""
    groups = []
    for group in sorted(baseline):
        lines = [
            f"    {json.dumps(name, ensure_ascii=False)}: {_line(baseline[group][name])}"
            for name in sorted(baseline[group])
        ]
        groups.append(f"  {json.dumps(group)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(groups) + "\n}\n"


def _line(figure: Figure) -> str:
    values = figure.model_dump(exclude_defaults=True)
    whole = {k: int(v) if float(v).is_integer() else v for k, v in values.items()}
    return json.dumps(whole)


def failures(found: Iterable[Held]) -> str:
    """What a person is told; empty when nothing fell."""
    fell = [str(one) for one in found if one.fails]
    if not fell:
        return ""
    advice = "Quality may not fall; a change that is meant is committed by `make baseline`."
    return "\n".join([advice, *fell])
