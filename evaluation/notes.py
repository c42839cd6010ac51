"""What became of a note's statements; no reference is needed, and none of this says it is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pydantic import Field, computed_field

from clinical.text import tokens
from consultation.summary import SectionState, Statement, Summary
from consultation.wire import Record


class NoteCounts(Record):
    kept: int = Field(ge=0)
    """Statements of the note."""
    verbatim: int = Field(ge=0)
    """Those whose words, in their order, stand in one piece of their evidence."""
    unsupported: dict[str, int] = Field(default_factory=dict)
    """Statements refused, by the rule that refused them."""
    documented: int = Field(ge=0)
    """Sections with statements."""
    not_discussed: int = Field(ge=0)
    failed: int = Field(ge=0)
    """Sections for which the model gave no usable answer."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def share_verbatim(self) -> float | None:
        return self.verbatim / self.kept if self.kept else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def share_refused(self) -> float | None:
        """Refused over all that the model wrote."""
        refused = sum(self.unsupported.values())
        return refused / (refused + self.kept) if refused + self.kept else None


def note_counts(summary: Summary) -> NoteCounts:
    """Raises UnsupportedLanguage."""
    statements = summary.statements()
    states = Counter(section.state for section in summary.sections)
    return NoteCounts(
        kept=len(statements),
        verbatim=sum(_is_verbatim(statement, summary.language) for statement in statements),
        unsupported=dict(sorted(Counter(u.reason for u in summary.unsupported).items())),
        documented=states[SectionState.documented],
        not_discussed=states[SectionState.not_discussed],
        failed=states[SectionState.failed],
    )


def pooled_notes(counts: Iterable[NoteCounts]) -> NoteCounts | None:
    """None when there are none."""
    known = list(counts)
    if not known:
        return None
    reasons: Counter[str] = Counter()
    for one in known:
        reasons.update(one.unsupported)
    return NoteCounts(
        kept=sum(one.kept for one in known),
        verbatim=sum(one.verbatim for one in known),
        unsupported=dict(sorted(reasons.items())),
        documented=sum(one.documented for one in known),
        not_discussed=sum(one.not_discussed for one in known),
        failed=sum(one.failed for one in known),
    )


def _is_verbatim(statement: Statement, language: str) -> bool:
    """Case, accents and punctuation aside."""
    said = [token.fold for token in tokens(statement.text, language)]
    return bool(said) and any(
        _within(said, [token.fold for token in tokens(evidence.quote, language)])
        for evidence in statement.evidence
    )


def _within(part: list[str], whole: list[str]) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))
