"""Sides of what no list of organs has: each side with the words that stand around it."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

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
_ENDS = re.compile(r"[.?!…]\W*$")
_ENOUGH = 2.0
"""Words that must stand around a side in both texts for it to be the same thing."""
_MOST_OF = 0.6
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
    units = _whole(claim)
    there = _told(units, claim) or _elsewhere(claim)
    unsaid = [word.text for word in stated if word.side not in there]
    if unsaid or _DENIED.match(fold(claim.text)):
        return unsaid  # what is on neither side has no words of its own
    if _COMPARES.search(claim.text):
        return _turned(claim)
    if in_order := [wrong for unit in units for wrong in _in_order(named, unit, claim.language)]:
        return in_order
    told = [unit for unit in claim.grounds.sided if not unit.is_question]
    heard, anywhere = _words(units, claim.language), _words((*units, *told), claim.language)
    return _nearer_to_the_other(stated, heard, anywhere, claim.language)


def _words(units: Sequence[Unit], language: str) -> list[SideWord]:
    return [word for unit in units for word in side_words(unit.text, language)]


def _whole(claim: Claim) -> tuple[Unit, ...]:
    """The evidence, with the rest of each endless sentence that was cut.

    *… a murmur heard at* | *the left base, your lungs …*
    """
    own = {unit.index for unit in claim.units}
    ends = {unit.index: _ENDS.search(unit.text) is not None for unit in claim.units}
    rest = [
        one
        for one in claim.grounds.sided
        if one.index not in own
        and any(
            unit.segment is one.segment
            and (
                (one.index == unit.index + 1 and not ends[unit.index])
                or (one.index == unit.index - 1 and not _ENDS.search(one.text))
            )
            for unit in claim.units
        )
    ]
    return (*claim.units, *rest)


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


def _in_order(named: Sequence[SideWord], unit: Unit, language: str) -> list[str]:
    """*Four times on the right and two on the left*: sides that are told in the same order, each

    with the same words, are compared one by one."""
    heard = side_words(unit.text, language)
    if len(named) < 2 or len(named) != len(heard):
        return []
    pairs = list(zip(named, heard, strict=True))
    before = all(_alike(one.before, other.before) for one, other in pairs)
    after = all(_alike(one.after, other.after) for one, other in pairs)
    if not before and not after:
        return []
    return [
        one.text
        for one, other in pairs
        if one.side is not other.side and Side.both not in (one.side, other.side)
    ]


def _alike(one: Set[str], other: Set[str]) -> bool:
    """Whether most of the fewer words are among the others."""
    fewer = min(len(one), len(other))
    return fewer > 0 and len(one & other) >= max(1, _MOST_OF * fewer)


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
    stated: Sequence[SideWord],
    heard: Sequence[SideWord],
    anywhere: Sequence[SideWord],
    language: str,
) -> list[str]:
    """*4/5 on the left, 5/5 on the right*: what stands around a side in the statement stands

    around the other in the evidence. Where the evidence tells no more of the side than what it is
    of (*the nodule in your right testicle*), the whole consultation is asked (*left testicle,
    normal*)."""
    wrong = []
    for one in stated:
        same = _nearest(one, heard, language, same=True)
        other = _nearest(one, heard, language, same=False)
        if same <= _ENOUGH:
            same = max(same, _nearest(one, anywhere, language, same=True))
            other = max(other, _nearest(one, anywhere, language, same=False))
        if other >= _ENOUGH and other >= same + _CLEARLY:
            wrong.append(one.text)
    return wrong


def _nearest(stated: SideWord, heard: Sequence[SideWord], language: str, *, same: bool) -> float:
    """How near the nearest word of the same side stands, or of the other."""
    alike = [w for w in heard if (w.side in (stated.side, Side.both)) is same]
    return max((nearness(stated, word, language) for word in alike), default=0.0)
