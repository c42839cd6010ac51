"""The tables of a note as Markdown: one row a treatment or a measurement, its quotes below."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from consultation.evidence import Check, Evidence, Level, Verdict
from consultation.summary import Summary
from consultation.tables import Amount, Earlier, Measurement, MeasurementKind, Treatment
from consultation.transcript import Role

_WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "treatments": "Traitements",
        "measurements": "Mesures",
        "treatment_columns": "Médicament|DCI (ATC)|Statut|Dose|Fréquence|Durée|Voie|Indication",
        "measurement_columns": "Mesure|Valeur|Dit par|À vérifier",
        "earlier": "dit d'abord",
        "implausible": "valeur invraisemblable, réécouter",
        "heard": "nom reconnu au son",
        "current": "en cours",
        "started": "débuté",
        "stopped": "arrêté",
        "changed": "modifié",
        "planned": "prévu",
        "allergy": "allergie",
        "intolerance": "intolérance",
        "mentioned": "cité",
        "clinician": "médecin",
        "patient": "patient",
        "companion": "accompagnant",
        "unknown": "locuteur",
        "blood_pressure": "tension artérielle",
        "heart_rate": "fréquence cardiaque",
        "respiratory_rate": "fréquence respiratoire",
        "temperature": "température",
        "oxygen_saturation": "saturation",
        "weight": "poids",
        "height": "taille",
        "bmi": "IMC",
        "pain": "douleur",
        "glucose": "glycémie",
        "tobacco": "tabac",
        "alcohol": "alcool",
    },
    "en": {
        "treatments": "Treatments",
        "measurements": "Measurements",
        "treatment_columns": "Drug|INN (ATC)|Status|Dose|Frequency|Duration|Route|Indication",
        "measurement_columns": "Measurement|Value|Said by|Check",
        "earlier": "said at first",
        "implausible": "implausible value, listen again",
        "heard": "name known by its sound",
        "blood_pressure": "blood pressure",
        "heart_rate": "heart rate",
        "respiratory_rate": "respiratory rate",
        "oxygen_saturation": "oxygen saturation",
        "bmi": "BMI",
    },
}


_UNITS = {"mm[Hg]": "mmHg", "Cel": "°C", "[degF]": "°F", "kg/m2": "kg/m²", "[lb_av]": "lb"}
_UNITS |= {"[stone_av]": "st", "[in_i]": "in", "[ft_i]": "ft", "umol/L": "µmol/L"}


def tables_to_markdown(
    summary: Summary, *, quoted: Callable[[Evidence], str], escaped: Callable[[str], str]
) -> list[str]:
    """Lines of both tables; nothing for one that has no row."""
    words = _WORDS.get(summary.language, _WORDS["en"])
    lines: list[str] = []
    if summary.treatments:
        rows = [_treatment(row, words) for row in summary.treatments]
        lines += [f"## {words['treatments']}", ""]
        lines += _table(words["treatment_columns"], rows, escaped)
        for row in summary.treatments:
            lines += _below(row.drug, row.evidence, row.earlier, words, quoted, escaped)
        lines.append("")
    if summary.measurements:
        measured = [_measurement(row, words) for row in summary.measurements]
        lines += [f"## {words['measurements']}", ""]
        lines += _table(words["measurement_columns"], measured, escaped)
        for one in summary.measurements:
            name = f"{_called(one, words)} {one.text}"
            lines += _below(name, one.evidence, one.earlier, words, quoted, escaped)
        lines.append("")
    return lines


Rows = tuple[str, list[str], list[tuple[str, ...]]]
"""Heading, heads of the columns, rows of cells: plain text."""


def treatment_table(summary: Summary) -> Rows:
    words = _WORDS.get(summary.language, _WORDS["en"])
    rows = [_treatment(row, words) for row in summary.treatments]
    return words["treatments"], words["treatment_columns"].split("|"), rows


def measurement_table(summary: Summary) -> Rows:
    words = _WORDS.get(summary.language, _WORDS["en"])
    rows = [_measurement(row, words) for row in summary.measurements]
    return words["measurements"], words["measurement_columns"].split("|"), rows


def measurement_name(row: Measurement, language: str) -> str:
    """What was measured, for a reader."""
    return _called(row, _WORDS.get(language, _WORDS["en"]))


def implausible(language: str) -> str:
    """What is said of a value that no living patient has."""
    return _WORDS.get(language, _WORDS["en"])["implausible"]


def _table(columns: str, rows: Iterable[Iterable[str]], escaped: Callable[[str], str]) -> list[str]:
    heads = columns.split("|")
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(escaped(cell) for cell in row) + " |" for row in rows]
    return [*lines, ""]


def _treatment(row: Treatment, words: dict[str, str]) -> tuple[str, ...]:
    status = words.get(row.status.value, row.status.value)
    if row.certainty == "intolerance":
        status = words.get("intolerance", "intolerance")
    if row.reaction:
        status += f" ({row.reaction})"
    drug = row.drug if row.spelling == 1 else f"{row.drug} ({words['heard']})"
    dose = " × ".join(_amount(a) for a in (row.count, row.dose) if a)
    code = f" ({row.atc})" if row.atc else ""
    return (
        drug,
        row.inn + code,
        status,
        dose,
        _amount(row.frequency),
        _amount(row.duration),
        row.route or "",
        row.indication or "",
    )


def _amount(amount: Amount | None) -> str:
    return amount.text if amount else ""


def _measurement(row: Measurement, words: dict[str, str]) -> tuple[str, ...]:
    value = f"{row.value:g}" if row.value is not None else (row.grade or row.text)
    if row.diastolic is not None:
        value += f"/{row.diastolic:g}"
    if row.high is not None:
        value += f"–{row.high:g}"
    unit = _unit(row.unit)
    who = words.get(row.said_by.value, row.said_by.value)
    warned = any(_warns(check) for check in row.checks)
    doubt = words["implausible"] if not row.plausible or warned else ""
    return _called(row, words), value + unit, who if row.said_by is not Role.unknown else "", doubt


def _unit(code: str | None) -> str:
    """A UCUM code as people write it."""
    if code is None:
        return ""
    if code.startswith("{/"):
        return code.strip("{}")
    return " " + _UNITS.get(code, code.replace("{", "").replace("}", ""))


def _warns(check: Check) -> bool:
    return check.level is Level.warning and check.verdict is Verdict.failed


def _called(row: Measurement, words: dict[str, str]) -> str:
    named = row.kind in (MeasurementKind.score, MeasurementKind.laboratory)
    if named:
        return row.name
    kind = words.get(row.kind.value, row.kind.value)
    habit = row.kind in (MeasurementKind.tobacco, MeasurementKind.alcohol)
    return f"{kind} ({row.name})" if habit else kind


def _below(
    name: str,
    evidence: Iterable[Evidence],
    earlier: Iterable[Earlier],
    words: dict[str, str],
    quoted: Callable[[Evidence], str],
    escaped: Callable[[str], str],
) -> list[str]:
    lines = [f"- {escaped(name)}", *(f"  - {quoted(one)}" for one in evidence)]
    for value in earlier:
        lines.append(f"  - {words['earlier']}: {escaped(words.get(value.text, value.text))}")
        lines += [f"    - {quoted(one)}" for one in value.evidence]
    return lines
