"""What a note tells of a cancer, as resources in the shape of mCODE: tumours, stages, biomarkers.

They are a machine's reading of the statements: whoever signed the words has not seen the codes, so
these stay unconfirmed and preliminary in a final document too. The Provenance of the statement
aims at them, with its quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consultation.export.fhir import narrative
from consultation.export.fhir.building import Building
from consultation.export.fhir.codes import Json, concept, term
from consultation.export.mcode import to_mcode
from consultation.oncology import OncologyHistory

RELATED = "http://hl7.org/fhir/StructureDefinition/condition-related"
"""FHIR's own extension: this tumour and the statement's own Condition are of one thing."""
_KINDS = ("tumors", "stages", "biomarkers")
"""Of a history; the treatments of a note are in its own table already."""


def add_oncology(building: Building, told: Mapping[str, OncologyHistory]) -> Json | None:
    """The resources of what each statement tells; their section, or None where there is nothing.

    Args:
        told: id of a statement → what its words tell.
    """
    lines: list[str] = []
    made: list[Json] = []
    for statement in building.version.note.statements():
        history = told.get(statement.id, OncologyHistory())
        found = _entries(building, statement.id, history)
        if found:
            made += found
            lines.append(statement.text)
    if not made:
        return None
    title = "Oncologie" if building.french else "Oncology"
    text = narrative.paragraph(*lines)
    return {"title": title, "code": concept(title), "text": text, "entry": made}


def _entries(building: Building, statement: str, history: OncologyHistory) -> list[Json]:
    """References."""
    before = [
        one["fullUrl"]
        for one in building.entries
        if one["resource"]["resourceType"] == "Condition"
        and one["fullUrl"] in building.derived.get(statement, ())
    ]
    taken = OncologyHistory.model_validate({kind: getattr(history, kind) for kind in _KINDS})
    resources = to_mcode(taken, patient=building.patient["reference"])
    urls = {
        f"{one['resourceType']}/{one['id']}": building.url(
            one["resourceType"], f"oncology {statement} {number}"
        )
        for number, one in enumerate(resources)
    }
    made = []
    for number, one in enumerate(resources):
        plain = _of_document(building, one, urls, before)
        made.append(building.made_of(statement, plain, f"oncology {statement} {number}"))
    return made


def _of_document(building: Building, one: Json, urls: Mapping[str, str], before: list[str]) -> Json:
    resource: dict[str, Any] = {key: value for key, value in one.items() if key != "id"}
    if resource["resourceType"] == "Observation":
        resource["derivedFrom"] = [building.said]
        if "effectiveDateTime" not in resource:
            resource["effectiveDateTime"] = building.met
        if "hasMember" in resource:
            members = [{"reference": urls[part["reference"]]} for part in resource["hasMember"]]
            resource["hasMember"] = members
        return resource | building.encounter
    # The documents of a record, which a consultation does not have; a doubt is in the note.
    extensions = [
        one for one in resource.pop("extension", ()) if "supportingInfo" not in one["url"]
    ]
    extensions += [{"url": RELATED, "valueReference": {"reference": url}} for url in before]
    if extensions:
        resource["extension"] = extensions
    resource["verificationStatus"] = term("condition-ver-status", "unconfirmed")
    return resource | building.encounter
