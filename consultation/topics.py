"""What a sentence of a consultation can be about; a template's section holds some of these."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    complaint = "complaint"
    """Why the patient comes today."""
    history = "history"
    """The present illness: symptoms, present or denied, and their course."""
    past = "past"
    """The patient's own diseases, operations and admissions."""
    family = "family"
    social = "social"
    """Tobacco, alcohol, work, home."""
    allergies = "allergies"
    medications = "medications"
    """What the patient takes already."""
    examination = "examination"
    """What the clinician finds today."""
    assessment = "assessment"
    """The clinician's diagnosis or hypothesis."""
    plan = "plan"
    """What the clinician decides."""
