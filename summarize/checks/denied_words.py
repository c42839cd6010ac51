"""What is denied where no finding of the lexicon is named: the words of both are compared."""

from __future__ import annotations

import re

from clinical.cues import CUES
from clinical.paraphrases import content_terms, worded
from clinical.polarity import clause_line, polarity_of
from clinical.polarity import findings as find_findings
from clinical.temporality import courses
from clinical.text import fold
from consultation.summary import Polarity
from summarize.checks.claim import NOTHING, PASSED, Claim, Outcome, fault
from summarize.terms import neutral_stems
from summarize.units import Unit

_DENIES = re.compile(
    r"\W*(?:no|nil|not|denies|without|none|never|pas|aucune?|absence|sans|ne|non)\b"
)
_SOMEWHAT = re.compile(
    r"\b(?:much|enough|really|too|as|change[sd]?|better|worse|one|beaucoup|assez|trop|vraiment"
    # "So tired" tells how much; "so I don't have any" goes on.
    r"|so(?! (?:i|we|he|she|they|you|it|that|this|there|the|my|your|no|on|far|if)\b)"
    r"|tellement|tres|si|mieux|pire|changement|personne|mentioned|if|decrease[sd]?|reduced|limited|abnormal|lack|loss|diminue\w*|limite\w*"
    r"|anormal\w*|perte)\b"
)
"""*Not much of an appetite* denies no appetite: such sentences decide nothing."""
_NO_IDEA = re.compile(
    r"\b(?:no idea|(?:don't|do not) (?:really )?know|not sure|couldn't (?:say|tell)|no clue"
    r"|aucune idee|(?:ne |n'en )?sais pas|en sais rien|pas (?:la moindre )?idee)\b"
)
_NOT_KNOWN = re.compile(
    r"\b(?:no|not|rien|unknown|un(?:sure|aware|clear|certain)|inconnue?s?|ignore\w*|pas|aucune?|denies"
    r"|never|nil|doubt\w*|incertain\w*)\b|n't\b"
)
_NEAR = 40
"""Characters around the words of a statement in which a word of degree is about them."""
_CUT = re.compile(r"[,;.]|\b(?:no|not|pas|mais|but|there is|there are|il y a)\b")


def denial(claim: Claim) -> Outcome:
    """Denied or not, where no finding of the lexicon is named: the words of both are compared.

    *Blood in stools* against *Any blood in your stools? – No.* Only where the shared words of the
    best sentence are all denied, or none is; a doubt decides nothing.
    """
    if not claim.grounds.units or find_findings(claim.text, claim.language):
        return NOTHING
    unit = claim.grounds.units[0]
    if _unknown(unit, claim):
        return fault("said, and not known")
    if any(c.status for c in courses(unit.answered, claim.language)):
        return NOTHING  # "n'arrêtez pas le Kardégic" denies the end, not the drug
    heard = _heard_polarity(unit, claim)
    if heard is None:
        return NOTHING
    stated = (
        {Polarity.denied}
        if _DENIES.match(fold(claim.text))
        else _polarities(claim.text, claim.text, claim.language)
    )
    if len(stated) != 1 or Polarity.uncertain in stated:
        return NOTHING
    (own,) = stated
    if own is heard:
        return PASSED
    return fault("denied, and said so" if own is Polarity.denied else "said, and denied")


def _unknown(unit: Unit, claim: Claim) -> bool:
    """*Any illness in the family? – I have no idea.* bears nothing but that it is not known."""
    own = fold(claim.text)
    if not unit.asks or not _NO_IDEA.search(fold(unit.text)) or _NOT_KNOWN.search(own):
        return False
    wanted = content_terms(claim.text, claim.language)
    told = len(wanted & content_terms(unit.text, claim.language))
    asked = max(len(wanted & content_terms(q.text, claim.language)) for q in unit.asks)
    return asked >= told and asked > 0


def _heard_polarity(unit: Unit, claim: Claim) -> Polarity | None:
    """What the sentence says of the statement's words: by itself, or as an answer."""
    language = claim.language
    wanted = content_terms(claim.text, language)
    own = len(wanted & content_terms(unit.text, language))
    asked = max((len(wanted & content_terms(q.text, language)) for q in unit.asks), default=0)
    if asked > own:
        line = clause_line(unit.text, language)
        if CUES[language].partly.match(line):
            return None
        if CUES[language].no.match(line):
            return Polarity.denied
        return Polarity.affirmed if CUES[language].yes.match(line) else None
    said = _polarities(unit.text, claim.text, language)
    if len(said) > 1 and Polarity.uncertain not in said:
        said = _of_the_head(unit.text, claim.text, language)
    if _somewhat(unit.text, wanted, language):
        return None
    return said.pop() if len(said) == 1 and Polarity.uncertain not in said else None


def _somewhat(text: str, wanted: frozenset[str], language: str) -> bool:
    """Whether a word of degree stands near the words of the statement, in their clause."""
    found = [w for w in worded(text, language) if w.term in wanted]
    if not found:
        return False
    start = max(0, found[0].start - _NEAR)
    end = found[-1].end + _NEAR
    before, after = text[start : found[0].start], text[found[-1].end : end]
    near = _CUT.split(before)[-1] + text[found[0].start : found[-1].end] + _CUT.split(after)[0]
    return _SOMEWHAT.search(fold(near)) is not None


def _polarities(text: str, like: str, language: str) -> set[Polarity]:
    """Of the words of ``text`` that ``like`` holds too."""
    wanted = content_terms(like, language)
    return {
        polarity_of(text, word.start, word.end, language)
        for word in worded(text, language)
        if word.term in wanted
    }


def _of_the_head(text: str, like: str, language: str) -> set[Polarity]:
    """Of the first word of ``like``, if ``text`` holds it: *blood* of *blood in stools*."""
    neutral = neutral_stems(language)
    head = next((w.term for w in worded(like, language) if w.term not in neutral), None)
    return {
        polarity_of(text, word.start, word.end, language)
        for word in worded(text, language)
        if word.term == head
    }
