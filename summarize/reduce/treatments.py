"""One drug over time: what stands, what was stopped, what contradicts itself, what is a copy.

The latest dated source decides. Doses that differ within ``NEAR`` days without a word of change are
a conflict; a dose that was changed and comes back without a word is a copy until somebody says
otherwise, and so is a drug that is listed after its stop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import groupby

from summarize.reduce.cited import Cited, days_between

NEAR = 31
_GOING_ON = frozenset({"current", "changed", "resumed"})
_OPENS = frozenset({"changed", "resumed", "stopped", "planned"})


@dataclass
class Course:
    """What is known of one drug. ``mentions`` in order of writing."""

    mentions: Sequence[Cited]
    stands: Cited
    """The mention that decides."""
    stopped: Cited | None = None
    """The last stop, when nothing resumed it."""
    conflicts: list[tuple[str, Cited, Cited, str, str]] = field(default_factory=list)
    """(kind, one, other, what one says, what the other says)"""
    stale: list[tuple[str, Cited, Cited]] = field(default_factory=list)
    """(kind, the copy, what superseded it)"""


def course(mentions: Sequence[Cited]) -> Course:
    """``mentions``: of one drug, in order."""
    found = Course(mentions, mentions[-1])
    _status(found)
    _doses(found)
    return found


def goes_on(one: Course) -> bool:
    """Whether it is among the current treatments; what is listed after its stop is, flagged."""
    return (
        one.stopped is None and one.stands.fact.status in ("current", "changed", "resumed")
    ) or (bool(one.stale) and one.stands.fact.status != "stopped")


def _status(found: Course) -> None:
    stop: Cited | None = None
    stands: Cited | None = None
    for _, same_day in groupby(found.mentions, key=lambda m: m.told):
        here = list(same_day)
        stops = [m for m in here if m.fact.status == "stopped"]
        goes = [m for m in here if m.fact.status in _GOING_ON]
        if stops and goes:
            against = next((g for g in goes if _opposes(stops[-1], g)), None)
            if against is not None and stop is None:
                found.conflicts.append(
                    ("status", stops[-1], against, stops[-1].quote, against.quote)
                )
            stop = stands = stops[-1]
            continue
        if stops:
            stop = stands = stops[-1]
        for one in goes:
            if stop is not None and one.fact.status != "resumed" and not _begins(one):
                found.stale.append(("stopped_listed", one, stop))
                stands = one
            else:
                stop, stands = None, one
        if stands is None and here:
            stands = here[-1]
    found.stopped = stop
    found.stands = stands or found.mentions[-1]


def _opposes(stop: Cited, goes: Cited) -> bool:
    """Of one day: a list at admission and a stop in the same letter are no contradiction."""
    if stop.document.sha256 != goes.document.sha256:
        return not _begins(goes)
    return goes.fact.values.get("discharge") == "yes"


_BEGINS = re.compile(
    r"\b(?:d[ée]but\w*|introdui\w+|introduction|instaur\w+|mise? sous|mis sous|initi\w+"
    r"|start\w*|begun"
    r"|commenc\w+|repris\w*|r[ée]introdui\w+|restart\w*|resum\w+|de nouveau|again)\b",
    re.IGNORECASE,
)


def _begins(one: Cited) -> bool:
    return _BEGINS.search(one.quote) is not None


def _doses(found: Course) -> None:
    dosed = [
        m for m in found.mentions if m.fact.status in _GOING_ON and "dose_value" in m.fact.values
    ]
    changes: list[tuple[Cited, str]] = []
    """(where a dose was first given or changed, the dose), in order."""
    seen: set[str] = set()
    for _, same in groupby(dosed, key=lambda m: m.told):
        here = list(same)
        _same_day(found, here)
        for one in here:
            dose = _total(one)
            if not changes:
                changes.append((one, dose))
                seen.add(dose)
                continue
            last, stands = changes[-1]
            if dose == stands or _listed_together(one, last):
                continue
            opened = one.fact.status in _OPENS or _begins(one)
            gap = days_between(last.told or None, one.told or None)
            if opened:
                changes.append((one, dose))
            elif dose in seen and last.told != one.told:
                found.stale.append(("dose_reverted", one, last))
            elif last.told != one.told and (gap is None or gap <= NEAR):
                _conflict(found, last, one)
            elif last.told != one.told:
                changes.append((one, dose))
            seen.add(dose)


def _listed_together(one: Cited, last: Cited) -> bool:
    """A regimen of two strengths in one list: 10 units in the morning, 16 at night."""
    return last.document.sha256 == one.document.sha256 and _listed(one) and _listed(last)


def _listed(one: Cited) -> bool:
    return one.fact.values.get("listed") == "yes"


def _same_day(found: Course, here: Sequence[Cited]) -> None:
    """Two documents of one day, or a list and a sentence of one document."""
    steady = [m for m in here if m.fact.status == "current"]
    changed = [m for m in here if m.fact.status == "changed"]
    for i, one in enumerate(steady):
        for other in steady[i + 1 :]:
            if _total(one) == _total(other):
                _frequency(found, one, other)
                continue
            apart = one.document.sha256 != other.document.sha256
            mixed = _listed(one) != _listed(other)
            explained = any(_total(c) in (_total(one), _total(other)) for c in changed)
            if (apart or mixed) and not explained:
                _conflict(found, one, other)
                return


def _frequency(found: Course, one: Cited, other: Cited) -> None:
    a, b = (m.fact.values.get("frequency_value", "") for m in (one, other))
    plain = re.fullmatch(r"\d+/(?:d|wk)", a) and re.fullmatch(r"\d+/(?:d|wk)", b)
    if plain and a != b and one.document.sha256 != other.document.sha256:
        found.conflicts.append(
            ("frequency", one, other, one.fact.values["frequency"], other.fact.values["frequency"])
        )


def _conflict(found: Course, one: Cited, other: Cited) -> None:
    if not any(kind == "dose" for kind, *_ in found.conflicts):
        found.conflicts.append(
            ("dose", one, other, one.fact.values["dose"], other.fact.values["dose"])
        )


def _total(one: Cited) -> str:
    """At one time: two tablets of 500 mg are 1000 mg."""
    dose = one.fact.values["dose_value"]
    count = one.fact.values.get("count_value", "")
    try:
        value, _, unit = dose.partition(" ")
        number = Decimal(count.split(" ")[0]) if count else Decimal(1)
        total = Decimal(value) * number if number else Decimal(value)
        return f"{total.normalize():f} {unit}"
    except (InvalidOperation, ValueError):
        return dose
