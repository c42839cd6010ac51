"""The figures of ``anamnese evaluate facts`` as JSON and as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from consultation.wire import Record
from evaluation.agreement import Agreement
from evaluation.facts import Balance, Recall


class FactsRow(Record):
    """One kind of note over all consultations of a corpus."""

    notes: str
    """Whose: drafted, another consultation's, everything said…"""
    consultations: int = Field(ge=0)
    failed: dict[str, int] = Field(default_factory=dict)
    """Why consultations have no note: an error's code, or ``no_note`` → how many."""
    without_note: dict[str, str] = Field(default_factory=dict)
    """The consultation's name → that code."""
    critical: Recall | None = None
    """Checklist items that clinicians call critical."""
    all_items: Recall | None = None
    concepts: dict[str, Agreement] = Field(default_factory=dict)
    """Division or section header → findings and drugs against the reference note."""
    kept: int = 0
    """Statements of drafted notes."""
    refused: int = 0
    """What the model wrote and code refused."""


class FactsReport(Record):
    corpus: str
    rows: tuple[FactsRow, ...] = ()
    statements: Balance | None = None


def to_markdown(report: FactsReport) -> str:
    lines: list[str] = []
    if any(row.critical for row in report.rows):
        lines += [
            "| Notes | Consultations | Critical items held | % | with a fact | % | All items % |",
            "|---|---|---|---|---|---|---|",
            *(_recall(row) for row in report.rows if row.critical),
            "",
        ]
    names = list(dict.fromkeys(name for row in report.rows for name in row.concepts))
    if names:
        lines += ["| Notes | Part | Right | Invented | Missed | Precision % | Recall % | F1 % |"]
        lines += ["|---|---|---|---|---|---|---|---|"]
        for row in report.rows:
            lines += [_concepts(row.notes, name, row.concepts[name]) for name in row.concepts]
        lines.append("")
    for row in report.rows:
        if row.kept or row.refused or row.failed:
            written = row.kept + row.refused
            failed = sum(row.failed.values())
            why = "".join(f", {code} {count}" for code, count in row.failed.items())
            lines += [
                f"{row.notes}: {row.kept} statements kept, {row.refused} refused "
                f"({_percent(row.refused / written if written else None)} %), "
                f"{failed} of {row.consultations + failed} notes failed{why}.",
                "",
            ]
    if report.statements is not None:
        lines += _balance(report.statements)
    return "\n".join(lines).rstrip() + "\n"


def _recall(row: FactsRow) -> str:
    critical, every = row.critical or Recall(), row.all_items or Recall()
    cells: Sequence[str] = (
        row.notes,
        str(row.consultations),
        f"{critical.held}/{critical.items}",
        _percent(critical.recall),
        f"{critical.facts_held}/{critical.with_facts}",
        _percent(critical.fact_recall),
        _percent(every.recall),
    )
    return "| " + " | ".join(cells) + " |"


def _concepts(notes: str, name: str, found: Agreement) -> str:
    return (
        f"| {notes} | {name} | {found.right} | {found.invented} | {found.missed} | "
        f"{_percent(found.precision)} | {_percent(found.recall)} | {_percent(found.f1)} |"
    )


def _balance(found: Balance) -> list[str]:
    def rules(refused: dict[str, int]) -> str:
        return ", ".join(f"{rule} {count}" for rule, count in refused.items()) or "none"

    return [
        "| Statements that clinicians call | Number | Kept | Refused, by rule |",
        "|---|---|---|---|",
        f"| correct | {found.correct} | {found.correct_kept} | {rules(found.correct_refused_by)} |",
        f"| incorrect | {found.incorrect} | {found.incorrect - found.incorrect_refused} | "
        f"{rules(found.incorrect_refused_by)} |",
        "",
        f"Balanced accuracy of all checks {_percent(found.balanced_accuracy)} %, of the support "
        f"score alone {_percent(found.supported)} %; area under its ROC curve "
        f"{_percent(found.area)} %.",
    ]


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f}"
