"""Sides of what no list of organs has: each side with the words that stand around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical.laterality import Side, sides
from clinical.paraphrases import content_terms
from clinical.side_words import SideWord, nearness, side_words, tells_either
from clinical.text import fold
from summarize.checks.claim import Claim
from summarize.units import Unit

_COMPARED = re.compile(
    r"\b(?P<first>left|right|gauche|droite?)s?\b(?P<what>[^.;\n]{0,30}?)"
    r"\b(?P<how>\w+(?= than\b)|plus \w+(?= qu)|moins \w+(?= qu)|compared (?:to|with)|versus|vs"
    r"|par rapport (?:à|au)|compar[ée]\w* (?:à|au))[^.;\n]{0,30}?"
    r"\b(?P<second>left|right|gauche|droite?)s?\b(?P<other>(?: [\w-]+)?)",
    re.IGNORECASE,
)
_COMPARES = re.compile(r"\bthan\b|\bcompar|\bversus\b|\bvs\b|\bpar rapport\b|\bque? la\b")
_DENIED = re.compile(r"\W*(?:no|nil|not|denies|without|none|never|pas|aucune?|sans|absence)\b")
_ENOUGH = 2.0
"""Words that must stand around a side in both texts for it to be the same thing."""
_CLEARLY = 1.0
"""By how much the nearer side must be nearer."""


def contrary(claim: Claim) -> list[str]:
    """The sides of the statement that were said of the other side, or of none."""
    named = side_words(claim.text, claim.language)
    stated = [word for word in named if word.side is not Side.both]
    if not stated:
        return []
    if itself := _itself(claim):
        return itself
    heard = [w for unit in claim.units for w in side_words(unit.text, claim.language)]
    there = _told(claim.units, claim) or _elsewhere(claim)
    unsaid = [word.text for word in stated if word.side not in there]
    if unsaid or _DENIED.match(fold(claim.text)):
        return unsaid  # what is on neither side has no words of its own
    if _COMPARES.search(claim.text):
        return _turned(claim)
    return _nearer_to_the_other(stated, heard, claim.language)


def _elsewhere(claim: Claim) -> set[Side]:
    """The sides that the consultation tells of the like, where the evidence tells none."""
    sided = claim.grounds.sided
    wanted = content_terms(claim.text, claim.language)
    wanted -= {t for w in side_words(claim.text, claim.language) for t in _own(w, claim.language)}
    like = [u for u in sided if wanted & content_terms(u.answered, claim.language)]
    return _told(like, claim) or _told(sided, claim)


def _own(word: SideWord, language: str) -> frozenset[str]:
    return content_terms(word.text, language)


def _told(units: Sequence[Unit], claim: Claim) -> set[Side]:
    """Left, right, or both of them where a sentence speaks of both without saying which."""
    language = claim.language
    if any(tells_either(unit.text, language) for unit in units):
        return {Side.left, Side.right}
    # Abbreviations (gche, LLQ) are read with their organ only.
    there = {one.side for unit in units for one in sides(unit.text, language) if not one.denied}
    if Side.both in there:
        return {Side.left, Side.right}
    return there | {word.side for unit in units for word in side_words(unit.text, language)}


def _itself(claim: Claim) -> list[str]:
    """*Left worse than left*: nothing is compared with itself."""
    wrong = []
    for stated in _COMPARED.finditer(claim.text):
        other = content_terms(stated["other"], claim.language)
        same = stated["first"].lower()[:4] == stated["second"].lower()[:4]
        if same and other <= content_terms(stated["what"], claim.language):
            wrong.append(stated.group())
    return wrong


def _turned(claim: Claim) -> list[str]:
    """*Left worse than right*, where the evidence compares the other way round."""
    wrong = []
    for stated in _COMPARED.finditer(claim.text):
        said = [
            match
            for match in _COMPARED.finditer(claim.evidence)
            if match["how"].lower() == stated["how"].lower()
        ]
        first = stated["first"].lower()[:4]
        if said and all(match["first"].lower()[:4] != first for match in said):
            wrong.append(stated.group())
    return wrong


def _nearer_to_the_other(
    stated: Sequence[SideWord], heard: Sequence[SideWord], language: str
) -> list[str]:
    """*4/5 on the left, 5/5 on the right*: what stands around a side in the statement stands

    around the other in the evidence."""
    wrong = []
    for one in stated:
        near = {
            same: max(
                (
                    nearness(one, w, language)
                    for w in heard
                    if (w.side in (one.side, Side.both)) is same
                ),
                default=0.0,
            )
            for same in (True, False)
        }
        if near[False] >= _ENOUGH and near[False] >= near[True] + _CLEARLY:
            wrong.append(one.text)
    return wrong
