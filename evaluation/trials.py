"""How criteria of trials are read, and how far rules get on statements about trials.

Two corpora, each as published. The lines of CT-parser (``ner_*.tsv``: spans and types, numbers
masked) give F1 by type. NLI4CT (``dev.json`` with ``trials.jsonl.gz``) gives accuracy and evidence
lines: rules decide statements about a trial's conditions of entry, in what both sides give as
structure; all else is ``unknown``.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

from clinical.trials.bounds import bounds, listed
from clinical.trials.lines import CriteriaLine
from clinical.trials.names import measured
from clinical.trials.parse import as_passage, of_line
from clinical.trials.worded import windows
from consultation.research import CriterionKind, Variable
from consultation.wire import Record
from evaluation.trial_statements import Answer, decide

_MASK, _NUMBER = "@NUMBER", "18.0000"
"""Numbers are masked in the corpus: one of the same length is read in their place."""
_TYPES: dict[Variable, str] = {
    Variable.age: "age",
    Variable.sex: "gender",
    Variable.ecog: "clinical_variable",
    Variable.karnofsky: "clinical_variable",
    Variable.laboratory: "clinical_variable",
    Variable.life_expectancy: "clinical_variable",
    Variable.bmi: "bmi",
    Variable.diagnosis: "cancer",
    Variable.other_cancer: "cancer",
    Variable.brain_metastases: "cancer",
    Variable.treatment: "treatment",
    Variable.condition: "chronic_disease",
}
OUT_OF_SCOPE = (
    "ethnicity", "technology_access", "language_fluency", "allergy_name", "contraception_consent",
)  # fmt: skip


class SpanScore(Record):
    type: str
    found: int
    missed: int
    wrong: int

    @property
    def f1(self) -> float | None:
        total = 2 * self.found + self.missed + self.wrong
        return 2 * self.found / total if total else None


class StatementScore(Record):
    """``decided``: answered Entailment or Contradiction; ``right`` of them."""

    section: str
    statements: int
    decided: int
    right: int


class TrialsReport(Record):
    spans: tuple[SpanScore, ...] = ()
    statements: tuple[StatementScore, ...] = ()
    evidence_found: int = 0
    evidence_missed: int = 0
    evidence_wrong: int = 0
    """Lines, over the statements that were decided."""
    decided_without_cited: int = 0
    """Statements that were decided, and still are without the lines that we cited."""
    decided_without_annotated: int = 0
    """The same without the lines that the annotators marked."""


def measure(folder: Path) -> TrialsReport:
    """Whichever of the two corpora the folder holds."""
    lines = sorted(folder.glob("ner_*.tsv"))
    if lines:
        return TrialsReport(spans=spans(lines[0].read_text("utf-8")))
    if (folder / "dev.json").is_file() and (folder / "trials.jsonl.gz").is_file():
        return _statements(folder)
    return TrialsReport()


def spans(text: str) -> tuple[SpanScore, ...]:
    """A span is found when one of ours of its type overlaps it; each of both sides once."""
    counts: dict[str, Counter[str]] = {}
    for row in text.splitlines():
        marked, _, line = row.partition("\t")
        if not line:
            continue
        gold = [_gold(one) for one in marked.split(",") if one.count(":") == 2]
        ours = _ours(line.replace(_MASK, _NUMBER))
        for kind in {k for k, _, _ in gold} | {k for k, _, _ in ours}:
            if kind in OUT_OF_SCOPE:
                continue
            count = counts.setdefault(kind, Counter())
            wanted = [(a, b) for k, a, b in gold if k == kind]
            had = [(a, b) for k, a, b in ours if k == kind]
            count["found"] += sum(any(a < d and c < b for c, d in had) for a, b in wanted)
            count["missed"] += sum(not any(a < d and c < b for c, d in had) for a, b in wanted)
            count["wrong"] += sum(not any(a < d and c < b for a, b in wanted) for c, d in had)
    return tuple(
        SpanScore(type=kind, found=c["found"], missed=c["missed"], wrong=c["wrong"])
        for kind, c in sorted(counts.items())
    )


def _gold(marked: str) -> tuple[str, int, int]:
    start, end, kind = marked.split(":")
    return kind, int(start) - 1, int(end)


def _ours(line: str) -> list[tuple[str, int, int]]:
    whole = CriteriaLine(1, CriterionKind.inclusion, line, 0, len(line))
    found = []
    for one in of_line(whole, "en"):
        kind = _TYPES.get(one.variable)
        if one.variable is Variable.condition and one.name in ("pregnancy", "breastfeeding"):
            kind = "pregnancy"
        if kind:
            found.append((kind, one.start, one.end))
    passage = as_passage(line, "en")
    for bound in bounds(passage.line):
        found += [(f"{side}_bound", a, b) for side, a, b in bound.places]
    found += [("upper_bound", a, b) for a, b in windows(passage.line)]
    for variable, _, _, end in measured(passage.line):
        levels = listed(passage.line, end) if variable is Variable.ecog else None
        if levels:
            found += [(f"{side}_bound", a, b) for side, a, b in levels.places]
    return list(dict.fromkeys(found))


def _statements(folder: Path) -> TrialsReport:
    trials = {}
    with gzip.open(folder / "trials.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in file:
            trial = json.loads(row)
            trials[trial["Clinical Trial ID"]] = trial
    counts: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for one in json.loads((folder / "dev.json").read_text("utf-8")).values():
        section = one["Section_id"]
        count = counts.setdefault(section, Counter())
        count["statements"] += 1
        lines = trials[one["Primary_id"]][section] if section == "Eligibility" else []
        answer = _answer(one, lines, frozenset())
        if answer.label is None:
            continue
        count["decided"] += 1
        count["right"] += answer.label == one["Label"]
        marked = set(one["Primary_evidence_index"])
        total["found"] += len(answer.lines & marked)
        total["missed"] += len(marked - answer.lines)
        total["wrong"] += len(answer.lines - marked)
        total["cited"] += _answer(one, lines, answer.lines).label is not None
        total["annotated"] += _answer(one, lines, frozenset(marked)).label is not None
    return TrialsReport(
        statements=tuple(
            StatementScore(
                section=section, statements=c["statements"], decided=c["decided"], right=c["right"]
            )
            for section, c in sorted(counts.items())
        ),
        evidence_found=total["found"],
        evidence_missed=total["missed"],
        evidence_wrong=total["wrong"],
        decided_without_cited=total["cited"],
        decided_without_annotated=total["annotated"],
    )


def _answer(one: dict[str, str], lines: list[str], without: frozenset[int]) -> Answer:
    """Statements about two trials are unknown: the rules read one."""
    if one["Type"] != "Single" or one["Section_id"] != "Eligibility":
        return Answer(None, frozenset())
    kept = [line if number not in without else "" for number, line in enumerate(lines)]
    return decide(one["Statement"], kept)


def to_markdown(report: TrialsReport) -> str:
    rows = []
    if report.spans:
        rows += ["| type | found | missed | wrong | F1 |", "|---|---|---|---|---|"]
        rows += [
            f"| {s.type} | {s.found} | {s.missed} | {s.wrong} | {_shown(s.f1)} |"
            for s in report.spans
        ]
        rows += ["", f"Out of scope: {', '.join(OUT_OF_SCOPE)}.", ""]
    if report.statements:
        rows += ["| section | statements | decided | right | accuracy, all | accuracy, decided |"]
        rows += ["|---|---|---|---|---|---|"]
        for s in (*report.statements, _sum(report.statements)):
            accuracy = _shown(s.right / s.statements if s.statements else None)
            decided = _shown(s.right / s.decided if s.decided else None)
            rows.append(
                f"| {s.section} | {s.statements} | {s.decided} | {s.right} | {accuracy} "
                f"| {decided} |"
            )
        found, missed, wrong = (
            report.evidence_found, report.evidence_missed, report.evidence_wrong,
        )  # fmt: skip
        both = 2 * found + missed + wrong
        rows += [
            "",
            f"Evidence lines of the decided: {found} found, {missed} missed, {wrong} wrong, F1 "
            f"{_shown(2 * found / both if both else None)}.",
            f"Still decided without the lines we cited: {report.decided_without_cited}; without "
            f"those the annotators marked: {report.decided_without_annotated}.",
        ]
    return "\n".join(rows) + "\n"


def _sum(scores: tuple[StatementScore, ...]) -> StatementScore:
    return StatementScore(
        section="all",
        statements=sum(s.statements for s in scores),
        decided=sum(s.decided for s in scores),
        right=sum(s.right for s in scores),
    )


def _shown(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"
