"""The tables of a note, each row verified as a statement is.

A row that fails a blocking rule leaves its table for the refused, with the rule's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consultation.summary import Check, Unsupported
from consultation.tables import Measurement, Treatment, TreatmentStatus
from consultation.topics import Topic
from summarize.grounding import Grounder
from summarize.grounds import Grounds
from summarize.measurements import measurements
from summarize.rules import speaks_of_allergy
from summarize.treatments import treatments
from summarize.units import Unit
from summarize.verify import Claim, failed, verify

_ABOUT = (
    Topic.medications,
    Topic.plan,
    Topic.allergies,
    Topic.history,
    Topic.past,
    Topic.social,
    Topic.examination,
)
"""A table's row may rest on what either speaker says; the row tells who it was."""
_WORDED = {
    "fr": {TreatmentStatus.stopped: "{} arrêté", TreatmentStatus.allergy: "Allergie à {}"},
    "en": {TreatmentStatus.stopped: "{} stopped", TreatmentStatus.allergy: "Allergy to {}"},
}
_UNITS = {"mm[Hg]": " mmHg", "Cel": " °C", "%": " %", "kg": " kg", "{/10}": "/10"}


@dataclass(frozen=True)
class Tables:
    treatments: tuple[Treatment, ...]
    measurements: tuple[Measurement, ...]
    unsupported: tuple[Unsupported, ...]


def tables(units: Sequence[Unit], grounder: Grounder) -> Tables:
    """Both tables of a consultation. No model is asked."""
    language = grounder.language
    refused: list[Unsupported] = []
    drugs: list[Treatment] = []
    for row, evidence in treatments(units, language):
        text = _treatment_text(row, evidence, language)
        checks = _verify(text, evidence, grounder)
        if _stands("treatments", text, checks, refused):
            drugs.append(row.model_copy(update={"checks": checks}))
    values: list[Measurement] = []
    for measured, evidence in measurements(units, language):
        text = _lead(measured, evidence[0]) + _measurement_text(measured)
        checks = _verify(text, evidence, grounder, support=1.0)
        if _stands("measurements", text, checks, refused):
            values.append(measured.model_copy(update={"checks": checks}))
    return Tables(tuple(drugs), tuple(values), tuple(refused))


def _verify(
    text: str, evidence: tuple[Unit, ...], grounder: Grounder, support: float | None = None
) -> tuple[Check, ...]:
    """``support``: of a row that is cut out of its sentence, and has few words or none."""
    if support is None:
        support = max(grounder.against(text, unit).support for unit in evidence)
    return verify(Claim(text, Grounds(evidence, support, ()), _ABOUT, grounder.language))


def _stands(table: str, text: str, checks: tuple[Check, ...], refused: list[Unsupported]) -> bool:
    fault = failed(checks)
    if fault is None:
        return True
    refused.append(
        Unsupported(section=table, text=text, reason=fault.rule, detail=fault.detail, checks=checks)
    )
    return False


def _treatment_text(row: Treatment, evidence: tuple[Unit, ...], language: str) -> str:
    """The row as a line of a note."""
    name = _WORDED[language].get(row.status, "{}").format(row.drug)
    allergic = row.status is TreatmentStatus.allergy
    if allergic and not any(speaks_of_allergy(unit.answered) for unit in evidence):
        name = row.drug  # an intolerance: nobody said allergy
    amounts = (row.count, row.dose, row.frequency, row.duration)
    said = [name, *(amount.text for amount in amounts if amount)]
    if row.indication:
        said.append(("pour " if language == "fr" else "for ") + row.indication)
    if row.reaction:
        said.append(f"({row.reaction})")
    return " ".join(said)


def _lead(row: Measurement, unit: Unit) -> str:
    """The words of its clause before the value: what the value is of."""
    before = unit.text[: max(0, unit.text.find(row.text))]
    return re.split(r"[.,;!?] | et | and ", before)[-1].lstrip()


def _measurement_text(row: Measurement) -> str:
    """The value as it was understood, so that the rules compare it with what was said."""
    unit = _UNITS.get(row.unit or "")
    if row.value is None or unit is None or row.high is not None:
        return row.text
    if row.diastolic is not None:
        return f"{row.value:g}/{row.diastolic:g}{unit}"
    return f"{row.value:g}{unit}"
