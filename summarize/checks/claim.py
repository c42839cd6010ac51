"""A statement with what it rests on, and what a rule says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

from clinical.dialogue import Said
from consultation.summary import Comparison, Span, Verdict
from consultation.topics import Topic
from summarize.grounds import Grounds
from summarize.units import Unit


class Place(Protocol):
    """Anything that was found in a text."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


@dataclass(frozen=True)
class Claim:
    """A statement with what it rests on and where it would stand."""

    text: str
    grounds: Grounds
    topics: Sequence[Topic]
    language: str

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The evidence in order of time, each question before its answer."""
        found: dict[int, Unit] = {}
        for unit in self.grounds.units:
            found.update((one.index, one) for one in (*unit.asks, unit))
        return tuple(found[index] for index in sorted(found))

    @cached_property
    def evidence(self) -> str:
        """What rules read: the questions and sentences, one a line."""
        return "\n".join(unit.text for unit in self.units)

    @cached_property
    def said(self) -> tuple[Said, ...]:
        """The evidence as turns."""
        return tuple(unit.turn for unit in self.units)

    def stated(self, place: Place | None) -> Span | None:
        """Words of the statement."""
        if place is None:
            return None
        text = self.text[place.start : place.end]
        return Span.model_construct(anchor="statement", start=place.start, end=place.end, text=text)

    def spoken(self, place: Place | None) -> Span | None:
        """Words of the evidence, at offsets of ``evidence``, as a place in their segment."""
        if place is None:
            return None
        at = 0
        for unit in self.units:
            if at <= place.start < at + len(unit.text):
                end = min(place.end - at, len(unit.text))
                return spoken_in(unit, place.start - at, end)
            at += len(unit.text) + 1
        return None


def spoken_in(unit: Unit, start: int, end: int) -> Span:
    """``unit.text[start:end]`` as a place in its segment."""
    # Built by us a hundred times a note from places that readers found: nothing to validate.
    return Span.model_construct(
        anchor=unit.segment.id,
        start=unit.start + start,
        end=unit.start + end,
        text=unit.text[start:end],
    )


@dataclass(frozen=True)
class Outcome:
    """What one rule found."""

    verdict: Verdict
    detail: str = ""
    compared: tuple[Comparison, ...] = ()


Rule: TypeAlias = Callable[[Claim], Outcome]

NOTHING = Outcome(Verdict.not_applicable)
"""The statement holds nothing that the rule is about."""
PASSED = Outcome(Verdict.passed)


def passed(compared: Iterable[Comparison] = ()) -> Outcome:
    return Outcome(Verdict.passed, compared=tuple(compared))


def fault(detail: str, compared: Iterable[Comparison] = ()) -> Outcome:
    return Outcome(Verdict.failed, detail, tuple(compared))


def listed(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))
