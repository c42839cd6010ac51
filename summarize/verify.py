"""A statement against its evidence, rule by rule; code decides, no model is asked.

Every rule compares two texts: the statement, and the sentences that it rests on with the questions
they answer. A blocking rule that fails keeps the statement out of the note; a warning is shown
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from consultation.summary import Check, Level, Verdict
from summarize.checks import denials, denied_words, meaning, places, source, values
from summarize.checks.claim import Claim, Rule

__all__ = ["RULES", "WARNINGS", "Claim", "failed", "verify", "warn"]

RULES: dict[str, Rule] = {
    "question": source.question,
    "leak": source.leak,
    "numbers": values.numbers,
    "drugs": meaning.drugs,
    "dose": values.dose,
    "findings": meaning.findings,
    "polarity": denials.polarity,
    "allergen": source.allergen,
    "side": places.side,
    "temporality": meaning.temporality,
    "denial": denied_words.denial,
    "experiencer": meaning.experiencer,
    "dates": values.dates,
    "anatomy": places.anatomy,
    "speaker": source.speaker,
    "evidence": source.evidence,
}
"""Name → blocking rule. The most telling come first."""

WARNINGS: dict[str, Rule] = {
    "plausible": values.plausible,
    "spelling": meaning.spelling,
    "course": meaning.course,
    "doubt": denials.doubt,
    "together": denials.together,
}
"""Name → rule that only warns."""


def verify(claim: Claim) -> tuple[Check, ...]:
    """All rules, in order; the first blocking one that fails is the reason for a refusal."""
    if not claim.grounds.units:
        return (
            Check(rule="no_evidence", verdict=Verdict.failed, detail="nothing like it was said"),
        )
    blocking = tuple(_check(name, rule, claim, Level.blocking) for name, rule in RULES.items())
    return (*blocking, *warn(claim))


def warn(claim: Claim) -> tuple[Check, ...]:
    """The warnings alone: for what stands as it was said."""
    return tuple(_check(name, rule, claim, Level.warning) for name, rule in WARNINGS.items())


def failed(checks: Sequence[Check]) -> Check | None:
    """The first blocking rule that failed."""
    return next(
        (c for c in checks if c.verdict is Verdict.failed and c.level is Level.blocking), None
    )


def _check(name: str, rule: Rule, claim: Claim, level: Level) -> Check:
    outcome = rule(claim)
    if not outcome.detail and not outcome.compared:
        return _plain(name, outcome.verdict, level)
    # Built by us a few hundred times a note: nothing to validate.
    return Check.model_construct(
        rule=name,
        verdict=outcome.verdict,
        level=level,
        detail=outcome.detail,
        compared=outcome.compared,
    )


@cache
def _plain(name: str, verdict: Verdict, level: Level) -> Check:
    """A check with nothing to show: one object for all statements."""
    return Check(rule=name, verdict=verdict, level=level)
