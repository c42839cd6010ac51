"""What a text says, as keys that two texts can be compared by: no model judges.

Findings with their polarity, drugs by INN, quantities in canonical units are *facts*; the stems of
all other content words are *words*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinical.dialogue import Said, evidence_findings
from clinical.drugs import find_drugs
from clinical.numbers import canonical, quantities
from clinical.polarity import Finding, findings
from clinical.text import content_stems
from consultation.summary import Polarity
from evaluation.corpora.dialogue import Line


@dataclass(frozen=True)
class Content:
    concepts: frozenset[str]
    """Findings (``=fever`` or ``=no fever``) and drugs (``@ibuprofen``)."""
    numbers: frozenset[str]
    """``#3d``."""
    words: frozenset[str]
    """Stems of every content word, those of the facts too."""

    @property
    def facts(self) -> frozenset[str]:
        return self.concepts | self.numbers


def content(text: str, language: str) -> Content:
    """Raises UnsupportedLanguage."""
    return _content(text, findings(text, language), language)


def content_said(lines: Sequence[Line], language: str) -> Content:
    """Of a dialogue: answers deny or affirm what was asked."""
    turns = [Said(line.text, line.speaker) for line in lines]
    found = [f for f in evidence_findings(turns, language) if not _unanswered(f)]
    return _content("\n".join(line.text for line in lines), found, language)


def _content(text: str, found: Iterable[Finding], language: str) -> Content:
    concepts = {_key(finding) for finding in found}
    concepts |= {f"@{drug.inn}" for drug in find_drugs(text, language)}
    numbers = set()
    for quantity in quantities(text, language):
        value, unit = canonical(quantity)
        if not quantity.weak:
            numbers.add(f"#{value.normalize():f}{unit or ''}")
    words = frozenset(content_stems(text, language))
    return Content(frozenset(concepts), frozenset(numbers), words)


def _key(finding: Finding) -> str:
    denied = finding.polarity is Polarity.denied
    return f"=no {finding.concept}" if denied else f"={finding.concept}"


def _unanswered(finding: Finding) -> bool:
    return finding.asked and finding.polarity is Polarity.uncertain
