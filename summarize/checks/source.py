"""Where a statement comes from: said at all, by the right person, and no question or leak."""

from __future__ import annotations

import re
from functools import cache

from clinical.drugs import find_drugs
from clinical.polarity import is_question
from clinical.text import content_stems, fold, stem
from prompts import library
from summarize.checks.claim import NOTHING, PASSED, Claim, Outcome, fault, listed
from summarize.grounds import ENOUGH
from summarize.rules import permitted

_ALLERGEN = re.compile(
    r"\b(?:allerg\w+|intol[eé]ran\w+)\s*(?:connue\s*)?"
    r"(?:to|à la|à l['’]|à|aux|au|:)\s*(?P<what>[^,.;:()]+)",
    re.IGNORECASE,
)
_WHEN = re.compile(r"(?:when|quand|where|ou|if|si)\b")


def evidence(claim: Claim) -> Outcome:
    """Enough of the statement's words were said."""
    if claim.grounds.support >= ENOUGH:
        return PASSED
    return fault("not said: " + ", ".join(claim.grounds.missing))


def question(claim: Claim) -> Outcome:
    """A question states nothing, and proves nothing."""
    if "?" in claim.text:
        return fault("the statement is a question")
    # "When she lies down it hurts": no question, though it begins like one.
    if is_question(claim.text, claim.language) and not _WHEN.match(fold(claim.text)):
        return fault("the statement is a question")
    return PASSED


def speaker(claim: Claim) -> Outcome:
    """An examination, a diagnosis or a plan needs the clinician's words; symptoms the patient's."""
    if any(permitted(claim.topics, unit, claim.language) for unit in claim.grounds.units):
        return PASSED
    return fault("said by " + ", ".join(sorted({u.role.value for u in claim.grounds.units})))


def allergen(claim: Claim) -> Outcome:
    """What somebody is allergic to was said, word by word: no allergy is lent to another thing."""
    match = _ALLERGEN.search(claim.text)
    if match is None:
        return NOTHING
    start = match.start("what")
    said = set(content_stems(claim.evidence, claim.language))
    drugs = {d.inn for d in find_drugs(claim.evidence, claim.language)}
    named = [d for d in find_drugs(claim.text, claim.language) if d.start >= start]
    new = [d.text for d in named if d.inn not in drugs]
    if not named:
        what = match["what"]
        new = [] if set(content_stems(what, claim.language)) & said else [what.strip()]
    return fault("not said: " + listed(new)) if new else PASSED


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
