"""Pieces that all resources of ``mcode`` are made of."""

from __future__ import annotations

import re
from typing import Any

from consultation.oncology import Fact

Resource = dict[str, Any]
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
_DERIVED = "http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo"


def profile(name: str) -> str:
    """The canonical URL of a profile or an extension of mCODE."""
    return f"http://hl7.org/fhir/us/mcode/StructureDefinition/{name}"


def resource(kind: str, fact: Fact, name: str | None) -> Resource:
    """A resource with its id, profile and label; its sources are an extension where the kind has
    no ``derivedFrom``."""
    label = {
        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "code": "AIAST",
        "display": "Artificial Intelligence asserted",
    }
    meta: dict[str, Any] = {"security": [label]}
    if name:
        meta["profile"] = [profile(name)]
    made: Resource = {"resourceType": kind, "id": identifier(fact.id), "meta": meta}
    if kind != "Observation":
        made["extension"] = [{"url": _DERIVED, "valueReference": one} for one in derived(fact)]
    return made


def identifier(text: str) -> str:
    """An id that FHIR takes: letters, digits, ``-`` and ``.``, 64 at most."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", text)[:64]


def concept(system: str, code: str, display: str = "", *, text: str = "") -> dict[str, Any]:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    made: dict[str, Any] = {"coding": [coding]}
    return made | ({"text": text} if text else {})


def category(code: str) -> list[dict[str, Any]]:
    return [concept("http://terminology.hl7.org/CodeSystem/observation-category", code)]


def quantity(value: float, unit: str | None, comparator: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"value": int(value) if value == int(value) else value}
    if comparator:
        made["comparator"] = comparator
    if unit:
        made |= {"unit": unit, "system": UCUM, "code": unit}
    return made


def derived(fact: Fact) -> list[dict[str, Any]]:
    """The paragraphs that a fact was read in, as references by identifier."""
    return [
        {
            "type": "DocumentReference",
            "identifier": {"value": f"{one.source}#{one.anchor}"},
            "display": one.title or one.source,
        }
        for one in fact.evidence
    ]


def notes(fact: Fact, *more: str | None) -> list[dict[str, str]]:
    """The quotes, with their documents, dates and pages."""
    found = []
    for one in fact.evidence:
        where = ", ".join(
            part for part in (one.title, one.date, f"p. {one.page}" if one.page else None) if part
        )
        found.append({"text": f"“{one.quote}”" + (f" ({where})" if where else "")})
    if fact.certainty == "uncertain":
        found.append({"text": "uncertain"})
    return found + [{"text": text} for text in more if text]


def unknown() -> dict[str, Any]:
    """What stands where FHIR wants a value that is not known."""
    url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    return {"extension": [{"url": url, "valueCode": "unknown"}]}
