"""How well cancer is read: coded examples written out (mCODE, HL7 genomics), and FRACCO's spans.

Scope of FRACCO: histologies, that is spans of *morphologie* whose code names one. Spans coded 8000
(mass, lesion, node, progression…) and those that its annotators left to check are not counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from clinical.oncology.extract import facts_of
from clinical.oncology.reading import Passage
from clinical.oncology.tumors import histologies
from consultation.documents import DocumentFormat, Paragraph, SourceDocument
from consultation.oncology import Interpretation, OncologyHistory
from consultation.wire import Record
from evaluation.corpora import fracco, mcode
from evaluation.oncology_documents import MANNERS, Key, written

_ERRORS = 40


class Score(Record):
    """Counts of one kind of fact in one language."""

    corpus: str
    kind: str
    language: str
    found: int
    missed: int
    wrong: int

    @property
    def f1(self) -> float | None:
        total = 2 * self.found + self.missed + self.wrong
        return 2 * self.found / total if total else None

    @property
    def precision(self) -> float | None:
        return self.found / (self.found + self.wrong) if self.found + self.wrong else None

    @property
    def recall(self) -> float | None:
        return self.found / (self.found + self.missed) if self.found + self.missed else None


class OncologyError(Record):
    corpus: str
    language: str
    what: str
    """missed, wrong or code."""
    key: str
    times: int = 1


class OncologyReport(Record):
    scores: tuple[Score, ...]
    errors: tuple[OncologyError, ...]
    code_accuracy: float | None = None
    """Of FRACCO's histologies that were found: the share with the same ICD-O-3 code."""


def measure(folder: Path) -> OncologyReport:
    """A folder of coded examples, or of FRACCO when it holds ``cases.jsonl``."""
    if (folder / "cases.jsonl").is_file():
        return _fracco(fracco.read(folder))
    scores: Counter[tuple[str, str, str]] = Counter()
    errors: Counter[tuple[str, str, str]] = Counter()
    for _, instances in mcode.read(folder):
        for language in ("fr", "en"):
            for manner in range(MANNERS):
                one = written(instances, language, manner)
                read = keys(facts_of(_document(one.text, language)))
                for key in one.facts:
                    state = "found" if key in read else "missed"
                    scores[key[0], language, state] += 1
                    if state == "missed":
                        errors[language, "missed", " ".join(key)] += 1
                for key in read - one.facts:
                    if key[0] in {kind for kind, _ in one.facts}:
                        scores[key[0], language, "wrong"] += 1
                        errors[language, "wrong", " ".join(key)] += 1
    return OncologyReport(scores=_scores(scores), errors=_errors("coded examples", errors))


def keys(history: OncologyHistory) -> frozenset[Key]:
    """The facts of a history, spelt as those of ``written``."""
    found: set[Key] = set()
    for stage in history.stages:
        for part in (stage.t, stage.n, stage.m):
            if part:
                own = part if part[0].islower() else f"{stage.prefix or ''}{part}"
                found.add(("stage", own))
        if stage.group:
            found.add(("stage", stage.group))
    for marker in history.biomarkers:
        if marker.interpretation in (Interpretation.pending, Interpretation.not_done):
            continue
        if marker.value is not None:
            value = f"{marker.value:g}"
        elif marker.score and marker.marker in ("MSI", "MMR"):
            value = marker.score
        else:
            value = f"{marker.variant or ''} {marker.interpretation.value}".strip()
        found.add(("biomarker", f"{marker.marker} {value}"))
    for state in history.performance:
        found.add(("performance", f"{state.scale} {state.value}"))
    for line in history.treatments:
        for drug in line.drugs:
            found.add(("drug", drug))
        if line.dose and len(line.drugs) == 1:
            found.add(("dose", f"{line.drugs[0]} {line.dose}"))
        elif line.dose:
            found.add(("dose", _gray(line.dose)))
    return frozenset(found)


def _gray(dose: str) -> str:
    numbers = re.findall(r"\d+(?:[.,]\d+)?", dose)
    return f"{numbers[0].replace(',', '.')} Gy {numbers[1]}" if len(numbers) > 1 else dose


def _fracco(cases: Iterable[fracco.Case]) -> OncologyReport:
    scores: Counter[tuple[str, str, str]] = Counter()
    errors: Counter[tuple[str, str, str]] = Counter()
    same = 0
    for case in cases:
        one = _document(case.text, "fr", whole=True)
        passage = Passage(one, one.paragraphs[0])
        read = [(*passage.folded.place(h.start, h.end), h.icdo) for h in histologies(passage)]
        used: set[tuple[int, int, str]] = set()
        for gold in case.morphologies:
            over = [h for h in read if h[0] < gold.end and h[1] > gold.start]
            used.update(over)
            if not re.fullmatch(r"[89]\d{3}/\d", gold.code) or gold.code.startswith("8000/"):
                continue
            words = case.text[gold.start : gold.end].lower()
            state = "found" if over else "missed"
            scores["histology", "fr", state] += 1
            if not over:
                errors["fr", "missed", f"{words} ({gold.code})"] += 1
            elif any(h[2] == gold.code for h in over):
                same += 1
            else:
                errors["fr", "code", f"{words}: {over[0][2]}, annotated {gold.code}"] += 1
        for start, end, code in read:
            if (start, end, code) not in used and not code.startswith("8000/"):
                scores["histology", "fr", "wrong"] += 1
                errors["fr", "wrong", case.text[start:end].lower()] += 1
    found = scores["histology", "fr", "found"]
    return OncologyReport(
        scores=_scores(scores, "FRACCO"),
        errors=_errors("FRACCO", errors),
        code_accuracy=same / found if found else None,
    )


def _scores(
    counts: Counter[tuple[str, str, str]], corpus: str = "coded examples"
) -> tuple[Score, ...]:
    kinds = sorted({(kind, language) for kind, language, _ in counts})
    return tuple(
        Score(
            corpus=corpus,
            kind=kind,
            language=language,
            found=counts[kind, language, "found"],
            missed=counts[kind, language, "missed"],
            wrong=counts[kind, language, "wrong"],
        )
        for kind, language in kinds
    )


def _errors(corpus: str, counts: Counter[tuple[str, str, str]]) -> tuple[OncologyError, ...]:
    return tuple(
        OncologyError(corpus=corpus, language=language, what=what, key=key, times=times)
        for (language, what, key), times in counts.most_common()
    )


def _document(text: str, language: str, *, whole: bool = False) -> SourceDocument:
    lines = [text] if whole else text.split("\n")
    paragraphs = []
    at = 0
    for number, line in enumerate(lines, start=1):
        if line.strip():
            paragraphs.append(
                Paragraph(id=f"p{number:04d}", text=line, start=at, end=at + len(line))
            )
        at += len(line) + 1
    return SourceDocument(
        id="d001",
        file="example.txt",
        sha256="0" * 64,
        format=DocumentFormat.text,
        language=language,
        paragraphs=tuple(paragraphs),
    )


def to_markdown(report: OncologyReport) -> str:
    """The scores, and the most frequent errors."""
    lines = ["| corpus | fact | language | found | missed | wrong | precision | recall | F1 |"]
    lines.append("|---|---|---|---|---|---|---|---|---|")
    for one in report.scores:
        shown = [_share(one.precision), _share(one.recall), _share(one.f1)]
        counts = [str(one.found), str(one.missed), str(one.wrong)]
        lines.append(
            "| " + " | ".join([one.corpus, one.kind, one.language, *counts, *shown]) + " |"
        )
    if report.code_accuracy is not None:
        lines += ["", f"Same ICD-O-3 code among those found: {report.code_accuracy:.3f}"]
    if report.errors:
        lines += ["", "| error | language | times | fact |", "|---|---|---|---|"]
        for error in report.errors[:_ERRORS]:
            lines.append(f"| {error.what} | {error.language} | {error.times} | {error.key} |")
    return "\n".join(lines) + "\n"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
