"""A fact with its document: how facts of several documents are put in one order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from consultation.documents import DocumentEvidence, Paragraph, SourceDocument
from consultation.record_facts import RecordFact


@dataclass(frozen=True)
class Cited:
    fact: RecordFact
    document: SourceDocument
    paragraph: Paragraph

    @property
    def copied(self) -> bool:
        """Its paragraph repeats an earlier document's words."""
        return self.paragraph.repeats is not None

    @cached_property
    def evidence(self) -> DocumentEvidence:
        return self.document.cite(self.paragraph, self.fact.start, self.fact.end)

    @cached_property
    def quote(self) -> str:
        """As ``evidence`` has it, without making evidence of it."""
        return self.paragraph.text[self.fact.start : self.fact.end]

    @property
    def told(self) -> str:
        """When it was written; what has no date comes first, for nothing says it is new."""
        return self.fact.told or ""

    @property
    def place(self) -> tuple[str, str, int]:
        """Where it stands: facts of the same words share it."""
        return (self.document.sha256, self.fact.anchor, self.fact.start)

    @cached_property
    def order(self) -> tuple[str, bool, str, str, int]:
        """Whatever the order in which documents were given."""
        return (self.told, self.copied, *self.place)


def in_order(found: Iterable[Cited]) -> list[Cited]:
    return sorted(found, key=lambda one: one.order)


def day(partial: str) -> date:
    """The first day that a partial date can mean."""
    parts = [int(part) for part in partial.split("-")]
    return date(*[*parts, 1, 1][:3])


def days_between(earlier: str | None, later: str | None) -> int | None:
    """None where one is not known."""
    if not earlier or not later:
        return None
    return (day(later) - day(earlier)).days


def agree(a: str, b: str) -> bool:
    """Whether two partial dates can be one: equal as far as both are written."""
    length = min(len(a), len(b))
    return a[:length] == b[:length]
