"""A text cut into digits, dates, times, words and signs with their offsets.

Names that hold a digit (HbA1c, CA 15-3, Ki67, HER2, B12…) come out as words, so that they are never
taken for a measurement.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import chain
from typing import Literal, NamedTuple

from clinical.number_idioms import IDIOMS
from clinical.text import fold

Kind = Literal["number", "ordinal", "time", "date", "word", "sign", "break"]


class Piece(NamedTuple):
    """A word, a number or a sign; built by the thousand, so a tuple."""

    kind: Kind
    fold: str
    """Folded text of a word or sign; empty for the other kinds."""
    start: int
    end: int
    value: Decimal = Decimal(0)
    """A number; minutes of a time; yyyymmdd of a date, with zeros for what is not said."""
    source: Literal["digits", "words", "article", "about"] = "digits"
    """``article``: un, une, a, an, one; ``about``: une dizaine, a couple."""


_LEX = re.compile(
    r"""
      (?P<date>(?<![\w/.,-])(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([/.])\d{1,2}\2(?:\d{4}|\d{2})
                               |\d{1,2}-\d{1,2}-\d{4})(?![\w/]))
    | (?P<time>(?<![\w.,])(?:[01]?\d|2[0-4])(?:\s?[hH]\s?|:)[0-5]\d(?!\w)(?:\s?[ap]\.?m\b)?)
    | (?P<digits>\d{1,3}(?:[\u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)*|(?<![\w.,])[.]\d+(?![\w]))
    | (?P<fraction>[½¼¾])
    | (?P<elision>[cdjlmnst]['’]|qu['’]|quelqu['’])(?=[^\W\d_])
    | (?P<latin>(?<![\w.])(?:[btq]\.i\.d|[tq]\.d\.s|[ob]\.d|[ap]\.m|p\.o)\b\.?)
    | (?P<word>[^\W\d_](?:[\w\u0300-\u036f]|['’](?=[^\W\d_]))*)
    | (?P<break>[.!?;…\n]+)
    | (?P<sign>[^\s\w])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SPACED_THOUSANDS = re.compile(r"(?<![\w.,])\d{1,3}(?: \d{3})+(?![\w]|[.,]\d)")

_NAMES = re.compile(
    r"""
      \bh[\s.]?b[\s.]?a[\s.]?(?:1|un|one)[\s.]?c\b
    | \bc[\s.]?a[\s-]?(?:15[\s.-]?3|19[\s.-]?9|125|72[\s.-]?4|27[\s.-]?29
        |quinze[\s-]trois|cent[\s-]vingt[\s-]cinq|dix[\s-]neuf[\s-]neuf
        |fifteen[\s-]three|one\ (?:hundred\ and\ )?twenty[\s-]five|nineteen[\s-]nine)\b
    | \bki[\s-]?(?:67|soixante[\s-]sept|sixty[\s-]seven)\b
    | \bh[\s.]?e[\s.]?r[\s-]?(?:2|deux|two)\b
    | \bb[\s-]?(?:12|douze|twelve)\b
    | \bvit(?:amine?)?\.?\s[a-k][\s-]?(?:\d{1,2}|deux|trois|six|neuf|douze|two|three|six|twelve)\b
    | \bcovid[\s-]?(?:19|dix[\s-]neuf|nineteen)\b
    | \bp[\s-]?d[\s-]?l?[\s-]?(?:1|un|one)\b
    | \b(?:omega|oméga)[\s-]?(?:3|6|9|trois|six|three)\b
    | \b(?:brca|vih|hiv|htlv)[\s-]?[12]\b
    | \b(?:il|cd|ca)-\d+\b | \bp[\s-]?53\b
    | \b5[\s-]?(?:fu|ht|hiaa|asa)\b | \bv\s(?:six\scents?|600)\se\b
    | \bt\s(?:3|4|trois|quatre|three|four)\s(?:libre|free)\b
    | (?<=appelez\s)le\s(?:15|quinze|18|112)\b | (?<=appeler\s)le\s(?:15|quinze|18|112)\b
    | \b(?:phq|gad)[\s-]?(?:2|7|9|two|seven|nine)\b
    | \b24/7\b | \b(?:quoi|rien)\sde\sneuf\b | \b(?:tout|flambant)\sneuf\b
    | \b(?:l|quelqu)['’]une?\b
    | \b(?:no|any|every|some|each|this|that|which|the|other|another|last|next|new)\sone\b
    | \bone\s(?:another|of)\b | \bat\sone\spoint\b
    | (?m:^\s*\d{1,2}[.)](?=\s))
    """,
    re.VERBOSE | re.IGNORECASE,
)


def lex(text: str, language: str) -> list[Piece]:
    """All of the text but its white space; numbers only where digits are written."""
    shielded = bytearray(len(text) + 1)
    for name in chain(_NAMES.finditer(text), IDIOMS[language].finditer(text)):
        shielded[name.start() : name.end()] = b"\x01" * (name.end() - name.start())
    thousands = {}
    if language == "fr":
        thousands = {m.start(): m.end() for m in _SPACED_THOUSANDS.finditer(text)}
    found: list[Piece] = []
    at = 0
    while True:
        match = _LEX.search(text, at)
        if match is None:
            return found
        start, at = match.span()
        kind = match.lastgroup or "sign"
        if shielded[start] and kind != "break":
            found.append(Piece("word", "*", start, at))
        elif kind == "digits" and start in thousands:
            at = thousands[start]
            found.append(Piece("number", "", start, at, Decimal(text[start:at].replace(" ", ""))))
        else:
            found.append(_piece(kind, match.group(), start, language))


def _piece(kind: str, text: str, start: int, language: str) -> Piece:
    end = start + len(text)
    if kind == "digits":
        value = _decimal(text, language)
        if value is None:
            return Piece("word", "*", start, end)
        return Piece("number", "", start, end, value)
    if kind == "date":
        day = _numeric_date(text)
        return Piece("date", "", start, end, day) if day else Piece("word", "*", start, end)
    if kind == "time":
        return Piece("time", "", start, end, _minutes(text))
    if kind == "break":
        return Piece("break", "", start, end)
    if kind == "latin":
        return Piece("word", fold(text.replace(".", "")), start, end)
    if kind == "fraction":
        return Piece("sign", text, start, end)
    return Piece("word" if kind in ("word", "elision") else "sign", fold(text), start, end)


def _decimal(text: str, language: str) -> Decimal | None:
    plain = re.sub(r"[\u00a0\u202f]", "", text)
    if plain.startswith("."):
        plain = "0" + plain
    if language == "en" and re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    if plain.count(".") > 1 or not plain.isascii() or len(plain) > 18:
        return None
    return Decimal(plain)


def _numeric_date(text: str) -> Decimal | None:
    first, second, third = (int(part) for part in re.split(r"[-/.]", text))
    year, month, day = (first, second, third) if first > 31 else (third, second, first)
    if month > 12 >= day:
        month, day = day, month  # month first, as Americans write
    if year < 100:
        year += 2000 if year < 50 else 1900
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return Decimal(year * 10_000 + month * 100 + day)


def _minutes(text: str) -> Decimal:
    hour, minute = (int(part) for part in re.findall(r"\d+", text))
    afternoon = re.search(r"p\.?m", text, re.IGNORECASE)
    return Decimal((hour % 12 + 12 if afternoon else hour) * 60 + minute)
