"""What is denied was denied, what is affirmed was not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clinical.cues import CUES
from clinical.dialogue import Conflict, asserted_but_denied, denied_but_asserted
from clinical.drugs import find_drugs
from clinical.polarity import clause_line, polarity_of
from clinical.polarity import findings as find_findings
from clinical.temporality import courses
from clinical.text import content_stems, fold, is_stopword, tokens
from consultation.summary import Comparison, Polarity
from summarize.checks.claim import (
    NOTHING,
    PASSED,
    Claim,
    Outcome,
    fault,
    listed,
)
from summarize.rules import speaks_of_allergy
from summarize.units import Unit

_DENIES = re.compile(
    r"\W*(?:no|nil|not|denies|without|none|never|pas|aucune?|absence|sans|ne|non)\b"
)
_SOMEWHAT = re.compile(
    r"\b(?:much|enough|really|too|so|as|change[sd]?|better|worse|one|beaucoup|assez|trop|vraiment"
    r"|tellement|tres|si|mieux|pire|changement|personne|mentioned|if)\b"
)
"""*Not much of an appetite* denies no appetite: such sentences decide nothing."""
_NOT_REALLY = re.compile(
    r"\W*(?:(?:um|uh|er|well|euh|ben|bah|no|non|nah)\b\W*)*(?:not (?:really|specifically|that i"
    r"|particularly|exactly|much)|pas (?:vraiment|trop|specialement|tellement|particulierement))\b"
)


def polarity(claim: Claim) -> Outcome:
    """What is denied was denied, what is affirmed was not."""
    flipped = denied_but_asserted(claim.text, claim.said, claim.language)
    flipped = tuple(c for c in flipped if not _names_allergen(c, claim))
    if flipped:
        return conflicts("asserted, and denied or only asked: ", claim, flipped)
    flipped = tuple(
        c
        for c in asserted_but_denied(claim.text, claim.said, claim.language)
        if not (c.evidence and _hardly(c, claim))
    )
    if flipped:
        return conflicts("denied, and said to be present: ", claim, flipped)
    return PASSED


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


def denial(claim: Claim) -> Outcome:
    """Denied or not, where no finding of the lexicon is named: the words of both are compared.

    *Blood in stools* against *Any blood in your stools? – No.* Only where the shared words of the
    best sentence are all denied, or none is; a doubt decides nothing.
    """
    if not claim.grounds.units or find_findings(claim.text, claim.language):
        return NOTHING
    unit = claim.grounds.units[0]
    if any(c.status for c in courses(unit.answered, claim.language)):
        return NOTHING  # "n'arrêtez pas le Kardégic" denies the end, not the drug
    stated = _polarities(claim.text, claim.text, claim.language)
    if _DENIES.match(fold(claim.text)):
        stated = {Polarity.denied}
    heard = _heard_polarity(unit, claim)
    if len(stated) != 1 or heard is None or Polarity.uncertain in stated:
        return NOTHING
    (own,) = stated
    if own is heard:
        return PASSED
    return fault("denied, and said so" if own is Polarity.denied else "said, and denied")


def _heard_polarity(unit: Unit, claim: Claim) -> Polarity | None:
    """What the sentence says of the statement's words: by itself, or as an answer."""
    language = claim.language
    wanted = set(content_stems(claim.text, language))
    own = len(wanted & set(content_stems(unit.text, language)))
    asked = len(wanted & set(content_stems(unit.question.text, language))) if unit.question else 0
    if asked > own:
        line = clause_line(unit.text, language)
        if CUES[language].partly.match(line):
            return None
        if CUES[language].no.match(line):
            return Polarity.denied
        return Polarity.affirmed if CUES[language].yes.match(line) else None
    if _SOMEWHAT.search(fold(unit.text)):
        return None
    said = _polarities(unit.text, claim.text, language)
    return said.pop() if len(said) == 1 and Polarity.uncertain not in said else None


def _polarities(text: str, like: str, language: str) -> set[Polarity]:
    """Of the words of ``text`` that ``like`` holds too."""
    wanted = set(content_stems(like, language))
    return {
        polarity_of(text, token.start, token.end, language)
        for token in tokens(text, language)
        if token.stem in wanted and not is_stopword(token.fold, language)
    }


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
