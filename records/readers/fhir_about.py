"""When what a FHIR resource tells happened, and under which codes."""

from __future__ import annotations

from collections.abc import Iterator

from consultation.documents import Coding
from records.readers.fhir_values import (
    Json,
    codes,
    day,
    items,
    obj,
)

_DATES = [
    "onsetDateTime",
    "onsetPeriod",
    "effectiveDateTime",
    "effectivePeriod",
    "effectiveInstant",
    "performedDateTime",
    "performedPeriod",
    "occurrenceDateTime",
    "occurrencePeriod",
    "authoredOn",
    "dateAsserted",
    "period",
    "started",
    "recordedDate",
    "assertedDate",
    "date",
    "whenHandedOver",
    "startDate",
    "start",
    "issued",
    "created",
    "sent",
    "authored",
]


def date_of(resource: Json) -> str | None:
    """When what it tells happened, else when it was noted. Nothing of a patient's birth."""
    if resource.get("resourceType") in ("Patient", "Device", "BodyStructure"):
        return None
    if resource.get("resourceType") == "Specimen":
        collected = obj(resource.get("collection"))
        return day(collected.get("collectedDateTime") or collected.get("collectedPeriod"))
    return next((found for name in _DATES if (found := day(resource.get(name)))), None)


def codes_of(resource: Json) -> tuple[Coding, ...]:
    """Codes of what it is about, of its value and of its parts."""
    found: list[Coding] = []
    for name in [
        "code",
        "vaccineCode",
        "medicationCodeableConcept",
        "type",
        "valueCodeableConcept",
        "interpretation",
        "bodySite",
        "method",
        "category",
    ]:
        if name == "category" and found:
            continue
        if name == "type" and resource.get("resourceType") not in ("Encounter", "Specimen"):
            continue
        for concept in items(resource.get(name)):
            found.extend(codes(concept))
    for stage in items(resource.get("stage")):
        found.extend(codes(stage.get("summary")))
    for extension in extensions(resource):
        found.extend(codes(extension.get("valueCodeableConcept")))
    for component in items(resource.get("component")):
        found.extend(codes(component.get("code")))
        found.extend(codes(component.get("valueCodeableConcept")))
    for reaction in items(resource.get("reaction")):
        for concept in items(reaction.get("manifestation")):
            found.extend(codes(concept))
    return tuple(dict.fromkeys(found))


def extensions(resource: Json) -> Iterator[Json]:
    """Those that hold a value: of the resource and of its body sites, and one level inside.

    Oncology profiles keep histology and laterality there.
    """
    sites = items(resource.get("bodySite"))
    for holder in (resource, *sites):
        for outer in items(holder.get("extension")):
            for one in (outer, *items(outer.get("extension"))):
                if any(name.startswith("value") for name in one):
                    yield one
