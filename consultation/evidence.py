"""The words that a result rests on, and what code found when it compared the two."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from consultation.transcript import Role
from consultation.wire import Record, Seconds, ms


class Evidence(Record):
    """A verbatim quote, found by code, never by the model."""

    source: str
    """``transcript``, or a document's id."""
    anchor: str
    """The segment's id (s0042), or the paragraph's."""
    quote: str = Field(min_length=1)
    """Exactly ``segment.text[quote_start:quote_end]``."""
    quote_start: int = Field(ge=0)
    quote_end: int = Field(ge=0)
    start: Seconds | None = ms("start", default=None)
    """Time in the recording."""
    end: Seconds | None = ms("end", default=None)
    speaker: str | None = None
    role: Role | None = None


class Verdict(StrEnum):
    passed = "passed"
    failed = "failed"
    not_applicable = "not_applicable"


class Level(StrEnum):
    blocking = "blocking"
    """A failure keeps the statement out of the note."""
    warning = "warning"
    """A failure is shown beside the statement: read or listen again."""


class Span(Record):
    """Words of a statement or of a transcript."""

    anchor: str
    """``statement``, or the segment's id."""
    start: int = Field(ge=0)
    """Characters, in the statement's text or in the segment's."""
    end: int = Field(ge=0)
    text: str
    """Exactly the words between ``start`` and ``end``."""


class Comparison(Record):
    """The two sides that a rule compared; None where there is nothing to set beside the other."""

    statement: Span | None = None
    evidence: Span | None = None


class Check(Record):
    """One rule applied to one statement by code."""

    rule: str
    """evidence, question, numbers, drugs, polarity, side…; ``repaired`` after a repair."""
    verdict: Verdict
    level: Level = Level.blocking
    detail: str = ""
    """What was compared, for a reader: the statement's side, then the evidence's."""
    compared: tuple[Comparison, ...] = ()
