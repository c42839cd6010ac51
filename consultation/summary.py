"""A structured note in which every statement shows the words it came from."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from consultation.author import Author
from consultation.evidence import Check, Comparison, Evidence, Level, Span, Verdict
from consultation.provenance import Provenance
from consultation.tables import Measurement, Treatment
from consultation.wire import Record

__all__ = [
    "Check",
    "Comparison",
    "Contradiction",
    "Evidence",
    "Experiencer",
    "Fact",
    "Level",
    "Polarity",
    "Section",
    "SectionState",
    "Span",
    "Statement",
    "Summary",
    "Undocumented",
    "Unsupported",
    "Verdict",
]


class Polarity(StrEnum):
    affirmed = "affirmed"
    denied = "denied"
    uncertain = "uncertain"


class Experiencer(StrEnum):
    patient = "patient"
    family = "family"
    other = "other"


class Statement(Record):
    """One line of a note."""

    id: str
    """Unique in the summary: ``<section>.<n>`` of the section where it was written first."""
    text: str = Field(min_length=1)
    original: str | None = None
    """What the model wrote, when a rule mended it from the evidence; see the check ``repaired``."""
    evidence: tuple[Evidence, ...]
    """At least one quote, but for what a clinician wrote on his own: then ``author`` is set and the
    check ``addition`` is there."""
    support: float = Field(ge=0, le=1)
    """How much of the statement's content words its evidence holds, weighted by rarity."""
    polarity: Polarity = Polarity.affirmed
    experiencer: Experiencer = Experiencer.patient
    checks: tuple[Check, ...] = ()
    author: Author | None = Field(default=None, exclude_if=lambda author: author is None)
    """Whoever wrote these words, or took them into the note; left out for those of the AI."""

    @model_validator(mode="after")
    def _supported(self) -> Self:
        if not self.evidence and self.author is None:
            raise ValueError("a statement without evidence is somebody's own")
        return self

    @property
    def warnings(self) -> tuple[Check, ...]:
        """What a reader should look at again."""
        return tuple(
            check
            for check in self.checks
            if check.level is Level.warning and check.verdict is Verdict.failed
        )


class Unsupported(Record):
    """What the model wrote and code refused: shown apart, never in the note."""

    section: str
    text: str
    reason: str
    """A rule's name: no_evidence, question, numbers, drugs, polarity, speaker, loop…"""
    detail: str = ""
    checks: tuple[Check, ...] = ()


class Fact(StrEnum):
    """What a consultation can say that a note must not lose, gravest first."""

    allergy = "allergy"
    red_flag = "red_flag"
    """What to watch for and when to call or come back."""
    dose = "dose"
    """A strength of a drug; the drug itself may be in the note."""
    drug = "drug"
    examination = "examination"
    """A finding of the clinician, or a vital sign."""
    decision = "decision"
    """A test, a referral, a change of treatment."""
    follow_up = "follow_up"
    symptom = "symptom"
    """What the patient says to have."""


class Undocumented(Record):
    """Said, and in no statement of the note."""

    fact: Fact
    rank: int = Field(ge=1)
    """1 is the gravest; the order of ``Fact``."""
    text: str
    """The words that carry it, verbatim: a drug, a dose, a finding; else the sentence."""
    evidence: tuple[Evidence, ...] = Field(min_length=1)


class Contradiction(Record):
    """Two things said in this consultation that cannot both be true; both are shown."""

    kind: Literal["dose", "side", "allergy", "prescribed_allergen"]
    about: str
    """The drug, the organ or the finding, as it was named."""
    evidence: tuple[Evidence, ...] = Field(min_length=2)


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
    undocumented: tuple[Undocumented, ...] = ()
    """Said, and in no statement: gravest first."""
    contradictions: tuple[Contradiction, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    """Read from the transcript by rules, apart from the statements."""
    measurements: tuple[Measurement, ...] = ()
    """The same, in the order in which they were said."""
    transcript_sha256: str
    provenance: Provenance

    def statements(self) -> tuple[Statement, ...]:
        return tuple(s for section in self.sections for s in section.statements)


def without_times(summary: Summary) -> Summary:
    """Of a transcript that has none: a time that was made up must not be shown."""
    read: Summary = Summary.model_validate(_untimed(summary.model_dump(by_alias=False)))
    return read


def _untimed(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _untimed(one) for key, one in value.items()}
        return kept | ({"start": None, "end": None} if "quote" in kept else {})
    if isinstance(value, (list, tuple)):
        return [_untimed(one) for one in value]
    return value
