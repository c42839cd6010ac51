"""*Left* and *right* as words, whatever they are said of: for what no list of organs has.

``clinical.laterality`` reads a side with its organ. Here every word that is most likely a side is
found, with what stands around it up to the next side: *the left ureter*, *4/5 on the right*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from clinical.anatomy import PAIN, organs
from clinical.folded import folded
from clinical.laterality import Side
from clinical.memory import remembered
from clinical.paraphrases import Worded, worded
from clinical.taken_back import takes_back
from clinical.text import fold

_FREE = r"(?<!\bthe )(?<!\bmy )(?<!\byour )(?<!\bhis )(?<!\bher )"
_SIDE = re.compile(
    r"(?:(?<=\bthe )|(?<=\bmy )|(?<=\byour )|(?<=\bhis )|(?<=\bher ))"
    r"(?:left|right)\b(?! (?:after|before|time|thing|way|one to)\b)"
    rf"|{_FREE}\bleft\b(?! (?:the|at|a|an|his|her|my|him|them|it|there|here|after|before"
    r"|and (?!right)|school|work|home|hospital|nursing|town|college|university|early|without"
    r"|because|when|for|to)\b)"
    rf"|{_FREE}\bright\b(?! (?:now|away|after|before|there|here|the|at|a|an|and (?!left)|along"
    r"|about|around|next|behind|up|down|through|where|when|then|on|onto|in|into|to|out|off"
    r"|(?:above|below|under|over)(?!-))\b)"
    r"|\b(?:gauche|droite?)s?\b(?! (?:a|à|de|du)\b)",
    re.IGNORECASE,
)
"""Said as an adjective, most likely: not *right now*, *left the house*, *left school*."""
_NONE = re.compile(
    r"\b(?:all|that's|that is|you're|is that|am i) right\b|(?:^|(?<=[.?!,\n]))\W*right(?=[,.?!])"
    r"|\b(?:avez|ai|as|a|tout) (?:le )?droit\b",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\b(?:bilateral\w*|bilat[ée]ra\w+|contralateral\w*|controlat[ée]ra\w+"
    r"|des deux c[ôo]t[ée]s|de chaque c[ôo]t[ée])\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:(?<!they )(?<!we )(?<!you )both|either|each|the other|opposite|l['’]autre"
    r"|les deux|aux deux|chaque|oppos[ée]e?)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\b(?:left|right|gauches?|droite?s?)\b", re.IGNORECASE)
_TELLS = re.compile(
    r"left|right|gauche|droit|lateral|both|either|each|other|oppos|autre|deux|chaque"
)
"""In a text without any of these nothing of a side is told: most have none."""
_ENDS = re.compile(r"\s*(?:[.,;?!]|$)")
_PART = re.compile(
    r"[ -](?:of )?(?:\w+ )?(?:sides?|ones?|c[ôo]t[ée]s?|them|us|d'elles|d'eux)\b", re.IGNORECASE
)
_JOINED = re.compile(r"\W*\b(?:and|or|et|ou)\b (?:the |on |à )*", re.IGNORECASE)
_AHEAD, _NEXT = 40, 20
"""Characters in which what both, each or other is said of is named; of its first one."""
_FORWARD = {"en": 2, "fr": 1}
"""What *left* is said of follows it in English, and *gauche* follows what it is said of."""


@dataclass(frozen=True, slots=True)
class SideWord:
    """``source[start:end] == text``."""

    side: Side
    text: str
    start: int
    end: int
    before: frozenset[str]
    """Content terms between the side before it and this one."""
    after: frozenset[str]
    """Content terms between this side and the next."""


def side_words(text: str, language: str) -> tuple[SideWord, ...]:
    """Every word of one sentence that is most likely a side, with the words around it.

    ``Side.both`` stands for what is said of both, or of one that is not named: *the other one*.
    """
    return _side_words(text, language) if _TELLS.search(folded(text).line) else ()


@remembered
def _side_words(text: str, language: str) -> tuple[SideWord, ...]:
    none = [match.span() for match in _NONE.finditer(text)]
    places = [
        match
        for word in _WORD.finditer(text)
        if (match := _SIDE.match(text, word.start()))
        and not any(start <= match.start() < end for start, end in none)
    ]
    places = sorted((*places, *_of_both(text, language)), key=lambda match: match.start())
    if not places:
        return ()
    places = [
        *(
            one
            for one, other in pairwise(places)
            if one.end() <= other.start() and not takes_back(fold(text[one.end() : other.start()]))
        ),
        places[-1],
    ]
    words = worded(text, language)
    edges = [0, *(match.end() for match in places)]
    starts = [*(match.start() for match in places), len(text)]
    between = [
        frozenset(_term(w, text) for w in words if edge <= w.start and w.end <= start)
        for edge, start in zip(edges, starts, strict=True)
    ]
    before, after = between[:-1], between[1:]
    # "The right or left hand": both are said of the hand.
    joined = [
        _JOINED.fullmatch(text[one.end() : other.start()]) is not None
        for one, other in pairwise(places)
    ]
    for k in reversed(range(len(joined))):
        if joined[k]:
            after[k] = after[k + 1]
    for k in range(len(joined)):
        if joined[k]:
            before[k + 1] = before[k]
    return tuple(
        SideWord(
            _side(match.group()),
            match.group(),
            match.start(),
            match.end(),
            before[k],
            after[k],
        )
        for k, match in enumerate(places)
    )


def _term(word: Worded, text: str) -> str:
    """*Knee pain* and *my knee hurts* are the same, though no list of paraphrases joins them."""
    return "~pain" if PAIN.fullmatch(fold(text[word.start : word.end])) else word.term


def nearness(one: SideWord, other: SideWord, language: str) -> float:
    """How much of what stands around two sides is the same.

    Words on the same side of both count in full, those that stand otherwise by half.
    """
    ahead = _FORWARD[language]
    straight = ahead * len(one.after & other.after) + (3 - ahead) * len(one.before & other.before)
    crossed = len((one.after & other.before) | (one.before & other.after))
    return straight + 0.5 * crossed


def tells_either(text: str, language: str) -> bool:
    """Whether a sentence tells something of both sides, or of one that it does not name."""
    return any(word.side is Side.both for word in side_words(text, language))


def _side(word: str) -> Side:
    if _SIDE.fullmatch(word):
        return Side.left if word[0].lower() in "lg" else Side.right
    return Side.both


def _of_both(text: str, language: str) -> list[re.Match[str]]:
    """*Bilaterally*, *both of them*, *the other one*, *each knee*; not the other day."""
    found = list(_BOTH.finditer(text))
    for match in _OTHER.finditer(text):
        following = text[match.end() : match.end() + _AHEAD]
        told = _PART.match(following) or _ENDS.match(following)
        near = organs(folded(following), language)
        if told or (near and near[0].start <= _NEXT):
            found.append(match)
    return found
