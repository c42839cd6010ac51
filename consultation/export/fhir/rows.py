"""The rows of the tables: MedicationStatement and Observation, the verbatim words beside values."""

from __future__ import annotations

from consultation.export.fhir.building import Building
from consultation.export.fhir.codes import (
    ATC,
    DIASTOLIC,
    LOINC,
    SYSTOLIC,
    Json,
    coding,
    concept,
    labelled,
    number,
    quantity,
    term,
    within,
)
from consultation.export.tables import implausible, measurement_name
from consultation.tables import Amount, Measurement, MeasurementKind, Treatment, TreatmentStatus
from consultation.transcript import Role

BETWEEN = " ; "
"""Parts of a dosage that were said apart."""
_STATUS = {
    TreatmentStatus.current: "active",
    TreatmentStatus.changed: "active",
    TreatmentStatus.started: "intended",
    TreatmentStatus.planned: "intended",
    TreatmentStatus.stopped: "stopped",
    TreatmentStatus.mentioned: "unknown",
}
_PERIODS = {"/d": "d", "/wk": "wk", "/mo": "mo", "/a": "a", "/h": "h", "/min": "min"}
_UNITS_OF_TIME = ("s", "min", "h", "d", "wk", "mo", "a")
_LABORATORY = (MeasurementKind.laboratory, MeasurementKind.glucose)
_SURVEYED = (MeasurementKind.score, MeasurementKind.pain)
_HABITS = (MeasurementKind.tobacco, MeasurementKind.alcohol)


def medications(building: Building) -> list[tuple[Treatment, Json]]:
    """Each drug that is no allergy, and a reference to its resource."""
    rows = building.version.note.treatments
    return [(row, _medication(building, row)) for row in rows if row.status in _STATUS]


def observations(building: Building) -> list[tuple[Measurement, Json]]:
    return [(row, _observation(building, row)) for row in building.version.note.measurements]


def _medication(building: Building, row: Treatment) -> Json:
    codes = [coding(ATC, row.atc)] if row.atc else []
    dosage = _dosage(row)
    doubt = "Nom reconnu au son" if building.french else "Name known by its sound"
    resource: Json = (
        {
            "resourceType": "MedicationStatement",
            "status": _STATUS[row.status],
            "medicationCodeableConcept": concept(row.drug, *codes),
            "subject": building.patient,
            "dateAsserted": building.met,
            "derivedFrom": [building.said],
        }
        | ({"reasonCode": [concept(row.indication)]} if row.indication else {})
        | ({"note": [{"text": doubt}]} if row.spelling < 1 else {})
        | ({"dosage": [dosage]} if dosage else {})
    )
    return building.made_of(row.id, labelled(resource), row.id)


def _dosage(row: Treatment) -> Json:
    """``text`` is what was said; numbers beside it are only those that were said as numbers."""
    said = [a.text for a in (row.count, row.dose, row.frequency, row.duration) if a]
    dosage: Json = {"text": BETWEEN.join(said)} if said else {}
    repeat = _repeat(row.frequency, row.duration)
    if repeat:
        dosage["timing"] = {"repeat": repeat}
    if row.route:
        dosage["route"] = concept(row.route)
    # How many of which strength: the count is what is taken at a time; multiplying is not ours.
    amount = row.count or row.dose
    if amount and amount.high is not None:
        dosage["doseAndRate"] = [{"doseRange": within(amount.value, amount.high, amount.unit)}]
    elif amount:
        dosage["doseAndRate"] = [{"doseQuantity": quantity(amount.value, amount.unit)}]
    return dosage


def _repeat(frequency: Amount | None, duration: Amount | None) -> Json:
    repeat: Json = {}
    if duration and duration.unit in _UNITS_OF_TIME:
        if duration.high is None:
            repeat["boundsDuration"] = quantity(duration.value, duration.unit)
        else:
            repeat["boundsRange"] = within(duration.value, duration.high, duration.unit)
    if frequency is None or frequency.value <= 0:
        return repeat
    if frequency.unit in _PERIODS and _whole(frequency):
        repeat["frequency"] = int(frequency.value)
        if frequency.high is not None:
            repeat["frequencyMax"] = int(frequency.high)
        repeat |= {"period": 1, "periodUnit": _PERIODS[frequency.unit]}
    elif frequency.unit in _UNITS_OF_TIME:
        repeat |= {"frequency": 1, "period": number(frequency.value)}
        if frequency.high is not None:
            repeat["periodMax"] = number(frequency.high)
        repeat["periodUnit"] = frequency.unit
    return repeat


def _whole(amount: Amount) -> bool:
    return all(v is None or v == int(v) for v in (amount.value, amount.high))


def _observation(building: Building, row: Measurement) -> Json:
    codes = [coding(LOINC, row.loinc)] if row.loinc else []
    told = row.said_by in (Role.patient,)
    doubt = [{"text": implausible(building.version.note.language)}] if not row.plausible else []
    status = building.status if building.signed else "preliminary"
    resource: Json = (
        {
            "resourceType": "Observation",
            "status": status,
            "category": [term("observation-category", _category(row.kind))],
            "code": concept(measurement_name(row, building.version.note.language), *codes),
            "subject": building.patient,
        }
        | building.encounter
        | {"effectiveDateTime": building.met}
        | ({"performer": [building.patient]} if told else {})
        | _value(row)
        | {"note": [{"text": row.text}, *doubt], "derivedFrom": [building.said]}
    )
    return building.made_of(row.id, labelled(resource), row.id)


def _value(row: Measurement) -> Json:
    if row.value is None:
        return {"valueString": row.grade or row.text}
    if row.diastolic is not None:
        parts = ((SYSTOLIC, row.value), (DIASTOLIC, row.diastolic))
        return {
            "component": [
                {
                    "code": concept(None, coding(LOINC, code)),
                    "valueQuantity": quantity(value, row.unit),
                }
                for code, value in parts
            ]
        }
    if row.high is not None:
        return {"valueRange": within(row.value, row.high, row.unit)}
    return {"valueQuantity": quantity(row.value, row.unit)}


def _category(kind: MeasurementKind) -> str:
    if kind in _LABORATORY:
        return "laboratory"
    if kind in _SURVEYED:
        return "survey"
    return "social-history" if kind in _HABITS else "vital-signs"
