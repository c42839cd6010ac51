"""Treatments in the shape of mCODE: drugs one by one, operations, radiotherapy."""

from __future__ import annotations

import re
from typing import Any

from consultation.export.mcode_parts import (
    SNOMED,
    Resource,
    concept,
    notes,
    profile,
    resource,
    unknown,
)
from consultation.oncology import TreatmentLine

_INTENT = {
    "curative": ("373808002", "Curative - procedure intent"),
    "palliative": ("363676003", "Palliative - procedure intent"),
    "adjuvant": ("373846009", "Adjuvant - intent"),
    "neoadjuvant": ("373847000", "Neo-adjuvant - intent"),
}
_GIVEN = {"current": "in-progress", "completed": "completed", "stopped": "stopped",
          "unknown": "unknown"}  # fmt: skip
_DOSE = re.compile(
    r"(?P<gy>\d{1,4}(?:[.,]\d{1,2})?)\s?(?P<c>c?)gy(?:.*?(?P<n>\d{1,2})\s?(?:fractions?|s[eé]ances?|fx))?",
    re.IGNORECASE | re.DOTALL,
)


def treatment(line: TreatmentLine, patient: str) -> list[Resource]:
    """What is only planned is a request or a proposal; what was given an administration."""
    if line.drugs:
        return [_drug(line, patient, index) for index in range(len(line.drugs))]
    if line.status == "planned":
        made = _common("ServiceRequest", line, patient, None)
        made |= {"status": "draft", "intent": "proposal", "code": {"text": line.text}}
        return [made | ({"occurrenceDateTime": line.date} if line.date else {})]
    if line.kind == "radiotherapy":
        return [_radiotherapy(line, patient)]
    name = "mcode-cancer-related-surgical-procedure" if line.kind == "surgery" else None
    made = _common("Procedure", line, patient, name)
    made |= {"status": _GIVEN[line.status], "code": {"text": line.text}}
    return [made | _period("performed", line)]


def _common(kind: str, line: TreatmentLine, patient: str, name: str | None) -> Resource:
    made = resource(kind, line, name)
    made["subject"] = {"reference": patient}
    if line.intent in _INTENT:
        value = concept(SNOMED, *_INTENT[line.intent])
        url = profile("mcode-treatment-intent")
        made["extension"].append({"url": url, "valueCodeableConcept": value})
    return made | {"note": notes(line, *_told(line))}


def _told(line: TreatmentLine) -> list[str | None]:
    return [
        f"protocol: {line.protocol}" if line.protocol else None,
        f"line: {line.line}" if line.line else None,
        f"cycle: {line.cycle}/{line.cycles or '?'}" if line.cycle else None,
        f"cycles: {line.cycles}" if line.cycles and not line.cycle else None,
        f"stopped: {line.stop_reason}" if line.stop_reason else None,
        f"dose: {line.dose}" if line.dose else None,
        f"dose change: {line.dose_change}" if line.dose_change else None,
    ]


def _drug(line: TreatmentLine, patient: str, index: int) -> Resource:
    planned = line.status == "planned"
    short = "request" if planned else "administration"
    kind = "MedicationRequest" if planned else "MedicationAdministration"
    made = _common(kind, line, patient, f"mcode-cancer-related-medication-{short}")
    if index:
        made["id"] = f"{made['id']}.{index + 1}"
    name = line.drugs[index]
    code: dict[str, Any] = {"text": name}
    # A code belongs to a drug by its place only where all of them have one.
    if len(line.codes) == len(line.drugs):
        atc = line.codes[index]
        code["coding"] = [{"system": atc.system, "code": atc.code}]
    made["medicationCodeableConcept"] = code
    if planned:
        made |= {"status": "draft", "intent": "proposal"}
        return made | ({"authoredOn": line.date} if line.date else {})
    made["status"] = _GIVEN[line.status]
    if line.stop_reason:
        made["statusReason"] = [{"text": line.stop_reason}]
    if line.start or line.end:
        return made | _period("effective", line)
    if line.date:
        return made | {"effectiveDateTime": line.date}
    return made | {"effectivePeriod": unknown()}


def _period(name: str, line: TreatmentLine) -> dict[str, Any]:
    if line.end:
        start = {"start": line.start} if line.start else {}
        return {f"{name}Period": start | {"end": line.end}}
    date = line.start or line.date
    return {f"{name}DateTime": date} if date else {}


def _radiotherapy(line: TreatmentLine, patient: str) -> Resource:
    made = _common("Procedure", line, patient, "mcode-radiotherapy-course-summary")
    made["status"] = _GIVEN[line.status]
    made["category"] = concept(
        SNOMED, "108290001", "Radiation oncology AND/OR radiotherapy (procedure)"
    )
    made["code"] = concept(SNOMED, "1217123003", text=line.text)
    dose = _DOSE.search(line.dose or "")
    if dose:
        gray = float(dose["gy"].replace(",", ".")) / (100 if dose["c"] else 1)
        parts: list[dict[str, Any]] = [
            {
                "url": "totalDoseDelivered",
                "valueQuantity": {
                    "value": round(gray * 100),
                    "unit": "cGy",
                    "system": "http://unitsofmeasure.org",
                    "code": "cGy",
                },
            }
        ]
        if dose["n"]:
            parts.append({"url": "fractionsDelivered", "valueUnsignedInt": int(dose["n"])})
        url = profile("mcode-radiotherapy-dose-delivered-to-volume")
        made["extension"].append({"url": url, "extension": parts})
    return made | _period("performed", line)
