"""What a judge found: whether what the criterion names is so, and the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consultation.documents import DocumentEvidence
from consultation.research import Criterion, Reason


@dataclass(frozen=True, slots=True)
class Outcome:
    holds: bool | None
    """None: unknown."""
    reason: Reason
    evidence: tuple[DocumentEvidence, ...] = ()


def unknown(reason: Reason, *evidence: DocumentEvidence) -> Outcome:
    return Outcome(None, reason, evidence)


def stated(holds: bool, *evidence: DocumentEvidence) -> Outcome:
    return Outcome(holds, "stated", evidence)


def present(
    criterion: Criterion,
    yes: Sequence[DocumentEvidence],
    no: Sequence[DocumentEvidence],
) -> Outcome:
    """From the words that affirm and those that deny; ``absent`` turns it. Both: a conflict."""
    if yes and no:
        return unknown("conflict", *yes[:2], *no[:2])
    if not yes and not no:
        return unknown("not_mentioned")
    return stated(bool(yes) != (criterion.op == "absent"), *(yes or no)[:3])
