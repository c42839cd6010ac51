"""What came with a record, and what a synthesis of it was asked for."""

from __future__ import annotations

from consultation.wire import Record
from jobs.record_research import ResearchAsked


class RecordOptions(Record):
    """What came with a record; stored encrypted."""

    language: str | None = None
    consent: str | None = None
    """The caller's reference to the patient's agreement."""


class Asked(Record):
    """What one synthesis was asked for, beside its template."""

    as_of: str
    research: ResearchAsked | None = None
