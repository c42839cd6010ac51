"""A text as numbers, words and signs with their offsets: what quantities are read from.

Spoken numbers become one piece: *soixante-quinze*, *trente-huit virgule cinq*, *a couple*.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from clinical.memory import remembered
from clinical.number_lexing import Piece, lex
from clinical.number_words import FIRST_WORDS, number_at
from clinical.units import unit_of

__all__ = ["ARTICLES", "NUMBER_WORDS", "Piece", "pieces"]

_ORDINAL_SUFFIX = frozenset({"er", "ere", "e", "eme", "ieme", "nd", "nde", "rd", "st", "th"})
_GLUED = frozenset({"h", "x", "x10", "c", "f", "mmhg"})
_FR_ORDINALS = {
    word: value
    for value, stems in enumerate(
        [
            "premier premiere",
            "deuxieme second seconde",
            "troisieme",
            "quatrieme",
            "cinquieme",
            "sixieme",
            "septieme",
            "huitieme",
            "neuvieme",
            "dixieme",
            "onzieme",
            "douzieme",
        ],
        start=1,
    )
    for stem in stems.split()
    for word in (stem, stem + "s")
}
_EN_ORDINAL_WORDS = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
"""
_EN_ORDINALS = {word: value for value, word in enumerate(_EN_ORDINAL_WORDS.split(), start=1)}
_ABOUT = {
    "fr": {
        "dizaine": 10,
        "douzaine": 12,
        "quinzaine": 15,
        "vingtaine": 20,
        "trentaine": 30,
        "quarantaine": 40,
        "cinquantaine": 50,
        "soixantaine": 60,
        "centaine": 100,
    },
    "en": {"couple": 2, "dozen": 12},
}
ARTICLES = {"fr": frozenset({"un", "une"}), "en": frozenset({"a", "an", "one"})}
_POINT = {"fr": frozenset({"virgule", "point"}), "en": frozenset({"point"})}


NUMBER_WORDS = {
    "fr": FIRST_WORDS["fr"] | _ABOUT["fr"].keys() | ARTICLES["fr"] | _FR_ORDINALS.keys(),
    "en": FIRST_WORDS["en"] | _ABOUT["en"].keys() | ARTICLES["en"] | _EN_ORDINALS.keys()
    | {"point"},
}  # fmt: skip
"""Without a digit and without any of these, a text says no number."""


@remembered
def pieces(text: str, language: str) -> tuple[Piece, ...]:
    """All of the text but its white space, in order; never overlapping."""
    return tuple(_numbers(lex(text, language), language))


def _numbers(raw: list[Piece], language: str) -> list[Piece]:
    """Words become numbers; digits keep only the suffixes they may carry."""
    words = [_readable(raw, i) for i in range(len(raw))]
    found: list[Piece] = []
    i = 0
    while i < len(raw):
        piece, after = _number_or_self(raw, words, i, language)
        found.append(piece)
        i = after
    return found


def _readable(raw: list[Piece], i: int) -> str:
    """The word for the grammar; a break, sign or shielded word stops a number."""
    return raw[i].fold if raw[i].kind == "word" else "*"


def _number_or_self(raw: list[Piece], words: list[str], i: int, language: str) -> tuple[Piece, int]:
    here = raw[i]
    if here.kind == "number":
        return _digits(raw, words, i, language)
    if here.kind != "word":
        return here, i + 1
    about = _ABOUT[language].get(here.fold)
    if about:
        return Piece("number", "", here.start, here.end, Decimal(about), "about"), i + 1
    whole = _spoken_integer(raw, words, i, language)
    if whole:
        value, last = whole
        tens = value in (20, 30) and language == "en"
        day = last + 1 if tens and last < len(raw) and raw[last].kind == "sign" else last
        if tens and 1 <= _EN_ORDINALS.get(words[day] if day < len(raw) else "", 0) <= 9:
            nth = Decimal(value + _EN_ORDINALS[words[day]])  # twenty third
            return Piece("ordinal", "", here.start, raw[day].end, nth), day + 1
        decimals = _spoken_decimals(raw, words, last, language)
        if decimals:
            digits, last = decimals
            return _span(raw, i, last, Decimal(f"{value}.{digits}"), "words")
        if last == i + 1 and here.fold in ARTICLES[language]:
            return _span(raw, i, last, Decimal(value), "article")
        return _span(raw, i, last, Decimal(value), "words")
    if here.fold in ARTICLES[language]:
        return _span(raw, i, i + 1, Decimal(1), "article")
    if language == "en" and here.fold == "point" and (i == 0 or raw[i - 1].kind != "number"):
        decimals = _spoken_decimals(raw, words, i, language)
        unit = decimals[1] if decimals else len(raw)
        if words[unit : unit + 2] == ["of", "a"]:
            unit += 2  # point five of a milligram
        if decimals and unit < len(raw) and unit_of(words[unit], "en"):
            return _span(raw, i, decimals[1], Decimal(f"0.{decimals[0]}"), "words")
    if here.fold in ("secondes", "seconds"):
        return here, i + 1  # of time
    ordinals = _FR_ORDINALS if language == "fr" else _EN_ORDINALS
    if here.fold in ordinals:
        return Piece("ordinal", "", here.start, here.end, Decimal(ordinals[here.fold])), i + 1
    return here, i + 1


def _spoken_integer(
    raw: list[Piece], words: list[str], i: int, language: str
) -> tuple[int, int] | None:
    if words[i] not in FIRST_WORDS[language]:
        return None
    # Hyphens join the words of one number: soixante-quinze, thirty-eight.
    kept = [k for k in range(i, min(len(raw), i + 24)) if not _joins(raw, k)]
    if not kept or kept[0] != i:
        return None
    run: list[str] = []
    for k in kept:
        if words[k] == "*":
            break
        run.append(words[k])
    found = number_at(run, 0, language)
    if not found:
        return None
    value, count = found
    # "cent" of "pour cent" is read with its unit, never as a number of its own.
    return value, kept[count - 1] + 1


def _joins(raw: list[Piece], k: int) -> bool:
    return (
        0 < k < len(raw) - 1
        and raw[k].kind == "sign"
        and raw[k].fold in "-\u2010\u2011"
        and raw[k - 1].end == raw[k].start
        and raw[k].end == raw[k + 1].start
        and raw[k - 1].kind == "word" == raw[k + 1].kind
    )


def _spoken_decimals(
    raw: list[Piece], words: list[str], i: int, language: str
) -> tuple[str, int] | None:
    """What follows *virgule* or *point*, as digits; ``i`` is the index of that word."""
    if i >= len(raw) or words[i] not in _POINT[language]:
        return None
    digits, at = "", i + 1
    while at < len(raw):
        if raw[at].kind == "number" and not digits and raw[at].value == int(raw[at].value):
            return str(int(raw[at].value)), at + 1
        if words[at] in ("zero", "oh", "nought", "naught"):
            digits, at = digits + "0", at + 1
            continue
        found = _spoken_integer(raw, words, at, language)
        if not found or (digits.strip("0") and found[0] > 9):
            break
        digits, at = digits + str(found[0]), found[1]
        if language == "fr" or found[0] > 9:
            break
    return (digits, at) if digits else None


def _digits(raw: list[Piece], words: list[str], i: int, language: str) -> tuple[Piece, int]:
    here = raw[i]
    value, last = here.value, i + 1
    glued = last < len(raw) and raw[last].start == here.end and raw[last].kind == "word"
    if glued:
        suffix = raw[last].fold
        if suffix in _ORDINAL_SUFFIX and value == int(value):
            return Piece("ordinal", "", here.start, raw[last].end, value), i + 2
        if suffix == "s" and language == "en":  # in his 70s
            return Piece("number", "", here.start, raw[last].end, value), i + 2
        if re.fullmatch(r"m\d{1,2}", suffix):  # 1m75
            metres = value + Decimal(int(suffix[1:])) / (10 ** len(suffix[1:]))
            return Piece("number", "m", here.start, raw[last].end, metres), i + 2
        if suffix not in _GLUED and unit_of(suffix, language) is None:
            return Piece("word", "*", here.start, raw[last].end), i + 2  # 5FU, 18F, 99mTc
        return here, last
    if last < len(raw) and words[last] in ("mille", "million", "millions", "thousand"):
        scale = 1_000 if words[last] in ("mille", "thousand") else 1_000_000
        return _span(raw, i, last + 1, value * scale, "digits")
    decimals = None
    if value == int(value):
        decimals = _spoken_decimals(raw, words, last, language)
    if decimals:
        return _span(raw, i, decimals[1], Decimal(f"{int(value)}.{decimals[0]}"), "digits")
    return here, last


def _span(
    raw: list[Piece],
    first: int,
    last: int,
    value: Decimal,
    source: Literal["digits", "words", "article", "about"],
) -> tuple[Piece, int]:
    return Piece("number", "", raw[first].start, raw[last - 1].end, value, source), last
