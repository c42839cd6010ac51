"""A history of cancer as FHIR R4 resources in the shape of mCODE 4 (HL7).

Nothing leaves as confirmed: conditions are ``unconfirmed``, or ``provisional`` where the words are
in doubt, observations ``preliminary``, and all carry the label of what a machine has made. The
words that a resource rests on are its note; the documents are its ``derivedFrom``.
"""

from __future__ import annotations

from typing import Any

from consultation.documents import Coding
from consultation.export.mcode_parts import (
    LOINC,
    SNOMED,
    Resource,
    category,
    concept,
    derived,
    notes,
    profile,
    quantity,
    resource,
)
from consultation.export.mcode_treatments import treatment
from consultation.oncology import (
    Biomarker,
    Interpretation,
    OncologyHistory,
    PerformanceStatus,
    Response,
    Stage,
    Toxicity,
    Tumor,
)

_SIDES = {"left": ("7771000", "Left"), "right": ("24028007", "Right"),
          "bilateral": ("51440002", "Right and left")}  # fmt: skip
_STAGE = {
    "c": {"t": "21905-5", "n": "21906-3", "m": "21907-1", "group": "21908-9"},
    "p": {"t": "21899-0", "n": "21900-6", "m": "21901-4", "group": "21902-2"},
    "": {"t": "21911-3", "n": "21912-1", "m": "21913-9", "group": "21914-7"},
}
"""LOINC, clinical, pathological and where neither is told."""
_TNM_PROFILES = {
    "t": "mcode-tnm-primary-tumor-category",
    "n": "mcode-tnm-regional-nodes-category",
    "m": "mcode-tnm-distant-metastases-category",
}
_POLARITY = {
    Interpretation.positive: ("POS", "Positive"),
    Interpretation.negative: ("NEG", "Negative"),
    Interpretation.equivocal: ("IND", "Indeterminate"),
}
_ABSENT = {Interpretation.pending: "temp-unknown", Interpretation.not_done: "not-performed"}
_PRESENCE = {
    Interpretation.positive: ("LA9633-4", "Present"),
    Interpretation.negative: ("LA9634-2", "Absent"),
    Interpretation.equivocal: ("LA11884-6", "Indeterminate"),
}
_TREND = {
    "CR": ("260415000", "Not detected (qualifier value)", "complete response"),
    "PR": ("268910001", "Patient's condition improved (finding)", "partial response"),
    "SD": ("359746009", "Patient's condition stable (finding)", "stable disease"),
    "PD": ("271299001", "Patient's condition worsened (finding)", "progressive disease"),
    "NE": ("709137006", "Patient condition undetermined (finding)", "not evaluable"),
}


def to_mcode(history: OncologyHistory, *, patient: str = "Patient/unknown") -> list[Resource]:
    """The resources in the order of the history. ``patient`` is the reference of the subject."""
    found: list[Resource] = []
    for tumor in history.tumors:
        found.append(_condition(tumor, patient))
    for stage in history.stages:
        found.extend(_stage(stage, patient))
    for marker in history.biomarkers:
        found.append(_variant(marker, patient) if is_genomic(marker) else _marker(marker, patient))
    for state in history.performance:
        found.append(_performance(state, patient))
    for line in history.treatments:
        found.extend(treatment(line, patient))
    for response in history.responses:
        found.append(_response(response, patient))
    for toxicity in history.toxicities:
        found.append(_toxicity(toxicity, patient))
    return found


def is_genomic(marker: Biomarker) -> bool:
    """A gene other than HER2, which is told as a protein or a count of copies."""
    return marker.marker != "HER2" and any("genenames" in code.system for code in marker.codes)


def _observation(fact: Any, patient: str, name: str | None, code: dict[str, Any]) -> Resource:
    made = resource("Observation", fact, name)
    made |= {"status": "preliminary", "code": code, "subject": {"reference": patient}}
    if fact.date:
        made["effectiveDateTime"] = fact.date
    return made | {"note": notes(fact), "derivedFrom": derived(fact)}


def _condition(tumor: Tumor, patient: str) -> Resource:
    names = {
        "primary": "mcode-primary-cancer-condition",
        "metastasis": "mcode-secondary-cancer-condition",
    }
    made = resource("Condition", tumor, names.get(tumor.behaviour))
    status = "provisional" if tumor.certainty == "uncertain" else "unconfirmed"
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    made["verificationStatus"] = concept(system, status)
    made["category"] = [
        concept("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")
    ]
    general = {
        "primary": ("363346000", "Malignant neoplastic disease"),
        "metastasis": ("128462008", "Secondary malignant neoplastic disease"),
        "in_situ": ("399919001", "Carcinoma in situ - category"),
        "benign": ("20376005", "Benign neoplastic disease"),
        "uncertain": ("108369006", "Neoplasm"),
    }[tumor.behaviour]
    made["code"] = concept(SNOMED, *general, text=tumor.text)
    made["subject"] = {"reference": patient}
    histology = [code for code in tumor.codes if "/" in code.code]
    site = [code for code in tumor.codes if code.code.startswith("C")]
    if tumor.morphology or histology:
        value: dict[str, Any] = {"text": tumor.morphology or tumor.text}
        if histology:
            value["coding"] = [_coding(code) for code in histology]
        url = profile("mcode-histology-morphology-behavior")
        made.setdefault("extension", []).append({"url": url, "valueCodeableConcept": value})
    if tumor.topography or site or tumor.laterality:
        place: dict[str, Any] = {"text": tumor.topography or (site[0].display if site else "")}
        if site:
            place["coding"] = [_coding(code) for code in site]
        if tumor.laterality:
            url = profile("mcode-laterality-qualifier")
            side = concept(SNOMED, *_SIDES[tumor.laterality])
            place["extension"] = [{"url": url, "valueCodeableConcept": side}]
        made["bodySite"] = [{key: value for key, value in place.items() if value}]
    if tumor.date:
        made["onsetDateTime"] = tumor.date
    text = f"grade: {tumor.grade}" if tumor.grade else None
    return made | {"note": notes(tumor, text)}


def _coding(code: Coding) -> dict[str, str]:
    made = {"system": code.system, "code": code.code}
    return made | ({"display": code.display} if code.display else {})


def _stage(stage: Stage, patient: str) -> list[Resource]:
    """The categories that are told, and the group, which refers to them."""
    prefix = stage.prefix or ""
    codes = _STAGE["p" if "p" in prefix else "c" if "c" in prefix else ""]
    method = stage.system + (f", edition {stage.edition}" if stage.edition else "")
    found: list[Resource] = []
    if stage.system == "TNM":
        for part, name in _TNM_PROFILES.items():
            value = getattr(stage, part)
            if value is None:
                continue
            own_codes = _STAGE["c"] if value[0] == "c" else codes
            made = _observation(stage, patient, name, concept(LOINC, own_codes[part]))
            made["id"] = f"{stage.id}.{part}"
            own = value if value[0] in "cpyrau" else f"{prefix}{value}"
            found.append(made | {"valueCodeableConcept": {"text": own}, "method": {"text": method}})
    if stage.group or not found:
        of_tnm = stage.system == "TNM"
        code = concept(LOINC, codes["group"]) if of_tnm else {"text": f"{stage.system} stage"}
        shape = "mcode-tnm-stage-group" if of_tnm and stage.group else None
        made = _observation(stage, patient, shape, code)
        made |= {"valueCodeableConcept": {"text": stage.group or stage.text}}
        made["method"] = {"text": method}
        members = [{"reference": f"Observation/{one['id']}"} for one in found]
        found.append(made | ({"hasMember": members} if members else {}))
    return found


def _marker(marker: Biomarker, patient: str) -> Resource:
    code: dict[str, Any] = {"text": marker.marker}
    listed = [_coding(one) for one in marker.codes if one.system == LOINC]
    if listed:
        code["coding"] = listed
    made = _observation(marker, patient, "mcode-tumor-marker-test", code)
    made["category"] = category("laboratory")
    if marker.interpretation is Interpretation.pending:
        made["status"] = "registered"
    if marker.value is not None and marker.high is not None:
        made["valueRange"] = {
            "low": quantity(marker.value, marker.unit),
            "high": quantity(marker.high, marker.unit),
        }
    elif marker.value is not None:
        made["valueQuantity"] = quantity(marker.value, marker.unit, marker.comparator)
    elif marker.score:
        made["valueCodeableConcept"] = {"text": marker.score}
    elif marker.interpretation in _POLARITY:
        shown = _POLARITY[marker.interpretation][1].lower()
        made["valueCodeableConcept"] = {"text": shown}
    return made | _about_result(marker)


def _about_result(marker: Biomarker) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if marker.interpretation in _POLARITY:
        system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
        made["interpretation"] = [concept(system, *_POLARITY[marker.interpretation])]
    if marker.interpretation in _ABSENT:
        system = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
        made["dataAbsentReason"] = concept(system, _ABSENT[marker.interpretation])
    if marker.method:
        made["method"] = {"text": marker.method}
    if marker.specimen:
        made["specimen"] = {"display": marker.specimen}
    return made


def _variant(marker: Biomarker, patient: str) -> Resource:
    made = _observation(
        marker,
        patient,
        "mcode-genomic-variant",
        concept(LOINC, "69548-6", "Genetic variant assessment"),
    )
    made["category"] = category("laboratory")
    if marker.interpretation is Interpretation.pending:
        made["status"] = "registered"
    if marker.interpretation in _PRESENCE:
        made["valueCodeableConcept"] = concept(LOINC, *_PRESENCE[marker.interpretation])
    gene = {"text": marker.marker}
    genes = [_coding(code) for code in marker.codes if "genenames" in code.system]
    parts = [_component("48018-6", "Gene studied [ID]", gene | {"coding": genes})]
    if marker.variant:
        parts.append(_component("81252-9", "Discrete genetic variant", {"text": marker.variant}))
    if marker.origin:
        code = {"germline": ("LA6683-2", "Germline"), "somatic": ("LA6684-0", "Somatic")}
        parts.append(
            _component("48002-0", "Genomic source class", concept(LOINC, *code[marker.origin]))
        )
    made["component"] = parts
    about = _about_result(marker)
    if "valueCodeableConcept" in made:
        about.pop("dataAbsentReason", None)
    return made | about


def _component(code: str, display: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"code": concept(LOINC, code, display), "valueCodeableConcept": value}


def _performance(state: PerformanceStatus, patient: str) -> Resource:
    names = {
        "ECOG": "mcode-ecog-performance-status",
        "Karnofsky": "mcode-karnofsky-performance-status",
    }
    code = {"ECOG": "89247-1", "Karnofsky": "89243-0"}[state.scale]
    exact = state.high is None
    made = _observation(state, patient, names[state.scale] if exact else None, concept(LOINC, code))
    made["category"] = category("survey")
    if exact:
        return made | {"valueInteger": state.value}
    bounds = {"low": quantity(state.value, "{score}"), "high": quantity(state.high or 0, "{score}")}
    return made | {"valueRange": bounds}


def _response(response: Response, patient: str) -> Resource:
    code = concept(LOINC, "97509-4", "Cancer disease progression")
    made = _observation(response, patient, "mcode-cancer-disease-status", code)
    number, display, text = _TREND[response.value]
    made["valueCodeableConcept"] = concept(SNOMED, number, display, text=text)
    return made | ({"method": {"text": response.criteria}} if response.criteria else {})


def _toxicity(toxicity: Toxicity, patient: str) -> Resource:
    made = resource("AdverseEvent", toxicity, None)
    grade = f"grade {toxicity.grade}" if toxicity.grade is not None else "grade not stated"
    made |= {"actuality": "actual", "subject": {"reference": patient}}
    made["event"] = {"text": f"{toxicity.term} (CTCAE), {grade}"}
    return made | ({"date": toxicity.date} if toxicity.date else {})
