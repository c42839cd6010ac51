"""One synthesis of a patient's documents: every line beside the words it came from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from consultation.documents import PARTIAL_DATE, DocumentEvidence, DocumentKind, RefusedDocument
from consultation.evidence import Check, Level, Verdict
from consultation.oncology import OncologyHistory
from consultation.provenance import Provenance
from consultation.record_facts import Category, FactStatus
from consultation.summary import Experiencer, Polarity
from consultation.wire import Record

Flag = Literal[
    "conflict", "stale", "to_check", "old", "uncertain", "intolerance", "several_dates", "copied"
]
"""What a reader must know of a line. ``conflict``, ``stale`` and ``to_check`` are told in full in
``Synthesis.conflicts`` and ``Synthesis.stale``; ``old``: nothing confirms it since long."""


class SynthesisLine(Record):
    """One line. What it says, each of its quotes says or adds to."""

    id: str
    """Made from what the line is about: the same in the next version of the synthesis."""
    category: Category
    text: str = Field(min_length=1)
    date: str | None = Field(default=None, pattern=PARTIAL_DATE)
    """When it happened; else when it was first written."""
    last_seen: str | None = Field(default=None, pattern=PARTIAL_DATE)
    """The latest document that says so, copies of the same words included."""
    age: str = ""
    """How old its latest source is at ``as_of``, copies not counted: "il y a 3 ans"."""
    status: FactStatus | None = None
    polarity: Polarity = Polarity.affirmed
    experiencer: Experiencer = Experiencer.patient
    flags: tuple[Flag, ...] = ()
    evidence: tuple[DocumentEvidence, ...] = Field(min_length=1)
    """The first source first, then the one that stands, then others. Copies are cited once."""
    checks: tuple[Check, ...] = ()

    @property
    def warnings(self) -> tuple[Check, ...]:
        return tuple(
            one
            for one in self.checks
            if one.level is Level.warning and one.verdict is Verdict.failed
        )


class SynthesisSection(Record):
    key: str
    heading: str
    loinc: str | None = None
    placeholder: str | None = None
    """Shown where the documents say nothing: "non renseigné". This is not "absent"."""
    lines: tuple[SynthesisLine, ...] = ()


class ConflictSide(Record):
    says: str
    """The words that differ, verbatim."""
    evidence: tuple[DocumentEvidence, ...] = Field(min_length=1)


class Conflict(Record):
    """Two things that the documents say and that cannot both hold. Neither is chosen."""

    id: str
    kind: Literal[
        "dose", "frequency", "side", "allergy", "no_allergy", "status", "diagnosis", "blood_group",
        "date", "habit", "prescribed_allergen", "result", "identity",
    ]  # fmt: skip
    about: str
    """The drug, the disease, the organ, as it was named."""
    one: ConflictSide
    other: ConflictSide


class Stale(Record):
    """An old statement that a later document goes on with, though the record knows better; or one
    that must be checked, for another document speaks of it otherwise or lists it no more."""

    id: str
    kind: Literal[
        "stopped_listed", "dose_reverted", "result_known", "resolved_listed", "habit_superseded",
        "outlived", "old_value", "spoken_otherwise", "not_listed",
    ]  # fmt: skip
    level: Literal["superseded", "to_check"] = "superseded"
    """``to_check``: no rule understands what the other words say of it. They may confirm it."""
    about: str
    category: Category | None = None
    """What kind of fact it is about."""
    old: ConflictSide
    """Where it is copied; where it is listed last, if it is to be checked."""
    newer: ConflictSide | None = None
    """What superseded it; None when time alone did (a pregnancy of two years ago). Of what is to be
    checked: the other words, or the list that does not have it."""
    age: str = ""


class TimelineEvent(Record):
    date: str = Field(pattern=PARTIAL_DATE)
    category: Category
    text: str
    evidence: tuple[DocumentEvidence, ...] = Field(min_length=1)


class ResultPoint(Record):
    date: str | None = Field(default=None, pattern=PARTIAL_DATE)
    value: float
    diastolic: float | None = None
    comparator: str | None = None
    text: str
    """Verbatim."""
    evidence: DocumentEvidence


class ResultSeries(Record):
    """One measurement over time in one unit; oldest first, undated last."""

    name: str
    unit: str | None = None
    loinc: str | None = None
    trend: Literal["rising", "falling", "steady"] | None = None
    """Last against first, 10 % or more; None with one dated value. It is arithmetic, no judgement:
    neither good nor bad."""
    age: str = ""
    """Of the last value."""
    points: tuple[ResultPoint, ...] = Field(min_length=1)


class OpenQuestion(Record):
    """What a reader has to settle: from a conflict, from what is stale, from a gap."""

    text: str
    source: str
    """Id of the conflict, of the stale statement, or ``gap:<section>``."""
    evidence: tuple[DocumentEvidence, ...] = ()
    """None for a gap: nothing can be quoted of what nobody wrote."""


class UnsupportedLine(Record):
    """What rules or a model proposed and verification refused: shown apart."""

    section: str
    text: str
    reason: str
    detail: str = ""


class DocumentEntry(Record):
    """One document in the index of the synthesis."""

    id: str
    title: str
    file: str
    kind: DocumentKind
    date: str | None = None
    pages: int | None = None
    sha256: str
    warnings: tuple[str, ...] = ()


class Synthesis(Record):
    """Sections in the template's order, and beside them what does not fit together."""

    schema_version: Literal["1"] = "1"
    template: str
    language: str
    title: str
    loinc: str | None = None
    as_of: str = Field(pattern=PARTIAL_DATE)
    """The day that ages count to."""
    for_patient: bool = False
    """A letter to the patient: a draft until a clinician has read it."""
    sections: tuple[SynthesisSection, ...]
    conflicts: tuple[Conflict, ...] = ()
    stale: tuple[Stale, ...] = ()
    timeline: tuple[TimelineEvent, ...] = ()
    results: tuple[ResultSeries, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    oncology: OncologyHistory = OncologyHistory()
    unsupported: tuple[UnsupportedLine, ...] = ()
    documents: tuple[DocumentEntry, ...] = ()
    refused: tuple[RefusedDocument, ...] = ()
    record_sha256: str
    """Of the documents' digests and dates, whatever their order."""
    provenance: Provenance

    def lines(self) -> tuple[SynthesisLine, ...]:
        return tuple(line for section in self.sections for line in section.lines)
