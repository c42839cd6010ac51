"""The Composition: what a reader sees, section by section, and what each section rests on."""

from __future__ import annotations

from collections.abc import Mapping

from consultation.export.fhir import narrative
from consultation.export.fhir.building import Building, hash_name, instant
from consultation.export.fhir.codes import (
    ALLERGIES,
    CONSULTATION_NOTE,
    DOCUMENTS,
    LOINC,
    MEDICATIONS,
    PLAN,
    URI,
    VITAL_SIGNS,
    Json,
    coding,
    concept,
    labelled,
    term,
)
from consultation.export.fhir.findings import add_unsectioned_allergens, entries
from consultation.export.fhir.oncology import add_oncology
from consultation.export.fhir.parties import signer
from consultation.export.fhir.rows import medications, observations
from consultation.export.origin import note_banner, note_notice
from consultation.export.tables import measurement_table, treatment_table
from consultation.export.wording import wording
from consultation.oncology import OncologyHistory
from consultation.summary import Section, SectionState
from consultation.tables import TreatmentStatus

_PLANNED = (TreatmentStatus.started, TreatmentStatus.planned)


def composition(building: Building, oncology: Mapping[str, OncologyHistory]) -> Json:
    """Adds the clinical resources on its way."""
    version, context = building.version, building.context
    note = version.note
    answers = signer(building)
    device = {"reference": building.url("Device"), "display": note.provenance.product}
    keeper = context.keeper
    draft = filter(None, (note_banner(version),))
    resource: Json = {
        "resourceType": "Composition",
        "language": note.language,
        "text": narrative.paragraph(*draft, note_notice(version)),
        "identifier": {"value": context.identifier},
        "status": building.status,
        "type": concept(note.title, coding(LOINC, DOCUMENTS.get(note.template, CONSULTATION_NOTE))),
        "subject": building.patient,
        **building.encounter,
        "date": building.at,
        "author": [answers, device] if answers else [device],
        "title": note.title,
        "confidentiality": "N",
    }
    signature = version.signature
    if answers and signature:
        resource["attester"] = [{"mode": "legal", "time": instant(signature.at), "party": answers}]
    if keeper:
        resource["custodian"] = {"reference": building.url("Organization", keeper.name)}
    if version.replaces:
        before = {"system": URI, "value": hash_name(version.replaces)}
        resource["relatesTo"] = [{"code": "replaces", "targetIdentifier": before}]
    return labelled(resource | {"section": _sections(building, oncology)})


def _sections(building: Building, oncology: Mapping[str, OncologyHistory]) -> list[Json]:
    note = building.version.note
    drugs, values = medications(building), observations(building)
    sections = []
    for section in note.sections:
        if section.state is SectionState.not_discussed and section.placeholder is None:
            continue  # Optional, and nobody spoke of it: no reader sees it either.
        made = entries(building, section)
        if section.loinc == MEDICATIONS:
            made += [ref for row, ref in drugs if row.status not in _PLANNED]
        if section.loinc == PLAN:
            made += [ref for row, ref in drugs if row.status in _PLANNED]
        sections.append(_section(building, section, made))
    codes = {section.loinc for section in note.sections}
    references = [ref for _, ref in drugs]
    if ALLERGIES not in codes:
        references += add_unsectioned_allergens(building)
    if note.treatments:
        title, heads, rows = treatment_table(note)
        code = [] if MEDICATIONS in codes else [coding(LOINC, MEDICATIONS)]
        sections.append(_table(title, code, narrative.table(heads, rows), references))
    if note.measurements:
        title, heads, rows = measurement_table(note)
        code = [] if VITAL_SIGNS in codes else [coding(LOINC, VITAL_SIGNS)]
        refs = [ref for _, ref in values]
        sections.append(_table(title, code, narrative.table(heads, rows), refs))
    cancer = add_oncology(building, oncology)
    if cancer:
        sections.append(cancer)
    return sections


def _section(building: Building, section: Section, made: list[Json]) -> Json:
    code = [coding(LOINC, section.loinc)] if section.loinc else []
    shown: Json = {"title": section.heading, "code": concept(section.heading, *code)}
    if section.statements:
        shown["text"] = narrative.statements(section.statements)
        return shown | ({"entry": made} if made else {})
    words = wording(building.version.note.language)
    failed = section.state is SectionState.failed
    said = words.failed if failed else (section.placeholder or words.not_discussed)
    shown["text"] = narrative.paragraph(said)
    if made:
        return shown | {"entry": made}
    # Nobody asked: that is not "nil known", which would be a finding.
    reason = "unavailable" if failed else "notasked"
    return shown | {"emptyReason": term("list-empty-reason", reason)}


def _table(title: str, code: list[Json], text: Json, entry: list[Json]) -> Json:
    return {"title": title, "code": concept(title, *code), "text": text} | (
        {"entry": entry} if entry else {}
    )
