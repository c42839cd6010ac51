"""Code systems of the FHIR export, and the small shapes that hold a code (FHIR R4, 4.0.1)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
URI = "urn:ietf:rfc:3986"
"""The system of identifiers that are URIs themselves."""

MADE_BY_AI: Json = {
    "system": TERMINOLOGY + "v3-ObservationValue",
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}
"""The label of what a machine made; it stays after somebody signed."""

DOCUMENTS = {"compte-rendu": "11488-4", "history-and-physical": "34117-2", "soap": "11506-3"}
"""LOINC of the kind of document, by template; a test holds it against the templates."""
CONSULTATION_NOTE = "11488-4"

ALLERGIES = "48765-2"
ASSESSMENTS = ("51848-0", "51847-2", "11450-4")
PAST = ("11348-0", "47519-4")
MEDICATIONS = "10160-0"
PLAN = "18776-5"
VITAL_SIGNS = "8716-3"
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"


def labelled(resource: Json) -> Json:
    """The resource with the label of what a machine made, first."""
    kind = {"resourceType": resource["resourceType"]}
    return kind | {"meta": {"security": [dict(MADE_BY_AI)]}} | resource


def coding(system: str, code: str, display: str | None = None) -> Json:
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(text: str | None = None, *codings: Json) -> Json:
    """A CodeableConcept."""
    coded = {"coding": list(codings)} if codings else {}
    return coded | ({"text": text} if text else {})


def term(name: str, code: str) -> Json:
    """A CodeableConcept of one code of an HL7 system."""
    return concept(None, coding(TERMINOLOGY + name, code))


def number(value: float) -> int | float:
    """Without ``.0``, which would tell of a precision that nobody spoke of."""
    return int(value) if value == int(value) else round(value, 6)


def quantity(value: float, unit: str | None, shown: str | None = None) -> Json:
    """A Quantity; with no unit when none was said."""
    held: Json = {"value": number(value)}
    if unit:
        held |= {"unit": shown or unit, "system": UCUM, "code": unit}
    return held


def within(value: float, high: float, unit: str | None) -> Json:
    """A Range."""
    return {"low": quantity(value, unit), "high": quantity(high, unit)}
