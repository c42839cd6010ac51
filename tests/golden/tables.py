"""The tables of our own consultations as lines of text, for a person to read and to compare.

``python -m tests.golden.tables`` writes them again.
"""

from __future__ import annotations

from pathlib import Path

from consultation.tables import Amount, Measurement, Treatment
from evaluation.pairs import read_pairs
from evaluation.samples import sample_pairs
from summarize.grounding import Grounder
from summarize.tables import tables
from summarize.units import units
from tests.golden import FOLDER

FILE = FOLDER / "tables.txt"


def written() -> str:
    lines: list[str] = []
    for pair in read_pairs(sample_pairs()):
        found = units(pair.transcript)
        read = tables(found, Grounder(found, pair.language))
        lines.append(f"# {pair.id}")
        lines += [_treatment(row) for row in read.treatments]
        lines += [_measurement(row) for row in read.measurements]
        lines += [f"refused: {u.section} · {u.text} · {u.reason}" for u in read.unsupported]
    return "\n".join(lines) + "\n"


def _treatment(row: Treatment) -> str:
    said = (row.count, row.dose, row.frequency, row.duration)
    parts = [row.drug, row.inn, row.status.value, *(_amount(one) for one in said if one)]
    parts += [one for one in (row.route, row.indication, row.certainty, row.reaction) if one]
    parts += [f"first {one.field}: {one.text}" for one in row.earlier]
    return " · ".join([*parts, _places(row)])


def _measurement(row: Measurement) -> str:
    value = "" if row.value is None else f"{row.value:g}"
    value += "" if row.diastolic is None else f"/{row.diastolic:g}"
    parts = [row.name, f"{value} {row.unit or ''}".strip(), row.text, row.said_by.value]
    return " · ".join([*filter(None, parts), _places(row)])


def _amount(amount: Amount) -> str:
    high = "" if amount.high is None else f"..{amount.high:g}"
    return f"{amount.value:g}{high} {amount.unit or ''}".strip()


def _places(row: Treatment | Measurement) -> str:
    return " ".join(f"[{e.anchor} {e.quote_start}-{e.quote_end}]" for e in row.evidence)


if __name__ == "__main__":
    Path(FILE).write_text(written(), "utf-8")
