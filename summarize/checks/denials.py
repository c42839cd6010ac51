"""What is denied was denied, what is affirmed was not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clinical.anatomy import organs
from clinical.answers import denies_all
from clinical.conflicts import Conflict, asserted_but_denied, denied_but_asserted, flipped_of_family
from clinical.cues import CUES
from clinical.drugs import find_drugs
from clinical.folded import folded
from clinical.paraphrases import content_terms
from clinical.polarity import Finding, clause_line
from clinical.polarity import findings as find_findings
from clinical.text import fold
from consultation.summary import Comparison, Polarity
from summarize.checks.claim import (
    NOTHING,
    PASSED,
    Claim,
    Outcome,
    fault,
    listed,
    spoken_in,
)
from summarize.checks.weighed import outweighed_findings
from summarize.rules import speaks_of_allergy
from summarize.units import Unit

_SPREADS = re.compile(
    r"\b(?:mov\w+|spread\w*|radiat\w+|go(?:es|ing)?|travel\w*|shoot\w*|anywhere else|elsewhere"
    r"|irradi\w+|descend\w*|remont\w*|diffus\w+|va|vont|ailleurs)\b"
)
_NOT_REALLY = re.compile(
    r"\W*(?:(?:um|uh|er|well|euh|ben|bah|no|non|nah)\b\W*)*(?:not (?:really|specifically|that i"
    r"|particularly|exactly|much)|pas (?:vraiment|trop|specialement|tellement|particulierement))\b"
)


def polarity(claim: Claim) -> Outcome:
    """What is denied was denied, what is affirmed was not."""
    flipped = denied_but_asserted(claim.text, claim.said, claim.language)
    flipped = tuple(c for c in flipped if not _names_allergen(c, claim))
    flipped = flipped or tuple(
        Conflict(f, ())
        for f in find_findings(claim.text, claim.language)
        if f.polarity is Polarity.affirmed and not f.asked and _elsewhere(f, claim)
    )
    if flipped:
        return conflicts("asserted, and denied or only asked: ", claim, flipped)
    flipped = tuple(
        c
        for c in asserted_but_denied(claim.text, claim.said, claim.language)
        if not ((c.evidence and _hardly(c, claim)) or _elsewhere(c.finding, claim))
    )
    if flipped:
        return conflicts("denied, and said to be present: ", claim, flipped)
    family = flipped_of_family(claim.text, claim.said, claim.language)
    if family:
        return conflicts("said otherwise of the family: ", claim, family)
    outweighed = tuple(outweighed_findings(claim))
    if outweighed:
        return conflicts("said otherwise of just that: ", claim, outweighed)
    return PASSED


def _elsewhere(finding: Finding, claim: Claim) -> bool:
    """*Does the pain move to your back? – No.* bears *no pain in the back*, not *no pain*."""
    there = {organ.name for organ in organs(folded(claim.text), claim.language)}
    return bool(there) and any(
        any(
            _SPREADS.search(fold(question.text))
            and there & {organ.name for organ in organs(folded(question.text), claim.language)}
            and any(
                f.concept == finding.concept for f in find_findings(question.text, claim.language)
            )
            for question in unit.asks
        )
        and denies_all(unit.text, claim.language)
        for unit in claim.grounds.units
    )


def _hardly(conflict: Conflict, claim: Claim) -> bool:
    """*Any cough? – Not really.* bears a denial, with a warning (``doubt``)."""
    if any(f.polarity is Polarity.affirmed for f in conflict.evidence):
        return False
    return any(
        unit.question is not None
        and _NOT_REALLY.match(fold(unit.text))
        and any(
            f.concept == conflict.finding.concept
            for f in find_findings(unit.question.text, claim.language)
        )
        for unit in claim.grounds.units
    )


def doubt(claim: Claim) -> Outcome:
    """Denied in the statement, and only hardly so in the answer."""
    hardly = [
        c
        for c in asserted_but_denied(claim.text, claim.said, claim.language)
        if c.evidence and _hardly(c, claim)
    ]
    return conflicts("denied, and answered with a doubt: ", claim, hardly) if hardly else NOTHING


def together(claim: Claim) -> Outcome:
    """Denied by one *no* to several questions, or by who asked: true most often, worth a look."""
    named = find_findings(claim.text, claim.language)
    wanted = {f.concept for f in named} or set(content_terms(claim.text, claim.language))
    for unit in claim.grounds.units:
        if unit.echo:
            detail = "answered by who asked"
        elif any(_names(question, claim, wanted) for question in unit.earlier):
            detail = "several questions, one answer"
        else:
            continue
        stated = claim.stated(named[0]) if named else None
        answer = spoken_in(unit, 0, len(unit.text))
        return fault(detail, [Comparison(statement=stated, evidence=answer)])
    return NOTHING


def _names(question: Unit, claim: Claim, wanted: set[str]) -> bool:
    named = {f.concept for f in find_findings(question.text, claim.language)}
    return bool(wanted & (named | content_terms(question.text, claim.language)))


def _names_allergen(conflict: Conflict, claim: Claim) -> bool:
    """*Any allergies? – Codeine.* affirms, though it does not say yes."""
    if conflict.finding.concept != "allergy":
        return False
    return any(
        unit.question is not None
        and speaks_of_allergy(unit.question.text)
        and find_drugs(unit.text, claim.language)
        and not CUES[claim.language].no.match(clause_line(unit.text, claim.language))
        for unit in claim.grounds.units
    )


def conflicts(detail: str, claim: Claim, wrong: Iterable[Conflict]) -> Outcome:
    heard = find_findings(claim.evidence, claim.language)
    return fault(
        detail + listed(c.finding.text for c in wrong),
        (
            Comparison(
                statement=claim.stated(one.finding),
                evidence=claim.spoken(
                    next((f for f in heard if f.concept == one.finding.concept), None)
                ),
            )
            for one in wrong
        ),
    )
