"""What a FHIR resource says, as one line: *Metformin 500 mg — active; 1 tablet twice a day*.

The words are those of the resource; only labels are ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from records.readers.fhir_about import date_of, extensions
from records.readers.fhir_values import (
    Json,
    all_words,
    day,
    items,
    obj,
    quantity,
    reading,
    status,
    text,
    words,
)

HEADINGS: dict[str, tuple[str, str]] = {
    "Patient": ("Patient", "Patient"),
    "Condition": ("Problèmes", "Problems"),
    "AllergyIntolerance": ("Allergies et intolérances", "Allergies and intolerances"),
    "MedicationStatement": ("Traitements", "Medications"),
    "MedicationRequest": ("Prescriptions", "Medication requests"),
    "MedicationAdministration": ("Administrations", "Administrations"),
    "MedicationDispense": ("Délivrances", "Dispenses"),
    "Procedure": ("Actes", "Procedures"),
    "Observation": ("Résultats et observations", "Results and observations"),
    "DiagnosticReport": ("Comptes rendus d'examens", "Diagnostic reports"),
    "ImagingStudy": ("Imagerie", "Imaging"),
    "Specimen": ("Prélèvements", "Specimens"),
    "Immunization": ("Vaccinations", "Immunizations"),
    "Encounter": ("Venues", "Encounters"),
    "CarePlan": ("Plans de soins", "Care plans"),
    "Goal": ("Objectifs", "Goals"),
    "ServiceRequest": ("Demandes", "Requests"),
    "Appointment": ("Rendez-vous", "Appointments"),
    "FamilyMemberHistory": ("Antécédents familiaux", "Family history"),
    "ClinicalImpression": ("Évaluations", "Impressions"),
    "RiskAssessment": ("Évaluations de risque", "Risk assessments"),
    "AdverseEvent": ("Événements indésirables", "Adverse events"),
    "DeviceUseStatement": ("Dispositifs", "Devices"),
    "Device": ("Dispositifs", "Devices"),
    "Flag": ("Alertes", "Flags"),
    "Communication": ("Messages", "Communications"),
    "QuestionnaireResponse": ("Questionnaires", "Questionnaires"),
    "DocumentReference": ("Documents", "Documents"),
    "BodyStructure": ("Localisations", "Body structures"),
}
"""In the order in which they are read; a type that is not here tells nothing of the patient."""


def told(resource: Json, name_of: Callable[[Json], str], language: str) -> str:
    """One line; empty when there is nothing to say. ``name_of`` resolves a reference to words."""
    what, value = _what(resource, name_of), _value(resource)
    details = [one for one in _details(resource, name_of, language) if one]
    if not what:
        state = _LABELS["status"][language != "fr"]
        said = [one for one in (value, *details) if one]
        return "; ".join(said) if any(not one.startswith(state) for one in said) else ""
    line = f"{what}: {value}" if value else what
    return f"{line} ({'; '.join(details)})" if details else line


def _what(resource: Json, name_of: Callable[[Json], str]) -> str:
    kind = resource.get("resourceType")
    if kind == "Patient":
        return ""
    if kind in ("MedicationStatement", "MedicationRequest", "MedicationAdministration"):
        named = words(resource.get("medicationCodeableConcept"))
        return named or name_of(obj(resource.get("medicationReference")))
    if kind == "Immunization":
        return words(resource.get("vaccineCode"))
    if kind == "Encounter":
        return all_words(resource.get("type")) or text(obj(resource.get("class")).get("display"))
    if kind == "Specimen":
        return words(resource.get("type"))
    if kind == "FamilyMemberHistory":
        told_of = [words(one.get("code")) for one in items(resource.get("condition"))]
        return f"{words(resource.get('relationship'))}: {', '.join(filter(None, told_of))}"
    if kind == "Goal":
        return words(resource.get("description"))
    if kind == "AdverseEvent":
        return words(resource.get("event")) or words(resource.get("code"))
    if kind in ("Device", "DocumentReference"):
        return words(resource.get("type"))
    if kind == "BodyStructure":
        return words(resource.get("location")) or words(resource.get("morphology"))
    return (
        words(resource.get("code"))
        or text(resource.get("title"))
        or text(resource.get("description"))
        or all_words(resource.get("category"))
    )


def _value(resource: Json) -> str:
    if resource.get("resourceType") != "Observation":
        return ""
    parts = [reading(resource)]
    for component in items(resource.get("component")):
        value = reading(component)
        parts.append(f"{words(component.get('code'))} {value}".strip() if value else "")
    return "; ".join(part for part in parts if part)


_LABELS = {
    "status": ("statut", "status"),
    "verification": ("vérification", "verification"),
    "severity": ("sévérité", "severity"),
    "site": ("site", "site"),
    "method": ("méthode", "method"),
    "reference": ("référence", "reference"),
    "interpretation": ("interprétation", "interpretation"),
    "onset": ("début", "onset"),
    "end": ("fin", "end"),
    "reason": ("motif", "reason"),
    "reaction": ("réaction", "reaction"),
    "outcome": ("résultat", "outcome"),
    "activity": ("activité", "activity"),
    "stage": ("stade", "stage"),
    "specimen": ("prélèvement", "specimen"),
    "born": ("naissance", "born"),
    "died": ("décès", "died"),
    "stopped": ("arrêt", "stopped because"),
}


def _details(resource: Json, name_of: Callable[[Json], str], language: str) -> Iterator[str]:
    def label(name: str, value: str | None) -> str:
        return f"{_LABELS[name][language != 'fr']} {value}" if value else ""

    if resource.get("resourceType") == "Patient":
        yield text(resource.get("gender"))
        yield label("born", day(resource.get("birthDate")))
        yield label("died", day(resource.get("deceasedDateTime")))
        return
    state = resource.get("clinicalStatus") or resource.get("lifecycleStatus")
    yield label("status", status(state) if state else status(resource.get("status")))
    yield label("verification", status(resource.get("verificationStatus")))
    yield label("severity", words(resource.get("severity")) or text(resource.get("criticality")))
    yield label("site", all_words(resource.get("bodySite")))
    yield label("method", words(resource.get("method")))
    yield label("interpretation", all_words(resource.get("interpretation")))
    for bounds in items(resource.get("referenceRange")):
        low, high = quantity(bounds.get("low")), quantity(bounds.get("high"))
        yield label(
            "reference", text(bounds.get("text")) or " – ".join(x for x in (low, high) if x)
        )
    yield label("specimen", name_of(obj(resource.get("specimen"))))
    for stage in items(resource.get("stage")):
        yield label("stage", words(stage.get("summary")))
    yield label("onset", text(resource.get("onsetString")) or _age(resource.get("onsetAge")))
    ended = resource.get("abatementDateTime") or obj(resource.get("period")).get("end")
    ended = ended or obj(resource.get("effectivePeriod")).get("end")
    ended = day(ended or obj(resource.get("performedPeriod")).get("end"))
    yield label("end", ended if ended != date_of(resource) else None)
    yield label("reason", all_words(resource.get("reasonCode") or resource.get("reason")))
    yield label("stopped", words(resource.get("statusReason")))
    for dosage in items(resource.get("dosage") or resource.get("dosageInstruction")):
        yield _dosage(dosage)
    for reaction in items(resource.get("reaction")):
        yield label("reaction", all_words(reaction.get("manifestation")))
    yield label("outcome", words(resource.get("outcome")))
    for activity in items(resource.get("activity")):
        yield label("activity", words(obj(activity.get("detail")).get("code")))
    results = [name_of(one) for one in items(resource.get("result"))]
    yield ", ".join(one for one in results if one)
    yield text(resource.get("conclusion"))
    yield all_words(resource.get("conclusionCode"))
    for extension in extensions(resource):
        value = reading(extension)
        yield f"{_named(extension)} {value}" if value else ""
    for note in items(resource.get("note")):
        yield text(note.get("text"))


def withdrawn(resource: Json) -> bool:
    """Entered in error: it was never true of this patient."""
    return "entered-in-error" in (
        status(resource.get("status")),
        status(resource.get("verificationStatus")),
    )


def _named(extension: Json) -> str:
    """…/mcode-histology-morphology-behavior → histology morphology behavior"""
    name = re.split(r"[/:]", text(extension.get("url")))[-1]
    return re.sub(r"^(?:mcode|us-core|fr-core)-", "", name).replace("-", " ")


def _age(value: object) -> str:
    return quantity(value)


def _dosage(dosage: Json) -> str:
    if text(dosage.get("text")):
        return text(dosage["text"])
    doses = [
        quantity(one.get("doseQuantity") or one.get("rateQuantity"))
        for one in items(dosage.get("doseAndRate"))
    ]
    repeat = obj(obj(dosage.get("timing")).get("repeat"))
    often = ""
    if repeat.get("frequency") and repeat.get("periodUnit"):
        period = text(repeat.get("period")) or "1"
        often = f"{text(repeat['frequency'])} × / {period} {text(repeat['periodUnit'])}"
    route = words(dosage.get("route"))
    return " ".join(part for part in (*doses, often, route) if part)
