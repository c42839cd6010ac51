"""What one document says of the patient, fact by fact: the result of reading it alone.

A fact holds places in its document and no document's id: what was read of the same bytes is the
same in any record, and can be kept by their digest.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from consultation.documents import PARTIAL_DATE
from consultation.summary import Experiencer, Polarity


class Category(StrEnum):
    identity = "identity"
    """Age, sex, blood group."""
    reason = "reason"
    """Why the patient came, in the words of the latest document."""
    problem = "problem"
    history = "history"
    surgery = "surgery"
    family = "family"
    allergy = "allergy"
    treatment = "treatment"
    vital = "vital"
    laboratory = "laboratory"
    imaging = "imaging"
    procedure = "procedure"
    stay = "stay"
    """A hospitalisation."""
    pending = "pending"
    """Asked for, and not there yet."""
    follow_up = "follow_up"
    vigilance = "vigilance"
    device = "device"
    vaccine = "vaccine"
    habit = "habit"
    conclusion = "conclusion"
    """What a document concludes, in its own words."""
    answer = "answer"
    """Words that name a test and what it found: kept to tell what is no longer awaited; no line."""
    mention = "mention"
    """Words that name something and of which no rule tells what they say of it; no line."""
    oncology = "oncology"


FactStatus = Literal[
    "current", "stopped", "past", "planned", "changed", "resumed", "pending", "resolved", "done"
]


class RecordFact(BaseModel):
    """One thing that a document says. Its quote is ``paragraph.text[start:end]``. It has no times,
    and is read back by the thousand: no ``Record``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Category
    key: str
    """What it is about: two facts of one key can agree or contradict each other."""
    label: str = Field(min_length=1)
    """The shortest words of the quote that say it."""
    anchor: str
    """The paragraph's id."""
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    date: str | None = Field(default=None, pattern=PARTIAL_DATE)
    """When it happened, if the words say so."""
    told: str | None = Field(default=None, pattern=PARTIAL_DATE)
    """When it was written: the paragraph's date, else the document's."""
    status: FactStatus | None = None
    polarity: Polarity = Polarity.affirmed
    experiencer: Experiencer = Experiencer.patient
    values: dict[str, str] = Field(default_factory=dict)
    """By name, verbatim or canonical: dose, frequency, side, reason, reaction, value, unit…"""
