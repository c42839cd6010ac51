"""Integers in words, French (with septante, huitante, nonante) and English, from 0 to 999,999,999.

The grammar works on folded words, so that the caller keeps the offsets. It takes the longest
number that starts at a place: *quatorze huit* is 14 then 8, *soixante quinze* is 75.
"""

from __future__ import annotations

from collections.abc import Sequence

_FR_WORDS = """
zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize
"""
_FR_SMALL = {word: value for value, word in enumerate(_FR_WORDS.split())} | {"une": 1}
_FR_TENS = {
    "vingt": 20,
    "vingts": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "septante": 70,
    "huitante": 80,
    "octante": 80,
    "nonante": 90,
}
_EN_WORDS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""
_EN_SMALL = {word: value for value, word in enumerate(_EN_WORDS.split())} | {
    "nought": 0,
    "naught": 0,
}
_EN_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_FR_SCALES = (("million", 1_000_000), ("millions", 1_000_000), ("mille", 1_000), ("mil", 1_000))
_EN_SCALES = (("million", 1_000_000), ("millions", 1_000_000), ("thousand", 1_000))

FIRST_WORDS = {
    "fr": frozenset({*_FR_SMALL, *_FR_TENS, "cent", "cents"} | {word for word, _ in _FR_SCALES}),
    "en": frozenset(
        {*_EN_SMALL, *_EN_TENS, "a", "hundred", "hundreds"} | {word for word, _ in _EN_SCALES}
    ),
}
"""What the words of a number may begin with."""
Found = tuple[int, int]
"""(value, index after its last word)"""


def number_at(words: Sequence[str], i: int, language: str) -> Found | None:
    """The longest number whose first word is ``words[i]``; ``words`` are folded."""
    below = _fr_below_1000 if language == "fr" else _en_below_1000
    scales = _FR_SCALES if language == "fr" else _EN_SCALES
    total, at, limit = 0, i, 1_000_000_000
    while True:
        group = below(words, at)
        value, after = group if group else (1, at)
        scale = next((size for word, size in scales if _is(words, after, word)), None)
        bare_scale = group is None and (language != "fr" or scale != 1000)
        if scale is None or scale >= limit or value == 0 or bare_scale:
            if group is None:
                return (total, at) if at > i else None
            if at > i and value == 0:
                return total, at
            return total + value, after
        total, at, limit = total + value * scale, after + 1, scale
        if language == "en" and _is(words, at, "and") and _en_below_100(words, at + 1):
            at += 1


def _is(words: Sequence[str], i: int, *options: str) -> bool:
    return 0 <= i < len(words) and words[i] in options


def _times_follow(words: Sequence[str], small: Found) -> bool:
    """*five hundred three times a day* is 500, three times: nobody takes 503 a day."""
    return 2 <= small[0] <= 6 and _is(words, small[1], "times", "fois")


def _fr_teen(words: Sequence[str], i: int) -> Found | None:
    """1 to 19."""
    if i >= len(words) or words[i] not in _FR_SMALL:
        return None
    if words[i] == "dix" and _is(words, i + 1, "sept", "huit", "neuf"):
        return 10 + _FR_SMALL[words[i + 1]], i + 2
    return (_FR_SMALL[words[i]], i + 1) if _FR_SMALL[words[i]] else None


def _fr_below_100(words: Sequence[str], i: int) -> Found | None:
    if _is(words, i, "zero"):
        return 0, i + 1
    if _is(words, i, "quatre") and _is(words, i + 1, "vingt", "vingts"):
        base, at, most = 80, i + 2, 19
    elif i < len(words) and words[i] in _FR_TENS:
        base, at = _FR_TENS[words[i]], i + 1
        most = 19 if base == 60 else 9
    else:
        return _fr_teen(words, i)
    if _is(words, at, "et") and _is(words, at + 1, "un", "une", "onze"):
        rest = _fr_teen(words, at + 1)
        if rest and rest[0] <= most:
            return base + rest[0], rest[1]
    if _is(words, at, "quatre") and _is(words, at + 1, "vingt", "vingts"):
        return base, at  # "cent vingt quatre-vingt" is 120 then 80, never 124 then 20
    rest = _fr_teen(words, at)
    if rest and rest[0] > most and most == 9:
        rest = None
    return (base + rest[0], rest[1]) if rest else (base, at)


def _fr_below_1000(words: Sequence[str], i: int) -> Found | None:
    if _is(words, i, "cent", "cents"):
        hundreds, at = 1, i + 1
    else:
        found = _fr_below_100(words, i)
        if not found or not (2 <= found[0] <= 9 or 11 <= found[0] <= 19):
            return found
        if not _is(words, found[1], "cent", "cents"):
            return found
        hundreds, at = found[0], found[1] + 1
    rest = _fr_below_100(words, at)
    if rest and rest[0] and not _times_follow(words, rest):
        return hundreds * 100 + rest[0], rest[1]
    return hundreds * 100, at


def _en_below_100(words: Sequence[str], i: int) -> Found | None:
    if i >= len(words):
        return None
    if words[i] in _EN_SMALL:
        return _EN_SMALL[words[i]], i + 1
    if words[i] not in _EN_TENS:
        return None
    unit = _EN_SMALL.get(words[i + 1], 0) if i + 1 < len(words) else 0
    if 1 <= unit <= 9 and not _times_follow(words, (unit, i + 2)):
        return _EN_TENS[words[i]] + unit, i + 2
    return _EN_TENS[words[i]], i + 1


def _hundreds(count: int) -> bool:
    """*Twenty-one hundred*, *thirty-five hundred*; but *sixty, one hundred* are two numbers."""
    return 1 <= count <= 19 or (count <= 69 and (count == 21 or count % 10 > 1))


def _en_below_1000(words: Sequence[str], i: int) -> Found | None:
    if _is(words, i, "a") and _is(words, i + 1, "hundred"):
        hundreds, at = 1, i + 2
    elif _is(words, i, "a") and _is(words, i + 1, "thousand"):
        return 1, i + 1
    elif _is(words, i, "hundred"):
        hundreds, at = 1, i + 1
    else:
        found = _en_below_100(words, i)
        if not found or not _hundreds(found[0]) or not _is(words, found[1], "hundred", "hundreds"):
            return found
        hundreds, at = found[0], found[1] + 1
    after = at + 1 if _is(words, at, "and") else at
    rest = _en_below_100(words, after)
    if rest and rest[0] and (after > at or not _times_follow(words, rest)):
        return hundreds * 100 + rest[0], rest[1]
    return hundreds * 100, at
