"""Notes against what clinicians say they must hold, and what they must not: no model judges.

- Checklists (PriMock57): how many critical facts a note holds.
- Judged statements (PriMock57): whether our support score tells right from wrong.
- Concepts (ACI-Bench, MTS-Dialog): findings with polarity and drugs, note against reference note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field, computed_field

from consultation.wire import Record
from evaluation.agreement import Agreement, compared
from evaluation.content import Content, content
from evaluation.written import DIVISIONS, Note

HALF = 0.5
"""Of an item's content words that must be in the note too."""


class Recall(Record):
    """Items of checklists that a note holds, in code's eyes."""

    items: int = Field(default=0, ge=0)
    held: int = Field(default=0, ge=0)
    """Every finding (same polarity), drug and number of it is in the note, and half its words."""
    with_facts: int = Field(default=0, ge=0)
    """Items that name a finding, a drug or a number."""
    facts_held: int = Field(default=0, ge=0)
    """Of those, the ones that are held."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def recall(self) -> float | None:
        return self.held / self.items if self.items else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def fact_recall(self) -> float | None:
        return self.facts_held / self.with_facts if self.with_facts else None


def checklist_recall(items: Iterable[str], note: Content, language: str) -> Recall:
    """How many of the items the note holds. Items without a content word do not count."""
    total = held = with_facts = facts_held = 0
    for item in items:
        wanted = content(item, language)
        if not wanted.words:
            continue
        holds = holds_item(wanted, note)
        total += 1
        held += holds
        with_facts += bool(wanted.facts)
        facts_held += bool(wanted.facts) and holds
    return Recall(items=total, held=held, with_facts=with_facts, facts_held=facts_held)


def holds_item(wanted: Content, note: Content) -> bool:
    """All its facts, and at least half of its words."""
    if not wanted.facts <= note.facts:
        return False
    # A finding by another name is the finding: its words need not be there.
    return bool(wanted.concepts) or len(wanted.words & note.words) >= HALF * len(wanted.words)


def pooled_recall(found: Iterable[Recall]) -> Recall:
    known = list(found)
    return Recall(
        items=sum(one.items for one in known),
        held=sum(one.held for one in known),
        with_facts=sum(one.with_facts for one in known),
        facts_held=sum(one.facts_held for one in known),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What our code says of a statement, beside what a clinician says."""

    correct: bool
    """A clinician's word."""
    support: float
    """0 to 1."""
    refused_by: str | None
    """The rule that failed first; None if the statement would stand in a note."""


class Balance(Record):
    """Statements judged by clinicians, against our checks."""

    correct: int = Field(ge=0)
    correct_kept: int = Field(ge=0)
    incorrect: int = Field(ge=0)
    incorrect_refused: int = Field(ge=0)
    supported: float | None
    """Balanced accuracy of the support score alone, at its threshold."""
    area: float | None
    """Under the ROC curve of the support score: how often a correct statement has more support
    than an incorrect one; a half is chance."""
    correct_refused_by: dict[str, int]
    incorrect_refused_by: dict[str, int]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def balanced_accuracy(self) -> float | None:
        """Of all checks together."""
        if not self.correct or not self.incorrect:
            return None
        return (self.correct_kept / self.correct + self.incorrect_refused / self.incorrect) / 2


def balance(verdicts: Sequence[Verdict], enough: float) -> Balance:
    """``enough``: support at which a statement counts as supported."""
    right = [v for v in verdicts if v.correct]
    wrong = [v for v in verdicts if not v.correct]
    supported = area = None
    if right and wrong:
        kept = sum(v.support >= enough for v in right) / len(right)
        refused = sum(v.support < enough for v in wrong) / len(wrong)
        supported = (kept + refused) / 2
        wins = sum(
            (a.support > b.support) + (a.support == b.support) / 2 for a in right for b in wrong
        )
        area = wins / (len(right) * len(wrong))
    return Balance(
        correct=len(right),
        correct_kept=sum(v.refused_by is None for v in right),
        incorrect=len(wrong),
        incorrect_refused=sum(v.refused_by is not None for v in wrong),
        supported=supported,
        area=area,
        correct_refused_by=_by_rule(right),
        incorrect_refused_by=_by_rule(wrong),
    )


def _by_rule(verdicts: Iterable[Verdict]) -> dict[str, int]:
    return dict(sorted(Counter(v.refused_by for v in verdicts if v.refused_by).items()))


def section_concepts(note: Note, reference: Note, language: str) -> Mapping[str, Agreement]:
    """Findings and drugs of each division, and of the whole note wherever they stand."""
    found = {
        name: compared(
            content(note.about(topics), language).concepts,
            content(reference.about(topics), language).concepts,
        )
        for name, topics in DIVISIONS.items()
    }
    found["whole note"] = compared(
        content(note.text, language).concepts, content(reference.text, language).concepts
    )
    return found
