"""A structured note in which every statement shows the words it came from."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from consultation.provenance import Provenance
from consultation.transcript import Role
from consultation.wire import Record, Seconds, ms


class Polarity(StrEnum):
    affirmed = "affirmed"
    denied = "denied"
    uncertain = "uncertain"


class Experiencer(StrEnum):
    patient = "patient"
    family = "family"
    other = "other"


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


class Check(Record):
    """One rule applied to one statement by code."""

    rule: str
    """evidence, question, numbers, drugs, polarity…"""
    verdict: Verdict
    detail: str = ""
    """What was compared, for a reader: the statement's side, then the evidence's."""


class Statement(Record):
    """One line of a note."""

    id: str
    """Unique in the summary: ``<section>.<n>``."""
    text: str = Field(min_length=1)
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    support: float = Field(ge=0, le=1)
    """How much of the statement's content words its evidence holds, weighted by rarity."""
    polarity: Polarity = Polarity.affirmed
    experiencer: Experiencer = Experiencer.patient
    checks: tuple[Check, ...] = ()


class Unsupported(Record):
    """What the model wrote and code refused: shown apart, never in the note."""

    section: str
    text: str
    reason: str
    """A rule's name: no_evidence, question, numbers, drugs, polarity, speaker, loop…"""
    detail: str = ""
    checks: tuple[Check, ...] = ()


class SectionState(StrEnum):
    documented = "documented"
    not_discussed = "not_discussed"
    """Nobody spoke of it. This is not "absent"."""
    failed = "failed"
    """The engine gave no usable answer; ``problem`` says why."""


class Section(Record):
    key: str
    heading: str
    loinc: str | None = None
    state: SectionState
    placeholder: str | None = None
    """What a reader sees where there are no statements: "non évoqué", "not discussed"."""
    problem: str | None = None
    statements: tuple[Statement, ...] = ()


class Summary(Record):
    """A note: sections in the template's order."""

    schema_version: str = "1"
    template: str
    language: str
    title: str
    sections: tuple[Section, ...]
    unsupported: tuple[Unsupported, ...] = ()
    transcript_sha256: str
    provenance: Provenance

    def statements(self) -> tuple[Statement, ...]:
        return tuple(s for section in self.sections for s in section.statements)
