"""Whether a place in a text is one where a drug is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum

from clinical.numbers import quantities
from clinical.text import fold
from clinical.units import FORMS

_MEDICINES = FORMS - {"{cigarette}", "{pack}", "{drink}"}
"""Forms that a drug is given in."""


class Context(IntEnum):
    """How much speaks for a drug at one place; more is stronger."""

    none = 0
    spoken_of = 1
    """Medicines or tests are spoken of, here or just before."""
    led = 2
    """A verb of taking or an allergy leads: *je prends du …*, *allergic to …*"""
    dosed = 3
    """A dose follows, or a drug is listed beside it: *… 10 mg*, *metformin and …*"""


_LEFT = {
    "fr": (
        r"(?:prend\w*|pris|reprend\w*|prescri\w*|avale\w*|sous|renouvel\w*|ajout\w*|cures? d[eu]|"
        r"traitee? par|"
        r"traitement (?:par|de|avec|a base de)|allergi\w+ (?:a|au|aux|contre)|"
        r"(?:comprimes?|boites?|gelules?|doses?|ampoules?|sachets?|injections?|perfusions?|"
        r"milligrammes?|microgrammes?|grammes?|mg|g) d[eu]?'?)"
        r"(?: (?:bien|toujours|aussi|plus|encore|deja|un|une|du|de|la|le|l'|les|des|d'|votre|mon|"
        r"ma|son|sa|comprime|au|a|par|que|soit|parfois|donc|et))*"
    ),
    "en": (
        r"(?:takes?|taking|taken|took|prescrib\w+|allergic to|allergy to|reaction to|"
        r"intolerant to|dose of|doses of|tablets? of|milligrams? of|micrograms? of|mg of|"
        r"course of|cycles? of|injections? of|add|adding|switched to|refill\w*|treated with)"
        r"(?: (?:my|the|some|a|an|any|your|her|his|of|with|to|also|still|both|just|daily|regular|"
        r"regularly|him|her|them|you|on|for|like|and|sometimes))*"
    ),
}
_BEFORE = {language: re.compile(rf"(?:^|[ ']){left}$") for language, left in _LEFT.items()}
_ABOUT = {
    "fr": re.compile(
        r"\b(?:medicaments?|traitements?|comprimes?|ordonnances?|gelules?|posologie|dosage|"
        r"allergi\w+|prescri\w+|prenez|prends|milligrammes?|microgrammes?|mg|pharmacie\w*|"
        r"antibiotiques?|chimio\w*|perfusions?|prise de sang|bilan|analyses?)\b"
    ),
    "en": re.compile(
        r"\b(?:medicines?|medications?|tablets?|prescri\w+|pills?|dose|doses|dosage|allerg\w+|"
        r"milligrams?|micrograms?|mg|taking|pharmac\w+|antibiotics?|chemo\w*|drugs?|meds|"
        r"blood tests?|labs?)\b"
    ),
}
_SENTENCE_END = re.compile(r"[.!?…]$")
_LINK = frozenset(
    ["et", "ou", "and", "or", "plus", "avec", "with", "puis", "then", "du", "de", "la"]
)


class Places:
    """One run of words, asked about its places."""

    def __init__(self, words: Sequence[str], language: str, before: str = "") -> None:
        self._words, self._language = words, language
        self._folded = [_plain(word) for word in words]
        self._before = bool(_ABOUT[language].search(" ".join(map(_plain, before.split()[-40:]))))
        self._dosed: dict[int, bool] = {}

    def context(self, first: int, last: int, drugs: AbstractSet[int]) -> Context:
        """Of words ``first`` to ``last`` (not included); ``drugs``: words that name a drug."""
        if self.dose_follows(last) or self.listed(first, drugs):
            return Context.dosed
        start = first
        while start and first - start < 8 and not _SENTENCE_END.search(self._words[start - 1]):
            start -= 1
        if _BEFORE[self._language].search(self._text(start, first)):
            return Context.led
        around = self._text(max(0, first - 25), first) + " " + self._text(last, last + 25)
        near = any(first - 12 <= i < last + 12 for i in drugs)
        if near or self._before or _ABOUT[self._language].search(around):
            return Context.spoken_of
        return Context.none

    def dose_follows(self, last: int) -> bool:
        """*… 10 mg*, *…, two tablets*: right behind, in the same sentence."""
        if last not in self._dosed:
            self._dosed[last] = self._dose(last)
        return self._dosed[last]

    def listed(self, first: int, drugs: AbstractSet[int]) -> bool:
        """*metformin and …*, *du doliprane, du …*"""
        at = first - 1
        while at >= 0 and self._folded[at] in _LINK and first - at <= 3:
            at -= 1
        return at in drugs and (at < first - 1 or self._words[at].endswith(","))

    def _dose(self, last: int) -> bool:
        if last >= len(self._words) or _SENTENCE_END.search(self._words[last - 1]):
            return False
        right = " ".join(self._words[last : last + 7])
        found = quantities(right, self._language)
        if not found or found[0].start > 2:
            return False
        dosed = found[0].kind == "dose" and found[0].unit not in ("L", "cL", "[IU]/mL")
        return dosed or (found[0].unit in _MEDICINES and not found[0].weak)

    def _text(self, start: int, end: int) -> str:
        return " ".join(self._folded[start:end]).replace("' ", "'")


def _plain(word: str) -> str:
    """Folded, without punctuation; an elision stands apart: *d' aspirine*."""
    return " ".join(re.sub(r"[^\w']", " ", fold(word)).replace("'", "' ").split())
