"""A line against its quotes: what it says, they say. A line that fails is not shown."""

from __future__ import annotations

from collections.abc import Sequence

from clinical.drugs import missing_drugs
from clinical.laterality import sides
from clinical.numbers import missing_quantities
from clinical.polarity import findings
from consultation.documents import DocumentEvidence, PatientRecord
from consultation.evidence import Check, Level, Verdict
from consultation.summary import Experiencer, Polarity

RULES = ("evidence", "numbers", "drugs", "polarity", "side", "experiencer")


def check(
    text: str,
    evidence: Sequence[DocumentEvidence],
    language: str,
    verbatim: bool,
    experiencer: Experiencer = Experiencer.patient,
) -> tuple[Check, ...]:
    """Six blocking rules. ``verbatim``: every quote stands in its document at its place."""
    # Between sentences of several documents nothing runs on.
    quotes = "\n".join(dict.fromkeys(one.quote for one in evidence))
    numbers = [q.text for q in missing_quantities(text, quotes, language)]
    drugs = [d.text for d in missing_drugs(text, quotes, language)]
    return (
        _of("evidence", verbatim, "a quote is not in its document"),
        _of("numbers", not numbers, "not written: " + ", ".join(numbers)),
        _of("drugs", not drugs, "not written: " + ", ".join(drugs)),
        _of("polarity", not (odd := _polarity(text, quotes, language)), "otherwise: " + odd),
        _of("side", not (side := _side(text, quotes, language)), "otherwise: " + side),
        _of(
            "experiencer",
            not (whose := _whose(quotes, language, experiencer)),
            "of another person: " + whose,
        ),
    )


def _of(rule: str, passed: bool, detail: str) -> Check:
    verdict = Verdict.passed if passed else Verdict.failed
    return Check(rule=rule, verdict=verdict, level=Level.blocking, detail="" if passed else detail)


def failed(checks: Sequence[Check]) -> Check | None:
    return next(
        (c for c in checks if c.verdict is Verdict.failed and c.level is Level.blocking), None
    )


def is_verbatim(record: PatientRecord, evidence: Sequence[DocumentEvidence]) -> bool:
    for one in evidence:
        document = record.document(one.source)
        paragraph = document.paragraph(one.anchor) if document else None
        if paragraph is None or paragraph.text[one.quote_start : one.quote_end] != one.quote:
            return False
    return True


def _polarity(text: str, quotes: str, language: str) -> str:
    """What the line affirms and no quote does, or denies and every quote affirms."""
    said: dict[str, set[Polarity]] = {}
    for finding in findings(quotes, language):
        said.setdefault(finding.concept, set()).add(finding.polarity)
    for finding in findings(text, language):
        there = said.get(finding.concept)
        if there is None:
            return finding.text
        if finding.polarity not in there and Polarity.uncertain not in there | {finding.polarity}:
            return finding.text
    return ""


def _side(text: str, quotes: str, language: str) -> str:
    stated = {one.side: one.text for one in sides(text, language)}
    said = {one.side for one in sides(quotes, language)}
    return next((words for side, words in stated.items() if side not in said), "")


def _whose(quotes: str, language: str, experiencer: Experiencer) -> str:
    found = findings(quotes, language)
    if experiencer is Experiencer.patient and found:
        others = [f for f in found if f.experiencer is not Experiencer.patient]
        if len(others) == len(found):
            return others[0].text
    return ""
