"""A history of cancer as CSV files in the shape of OSIRIS (French minimal data set of oncology).

One file a class; the patient's pseudonym stands in each row. Added to the columns of OSIRIS:
``Certainty``, ``Source`` (documents and paragraphs) and ``Quote`` (the words).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from consultation.documents import Coding
from consultation.oncology import Fact, OncologyHistory, Stage, Tumor

_PROOF = ("Certainty", "Source", "Quote")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "TumorPathologyEvent": (
        "Patient_Id", "Instance_Id", "Type", "StartDate", "TopographyCode", "MorphologyCode",
        "Topography", "Morphology", "Laterality", "HistologicalGrade", "TNM_System", "TNM_Version",
        "TNM_Prefix", "pT_cT", "pN_cN", "pM_cM", "StageGroup", "Residual",
    ),
    "Biomarker": (
        "Patient_Id", "Instance_Id", "Code", "CodeSystem", "Name", "Value", "UpperValue",
        "Comparator", "Unit", "Score", "Variant", "Origin", "Interpretation", "Method", "Specimen",
        "Date",
    ),
    "Treatment": (
        "Patient_Id", "Instance_Id", "Type", "LineNumber", "Intent", "Protocol", "Drugs",
        "ATC_Codes", "Cycle", "Cycles", "Dose", "DoseChange", "StartDate", "EndDate", "Status",
        "EndReason",
    ),
    "ResponseEvaluation": (
        "Patient_Id", "Instance_Id", "Status", "Criteria", "Treatment_Ref", "Date",
    ),
    "AdverseEvent": (
        "Patient_Id", "Instance_Id", "Term", "Grade", "CTCAE_Version", "SuspectedDrug", "Action",
        "Date",
    ),
    "PerformanceStatus": ("Patient_Id", "Instance_Id", "Scale", "Value", "UpperValue", "Date"),
}  # fmt: skip


def to_osiris(history: OncologyHistory, *, patient: str = "") -> dict[str, str]:
    """File name → CSV text, header first; a class without rows has its header alone."""
    rows: dict[str, list[Mapping[str, object]]] = {
        "TumorPathologyEvent": [
            *(_tumor(one) for one in history.tumors),
            *(_stage(one) for one in history.stages),
        ],
        "Biomarker": [
            {
                "Code": _code(one.codes, "loinc") or _code(one.codes, "genenames"),
                "CodeSystem": "LOINC" if _code(one.codes, "loinc") else _hgnc(one.codes),
                "Name": one.marker, "Value": one.value, "UpperValue": one.high,
                "Comparator": one.comparator, "Unit": one.unit, "Score": one.score,
                "Variant": one.variant, "Origin": one.origin,
                "Interpretation": one.interpretation.value, "Method": one.method,
                "Specimen": one.specimen, "Date": one.date, **_proof(one),
            }
            for one in history.biomarkers
        ],
        "Treatment": [
            {
                "Type": one.kind, "LineNumber": one.line, "Intent": one.intent,
                "Protocol": one.protocol, "Drugs": "|".join(one.drugs),
                "ATC_Codes": "|".join(code.code for code in one.codes), "Cycle": one.cycle,
                "Cycles": one.cycles, "Dose": one.dose, "DoseChange": one.dose_change,
                "StartDate": one.start or one.date, "EndDate": one.end, "Status": one.status,
                "EndReason": one.stop_reason, **_proof(one),
            }
            for one in history.treatments
        ],
        "ResponseEvaluation": [
            {"Status": one.value, "Criteria": one.criteria, "Treatment_Ref": one.line,
             "Date": one.date, **_proof(one)}
            for one in history.responses
        ],
        "AdverseEvent": [
            {"Term": one.term, "Grade": one.grade, "CTCAE_Version": one.version,
             "SuspectedDrug": one.drug, "Action": one.action, "Date": one.date, **_proof(one)}
            for one in history.toxicities
        ],
        "PerformanceStatus": [
            {"Scale": one.scale, "Value": one.value, "UpperValue": one.high, "Date": one.date,
             **_proof(one)}
            for one in history.performance
        ],
    }  # fmt: skip
    return {f"{name}.csv": _csv(name, listed, patient) for name, listed in rows.items()}


def _tumor(one: Tumor) -> dict[str, object]:
    return {
        "Type": one.behaviour, "StartDate": one.date, "Topography": one.topography,
        "TopographyCode": next((c.code for c in one.codes if c.code.startswith("C")), None),
        "MorphologyCode": next((c.code for c in one.codes if "/" in c.code), None),
        "Morphology": one.morphology, "Laterality": one.laterality,
        "HistologicalGrade": one.grade, **_proof(one),
    }  # fmt: skip


def _stage(one: Stage) -> dict[str, object]:
    return {
        "Type": "stage", "StartDate": one.date, "TNM_System": one.system,
        "TNM_Version": one.edition, "TNM_Prefix": one.prefix, "pT_cT": one.t, "pN_cN": one.n,
        "pM_cM": one.m, "StageGroup": one.group, "Residual": one.residual, **_proof(one),
    }  # fmt: skip


def _proof(fact: Fact) -> dict[str, object]:
    return {
        "Instance_Id": fact.id,
        "Certainty": fact.certainty,
        "Source": "|".join(f"{one.source}#{one.anchor}" for one in fact.evidence),
        "Quote": fact.evidence[0].quote,
    }


def _code(codes: Iterable[Coding], system: str) -> str | None:
    return next((one.code for one in codes if system in one.system), None)


def _hgnc(codes: Iterable[Coding]) -> str | None:
    return "HGNC" if _code(codes, "genenames") else None


def _csv(name: str, rows: list[Mapping[str, object]], patient: str) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, [*_COLUMNS[name], *_PROOF], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        shown = {key: _cell(value) for key, value in row.items()}
        writer.writerow({"Patient_Id": _cell(patient)} | shown)
    return out.getvalue()


def _cell(value: object) -> str:
    """Text that a spreadsheet does not run: what begins like a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "@", "\t", "\r") else text
