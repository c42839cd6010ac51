"""How a French or English word is heard, roughly, and how alike two words sound.

Not a pronunciation: a key in which what speech recognition confuses lies close together. Vowels
count less than consonants, *b* lies by *p*, and silent letters cost little.
"""

from __future__ import annotations

import re
from functools import lru_cache

from clinical.text import LANGUAGES, checked, fold

VOWELS = frozenset("aeiou")
# In this order: a consonant is read by the letter that follows, before vowels are joined.
_FIRST = [
    (r"([bdfglmnprst])\1", r"\1"),
    (r"ph", "f"),
    (r"th", "t"),
    (r"ch(?=[rl])|ck", "k"),
    (r"sc(?=[eiy])", "s"),
    (r"cc(?=[eiy])", "ks"),
    (r"qu|q", "k"),
]
_CONSONANTS = {
    "fr": [(r"ch|sh", "S"), (r"gn", "ni"), (r"tion", "sion")],
    "en": [
        (r"tch|ch|sh", "S"),
        (r"sten(?=$|[^t])", "sen"),
        (r"stle", "sel"),
        (r"igh", "i"),
        (r"gh", ""),
        (r"^kn", "n"),
        (r"^wr", "r"),
        (r"dg(?=[ei])", "Z"),
        (r"[ts]ion", "Son"),
    ],
}
_VOWELS = {
    "fr": [
        (r"eau|aux?$|au", "o"),
        (r"oeu|eu", "e"),
        (r"ou", "u"),
        (r"oi", "ua"),
        (r"(?:ai|ei)(?=n)", "i"),
        (r"ai|ei|ae|oe", "e"),
        (r"(?:er|ez)$", "e"),
    ],
    "en": [
        (r"ee|ea|ie|ey", "i"),
        (r"oo|ou|ew|ue", "u"),
        (r"aw|au|ow|oa", "o"),
        (r"al(?=[lk]|$)", "ol"),
        (r"ay|ai|ei|ae|oe", "e"),
    ],
}
_MIDDLE = [
    (r"gu(?=[eiy])", "g"),
    (r"c(?=[eiy])", "s"),
    (r"g(?=[eiy])|j", "Z"),
    (r"c", "k"),
    (r"^x", "s"),
    (r"x", "ks"),
]
_LAST = [
    (r"y", "i"),
    (r"w", "v"),
    (r"z", "s"),
    (r"h", ""),
    (r"(?<=..)es?$", ""),
    (r"(.)\1+", r"\1"),
]
_RULES = {
    language: tuple(
        (re.compile(pattern), key)
        for pattern, key in [
            *_FIRST,
            *_CONSONANTS[language],
            *_MIDDLE,
            *_VOWELS[language],
            *_LAST,
        ]
    )
    for language in LANGUAGES
}
_NEAR_VOWELS = frozenset({"ei", "ie", "ou", "uo", "ao", "oa", "ae", "ea", "iu", "ui"})
_CLASSES = {c: group for group in ("pb", "td", "kg", "fv", "sSZ", "mn", "lr") for c in group}
_SKELETON = str.maketrans("bdgvSZnr", "ptkfssml", "aeiou")
_SILENT = frozenset("tdspk")


@lru_cache(maxsize=50_000)
def sound(word: str, language: str) -> str:
    """The sound key of one word, of a–z and S (*ch, sh*), Z (*j*); may be empty.

    Raises UnsupportedLanguage.
    """
    key = re.sub(r"[^a-z]", "", fold(word))
    for pattern, replacement in _RULES[checked(language)]:
        key = pattern.sub(replacement, key)
    return key


def skeleton(key: str) -> str:
    """The consonants of a sound key, voiced and unvoiced alike."""
    return re.sub(r"(.)\1+", r"\1", key.translate(_SKELETON))


def weight(key: str) -> float:
    """How much there is to hear: 1 a consonant, 0.4 a vowel."""
    return sum(0.4 if c in VOWELS else 1.0 for c in key)


@lru_cache(maxsize=50_000)
def likeness(heard: str, name: str) -> float:
    """How alike two sound keys are, 0 to 1; 1 for the same."""
    longest = max(weight(heard), weight(name))
    return 1 - _cost(heard, name) / longest if longest else 0.0


def _cost(heard: str, name: str) -> float:
    """Weighted edits (Wagner and Fischer) that turn what was heard into the name."""
    row = [0.0]
    for j in range(len(name)):
        row.append(row[-1] + _indel(name, j))
    for i, letter in enumerate(heard):
        above, row = row, [row[0] + _indel(heard, i)]
        for j, other in enumerate(name):
            row.append(
                min(
                    above[j] + _swap(letter, other),
                    above[j + 1] + _indel(heard, i),
                    row[j] + _indel(name, j),
                )
            )
    return row[-1]


def _swap(a: str, b: str) -> float:
    if a == b:
        return 0.0
    if a in VOWELS and b in VOWELS:
        return 0.15 if a + b in _NEAR_VOWELS else 0.3
    if (a in VOWELS) != (b in VOWELS):
        return 1.2
    return 0.4 if _CLASSES.get(a, a) == _CLASSES.get(b, b) else 1.0


def _indel(key: str, i: int) -> float:
    letter = key[i]
    if letter in VOWELS:
        return 0.35
    if i == len(key) - 1 and letter in _SILENT:
        return 0.35
    before = key[i - 1] if i else ""
    if letter in "lr" and before and before not in VOWELS:
        return 0.6
    if letter in "nm" and before in VOWELS and i + 1 < len(key) and key[i + 1] not in VOWELS:
        return 0.6
    return 1.0
