"""French and English text in one form, so that only what was heard counts in a word error rate.

Both sides, the reference and what was recognised, are read by these rules:

- lower case; accents are kept, œ and æ are opened; typographic apostrophes become plain ones;
- punctuation goes, and hyphens become spaces: *est-ce* is two words;
- French elisions stand alone: *l'œil*, *l’œil* and *l' œil* are two words;
- numbers become digits: *soixante-quinze*, *thirty-eight point five*, *38,5*, *1 000*, *2e*,
  *deuxième*, *nineteen eighty four*. *a* and *an* stay words, *one* is 1; in French 1 is *un*, for
  *un* is mostly an article. *Une dizaine* and *a couple* stay words. Adjacent groups of digits that
  could be one French number are one: *2 300*;
- units, a few titles, and signs have one spelling: *milligrammes* and *mg*, *docteur* and *dr*,
  *pour cent* and *%*, *120/80* and *120 sur 80*; letters that are spelled out are one word:
  *T S H*, *T.S.H.* and *TSH*, and so is *H B A one C*;
- fillers (*euh*, *um*) and contractions (*don't*) are kept as they are, and so is spelling: British
  and American forms differ.

A quirk that strikes both sides alike costs nothing; what is left to differ counts as an error.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from clinical.number_pieces import Piece, pieces
from clinical.number_words import number_at
from clinical.text import checked, fold

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_PASSES = 8
"""A second reading may join what the first one made (*deux trois cents* → 2 300 → 2300)."""

_ELISIONS = "c d j l m n s t qu jusqu lorsqu puisqu quoiqu"
_ELIDED = frozenset(_ELISIONS.split())
_LONG_ELISION = re.compile(r"\b(jusqu|lorsqu|puisqu|quoiqu)'(?=[^\W\d_])", re.IGNORECASE)
_SPELLED = re.compile(r"\b[A-ZÀ-Ý](?:[. ][A-ZÀ-Ý]\b){2,}")
"""Three capitals or more, apart."""
_HBA1C = re.compile(r"\bh[\s.]?b[\s.]?a[\s.]?(?:1|un|one)[\s.]?c\b", re.IGNORECASE)
_SIGNS = {"fr": {"+": "plus", "&": "et"}, "en": {"+": "plus", "&": "and"}}
_OVER = {"fr": "sur", "en": "over"}
_PER = {"fr": "par", "en": "per"}
_PERCENT = {"fr": "pour", "en": "per"}

_COMMON_WORDS = {
    "mgs": "mg",
    "ug": "µg",
    "mcg": "µg",
    "percent": "%",
    "pourcent": "%",
    "okay": "ok",
    "kilo": "kg",
    "kilos": "kg",
}
_FR_UNITS = {
    "milligramme": "mg",
    "microgramme": "µg",
    "nanogramme": "ng",
    "gramme": "g",
    "kilogramme": "kg",
    "millilitre": "ml",
    "centilitre": "cl",
    "decilitre": "dl",
    "litre": "l",
    "millimetre": "mm",
    "centimetre": "cm",
    "metre": "m",
    "kilometre": "km",
    "heure": "h",
    "minute": "min",
    "degre": "°",
}
_EN_UNITS = {
    "milligram": "mg",
    "milligramme": "mg",
    "microgram": "µg",
    "microgramme": "µg",
    "nanogram": "ng",
    "gram": "g",
    "gramme": "g",
    "kilogram": "kg",
    "milliliter": "ml",
    "millilitre": "ml",
    "centimeter": "cm",
    "centimetre": "cm",
    "millimeter": "mm",
    "millimetre": "mm",
    "degree": "°",
}


def _with_plurals(singulars: dict[str, str]) -> dict[str, str]:
    return {word: symbol for base, symbol in singulars.items() for word in (base, base + "s")}


_WORDS = {
    "fr": _COMMON_WORDS
    | _with_plurals(_FR_UNITS)
    | {"dr": "docteur", "mme": "madame", "mlle": "mademoiselle", "mr": "monsieur"},
    "en": _COMMON_WORDS
    | _with_plurals(_EN_UNITS)
    | {"dr": "doctor", "mr": "mister", "hr": "hour", "hrs": "hours"},
}
"""Folded word → its one spelling."""


def normalise(text: str, language: str) -> str:
    """Words separated by one space; normalising twice changes nothing.

    Raises UnsupportedLanguage.
    """
    checked(language)
    for _ in range(_PASSES):
        again = _once(text, language)
        if again == text:
            break
        text = again
    return text


def words(text: str, language: str) -> list[str]:
    """The normalised words of a text."""
    return normalise(text, language).split()


def _once(text: str, language: str) -> str:
    text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).translate(_HYPHENS)
    text = _SPELLED.sub(lambda match: re.sub(r"[. ]", "", match.group()), text)
    text = _HBA1C.sub("hba1c", text)
    text = _LONG_ELISION.sub(r"\1' ", text)
    read = pieces(text, language)
    found: list[str] = []
    named = _numbers_in_names(text, read, language)
    for i, piece in enumerate(read):
        verbatim = text[piece.start : piece.end]
        if i in named:
            found += named[i]
        elif piece.kind == "number":
            _number(found, read, i, verbatim, language)
        elif piece.kind == "ordinal":
            found.append(f"{_digits(piece.value)}{'e' if language == 'fr' else 'th'}")
        elif piece.kind == "time":
            _time(found, verbatim, language)
        elif piece.kind == "date":
            found.extend(_digits(Decimal(group)) for group in re.findall(r"\d+", verbatim))
        elif piece.kind == "word":
            _word(found, verbatim, language)
        elif piece.kind == "sign":
            _sign(found, read, i, verbatim, language)
    return unicodedata.normalize("NFC", " ".join(found))


def _numbers_in_names(text: str, read: tuple[Piece, ...], language: str) -> dict[int, list[str]]:
    """Names that hold a number are shielded (``*``): *CA quinze-trois* is still CA 15-3.

    Place of a piece → what stands for it. *One* and *un* are words there: *no one*.
    """
    folded = [fold(text[p.start : p.end]) if p.fold == "*" else "" for p in read]
    places = [i for i, word in enumerate(folded) if word and word != "-"]
    named: dict[int, list[str]] = {}
    at = 0
    while at < len(places):
        run = [at]
        while run[-1] + 1 < len(places) and _apart(places, run[-1], read) == 0:
            run.append(run[-1] + 1)
        words = [folded[places[k]] for k in run]
        number = None if words[0] in ("un", "une", "one") else number_at(words, 0, language)
        if number is None:
            at += 1
            continue
        value, count = number
        named |= {places[k]: [] for k in run[:count]}
        named[places[at]] = [str(value)]
        at += count
    return named


def _apart(places: list[int], k: int, read: tuple[Piece, ...]) -> int:
    """Pieces between two places of a name that are not of that name."""
    return sum(read[i].fold != "*" for i in range(places[k] + 1, places[k + 1]))


def _number(
    found: list[str], read: tuple[Piece, ...], i: int, verbatim: str, language: str
) -> None:
    piece = read[i]
    if piece.source == "about" or (piece.source == "article" and verbatim.lower() != "one"):
        found.append(verbatim.lower())
    elif piece.fold == "m":  # 1m75
        metres, rest = re.findall(r"\d+", verbatim)
        found += [_one(_digits(Decimal(metres)), language), "m", _digits(Decimal(rest))]
    elif piece.value == 100 and found and found[-1] == _PERCENT[language] and language == "fr":
        found[-1] = "%"
    elif _is_year(read, i, language) and found[-1] in ("19", "20"):
        found[-1] = str(int(found[-1]) * 100 + int(piece.value))
    else:
        found.append(_one(_digits(piece.value), language))


def _is_year(read: tuple[Piece, ...], i: int, language: str) -> bool:
    """*nineteen | eighty four*"""
    if language != "en" or i == 0:
        return False
    century, rest = read[i - 1], read[i]
    return (
        century.kind == "number"
        and century.source == rest.source == "words"
        and century.value in (19, 20)
        and 10 <= rest.value <= 99
        and rest.value == int(rest.value)
    )


def _digits(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


def _one(digits: str, language: str) -> str:
    return "un" if digits == "1" and language == "fr" else digits


def _time(found: list[str], verbatim: str, language: str) -> None:
    hour, minute = (_digits(Decimal(group)) for group in re.findall(r"\d+", verbatim))
    if language == "fr":
        found += [hour, "h", minute]
        return
    found += [hour] if minute == "0" else [hour, minute]
    half = re.search(r"([ap])\.?m", verbatim, re.IGNORECASE)
    if half:
        found.append(half[1].lower() + "m")


def _word(found: list[str], verbatim: str, language: str) -> None:
    lowered = verbatim.lower().translate(_LIGATURES)
    if lowered == "cent" and language == "en" and found and found[-1] == "per":
        found[-1] = "%"
    else:
        found.append(_WORDS[language].get(fold(lowered), lowered))


def _sign(found: list[str], read: tuple[Piece, ...], i: int, sign: str, language: str) -> None:
    """Most signs go; a few are words."""
    before = read[i - 1] if i else None
    after = read[i + 1] if i + 1 < len(read) else None
    if sign == "'":
        # "l' œil": what is elided keeps its apostrophe.
        if before and before.end == read[i].start and found and found[-1] in _ELIDED:
            found[-1] += "'"
    elif sign == "/":
        if before and after and before.kind == after.kind == "number":
            found.append(_OVER[language])
        elif found and found[-1] in _WORDS[language].values():
            found.append(_PER[language])
    elif sign in "%°":
        found.append(sign)
    elif sign in _SIGNS[language]:
        found.append(_SIGNS[language][sign])
