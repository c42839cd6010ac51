"""Where a statement comes from: said at all, by the right person, and no question or leak."""

from __future__ import annotations

from functools import cache

from clinical.polarity import is_question
from clinical.text import content_stems, stem
from prompts import library
from summarize.checks.claim import PASSED, Claim, Outcome, fault
from summarize.grounding import ENOUGH
from summarize.rules import permitted


def evidence(claim: Claim) -> Outcome:
    """Enough of the statement's words were said."""
    if claim.grounds.support >= ENOUGH:
        return PASSED
    return fault("not said: " + ", ".join(claim.grounds.missing))


def question(claim: Claim) -> Outcome:
    """A question states nothing, and proves nothing."""
    if "?" in claim.text or is_question(claim.text, claim.language):
        return fault("the statement is a question")
    return PASSED


def speaker(claim: Claim) -> Outcome:
    """An examination, a diagnosis or a plan needs the clinician's words; symptoms the patient's."""
    if any(permitted(claim.topics, unit, claim.language) for unit in claim.grounds.units):
        return PASSED
    return fault("said by " + ", ".join(sorted({u.role.value for u in claim.grounds.units})))


def leak(claim: Claim) -> Outcome:
    """Words that stand in the prompt's worked examples and were not said here."""
    examples = _example_stems(claim.language)
    leaked = [word for word in claim.grounds.missing if stem(word, claim.language) in examples]
    return fault("from the prompt's examples: " + ", ".join(leaked)) if leaked else PASSED


@cache
def _example_stems(language: str) -> frozenset[str]:
    stems = (s for text in library.example_texts(language) for s in content_stems(text, language))
    # Short words (jour, deux, pain) are everybody's.
    return frozenset(stem for stem in stems if len(stem) > 4)
