"""The rules that read quantities, in the order they are tried at each place of a text."""

from __future__ import annotations

import re
from collections.abc import Callable

from clinical.dates import MONTH_NAMES, date_at, time_at
from clinical.divisors import ADVERBS
from clinical.labels import REPEATS, label_at
from clinical.measured_rules import fraction, measured
from clinical.measures import SHARES, Reader
from clinical.number_pieces import ARTICLES, NUMBER_WORDS
from clinical.pressure import pressure_at
from clinical.quantity import Quantity
from clinical.rate_rules import (
    EVERY,
    LATIN,
    alternate,
    every_hours,
    fortnight,
    gestation,
    implicit_frequency,
    share_of_time,
)
from clinical.scored_rules import GRADES, grade, ordinal, score, temperature, tenths
from clinical.text import tokens
from clinical.units import unit_of

Rule = Callable[[Reader, int], "tuple[list[Quantity], int] | None"]
"""At a piece: (what was found, index after it), or None."""


RULES: tuple[Rule, ...] = (
    label_at,
    date_at,
    time_at,
    pressure_at,
    alternate,
    fortnight,
    gestation,
    every_hours,
    implicit_frequency,
    grade,
    temperature,
    fraction,
    share_of_time,
    score,
    tenths,
    measured,
    ordinal,
)


_OPENERS = (
    MONTH_NAMES
    | SHARES
    | GRADES
    | LATIN.keys()
    | ADVERBS.keys()
    | {"once", "twice", "thrice", "tous", "toutes", "chaque", "every", "each", "matin", "morning"}
    | {"fortnight", ",", "+", "(", "*"}  # *: digits with points, as in a telephone number
    | REPEATS
    | {f"x{times}" for times in range(1, 10)}  # x3/j
)
"""The words and signs that a quantity may begin with."""


_SYMBOL = re.compile(r"[%°]")


def may_say(text: str, language: str) -> bool:
    """Whether a text may hold a quantity: most sentences have no word that begins one."""
    if any(map(str.isnumeric, text)):
        return True
    words = NUMBER_WORDS[language]
    article = measured = False
    for token in tokens(text, language):
        for part in token.fold.split("'"):
            if part in ARTICLES[language]:
                article = True
            elif part in words or (part in _OPENERS and part != ","):
                return True
            elif unit_of(part, language) is not None:
                measured = True
    return article and (measured or _SYMBOL.search(text) is not None)


def opens(r: Reader, i: int) -> bool:
    """Whether a rule of ``RULES`` may find anything at piece ``i``: most words open nothing."""
    piece = r.pieces[i]
    if piece.kind not in ("word", "sign", "break"):
        return True
    if EVERY.fullmatch(piece.fold):
        return True
    return piece.fold in _OPENERS or r.word(i + 1) == "jour"  # "un jour sur deux"
