"""Tables beside a note: treatments and measurements, read by rules from what was said."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from consultation.evidence import Check, Evidence
from consultation.transcript import Role
from consultation.wire import Record


class Amount(Record):
    """A quantity as it was said, and its value."""

    value: float
    high: float | None = None
    """The upper bound, when a range was said."""
    unit: str | None = None
    """UCUM; ``/d`` is times a day, ``h`` after *every*; None when no unit was said."""
    text: str = Field(min_length=1)
    """Verbatim."""


class Earlier(Record):
    """A value that the conversation later replaced: the last one said stands in the row."""

    field: str
    """Which field of the row: dose, frequency, status, value."""
    text: str
    evidence: tuple[Evidence, ...] = Field(min_length=1)


class TreatmentStatus(StrEnum):
    current = "current"
    started = "started"
    """Prescribed today, or taken up again."""
    stopped = "stopped"
    changed = "changed"
    """Taken, with a new dose."""
    planned = "planned"
    allergy = "allergy"
    """Not a treatment: the patient is allergic to it."""
    mentioned = "mentioned"
    """Named with a dose, or by the patient; nothing tells whether it is taken."""


class Treatment(Record):
    """One drug of the consultation."""

    id: str
    drug: str = Field(min_length=1)
    """As it was said."""
    inn: str
    """International non-proprietary name, in English: the key of the lexicon."""
    atc: str | None = None
    status: TreatmentStatus
    dose: Amount | None = None
    count: Amount | None = None
    """Tablets, puffs, drops at a time."""
    frequency: Amount | None = None
    duration: Amount | None = None
    route: str | None = None
    """oral, intravenous, subcutaneous, intramuscular, inhaled, topical, transdermal, rectal,
    ocular, nasal, auricular, sublingual; None when nothing tells it."""
    indication: str | None = None
    """Verbatim."""
    reaction: str | None = None
    """Of an allergy: verbatim."""
    certainty: Literal["allergy", "intolerance"] | None = None
    """Of an allergy: what the words and the reaction make of it."""
    spelling: float = Field(default=1, ge=0, le=1)
    """Under 1 when the name is known by its sound alone."""
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    earlier: tuple[Earlier, ...] = ()
    checks: tuple[Check, ...] = ()


class MeasurementKind(StrEnum):
    blood_pressure = "blood_pressure"
    heart_rate = "heart_rate"
    respiratory_rate = "respiratory_rate"
    temperature = "temperature"
    oxygen_saturation = "oxygen_saturation"
    weight = "weight"
    height = "height"
    bmi = "bmi"
    pain = "pain"
    glucose = "glucose"
    laboratory = "laboratory"
    """``name`` tells which."""
    score = "score"
    """``name`` tells which."""
    tobacco = "tobacco"
    alcohol = "alcohol"


class Measurement(Record):
    """One value of a sign, a test or a score."""

    id: str
    kind: MeasurementKind
    name: str
    """Of the score or the test; else the kind."""
    loinc: str | None = None
    value: float | None = None
    """The systolic of a blood pressure; None where a class or a habit was said without a number."""
    high: float | None = None
    diastolic: float | None = None
    unit: str | None = None
    """UCUM; ``{/10}`` for a score out of ten; None when none was said."""
    text: str = Field(min_length=1)
    """Verbatim."""
    grade: str | None = None
    """The class of a score that was said as a letter: Child-Pugh B."""
    said_by: Role
    """Who said it: a clinician measures or reads out, a patient reports."""
    plausible: bool = True
    """False: no living patient has it, or it is out of the score's range. Listen again."""
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    earlier: tuple[Earlier, ...] = ()
    checks: tuple[Check, ...] = ()
