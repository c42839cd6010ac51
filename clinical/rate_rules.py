"""How often, as quantities: *every other day*, *twice a day*, *q12h*, *6/52*."""

from __future__ import annotations

import re
from dataclasses import replace

from clinical.divisors import ADVERBS, PERIOD
from clinical.measures import Reader
from clinical.quantity import Quantity
from clinical.units import singular

LATIN = {"od": 1, "bd": 2, "bid": 2, "bds": 2, "tds": 3, "tid": 3, "qds": 4, "qid": 4}
_SHARES = {52: "wk", 7: "d", 12: "mo"}
_OF_TIME = frozenset({"hx", "history", "for", "since", "ago", "over", "last", "past", "within"})
EVERY = re.compile(r"q(\d{1,2})h")


def alternate(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*un jour sur deux*, *every other day*: every two days."""
    if r.word(i + 1) == "jour" and r.word(i + 2) == "sur" and r.whole(i + 3):
        return [r.quantity(r.pieces[i + 3].value, "d", "duration", i, i + 4)], i + 4
    if r.word(i) == "every" and r.word(i + 1) == "other" and r.word(i + 2) in ("day", "week"):
        unit = PERIOD[r.word(i + 2)]
        return [r.quantity(2, unit, "duration", i, i + 3)], i + 3
    return None


def implicit_frequency(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*tous les jours*, *matin et soir*, *daily*, *twice a day*, *bid*."""
    word = r.word(i)
    if word in ("once", "twice", "thrice"):
        value = {"once": 1, "twice": 2, "thrice": 3}[word]
        period = r.per(i + 1)
        if period is None and word == "once":
            return None
        unit, last = (f"/{period[0]}", period[1]) if period else (None, i + 1)
        return [r.quantity(value, unit, "frequency", i, last)], last
    if word in LATIN and (word not in ("od", "bd") or r.number(i - 1) or r.word(i - 1)):
        if r.language == "fr":
            return None
        return [r.quantity(LATIN[word], "/d", "frequency", i, i + 1)], i + 1
    each = re.fullmatch("x([1-9])", word)
    period = r.per(i + 1) if each else None
    if each and period:  # 400 mg x3/j
        return [r.quantity(int(each[1]), f"/{period[0]}", "frequency", i, period[1])], period[1]
    span = 0
    value, unit = 1, "d"
    if word in ADVERBS:
        (value, unit), span = ADVERBS[word], 1
    elif word in ("tous", "toutes") and r.word(i + 1) == "les":
        unit, span = PERIOD.get(singular(r.word(i + 2)), ""), 3
        if r.word(i + 2) in ("matins", "soirs"):
            unit = "d"
    elif word in ("chaque", "every", "each") and r.number(i + 1) is None:
        unit, span = PERIOD.get(singular(r.word(i + 1)), ""), 2
        if r.word(i + 1) in ("matin", "soir", "morning", "evening"):
            unit = "d"
    elif word == "matin" and r.word(i + 1 + (r.word(i + 1) == ",")) == "midi":
        evening = i + 2 + (r.word(i + 1) == ",")
        evening += r.word(evening) in (",", "et")
        if r.word(evening) == "soir":
            value, span = 3, evening + 1 - i
    elif word in ("matin", "morning") and r.word(i + 1) in ("et", "and"):
        offset = 3 if r.word(i + 2) in ("le", "in", "at") else 2
        offset += r.word(i + offset) == "the"
        if r.word(i + offset) in ("soir", "evening", "night"):
            value, span = 2, offset + 1
    unit = "d" if unit == "night" else unit
    if not span or not unit:
        return None
    found = r.quantity(value, f"/{unit}", "frequency", i, i + span)
    return [replace(found, weak=True)], i + span


def share_of_time(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """British notes: *6/52* is six weeks; *3/7 hx*, *for 2/12* are days and months.

    Sevenths and twelfths are scores too: only words of time beside them tell.
    """
    if r.language != "en" or r.word(i + 1) != "/" or not r.number(i) or not r.touching(i):
        return None
    unit = _SHARES.get(r.whole(i + 2) or 0)
    beside = {r.word(i - 1), r.word(i - 2), r.word(i + 3)} & _OF_TIME
    beside |= {r.word(i + 3)} & {"of", "course"}
    if unit is None or (unit != "wk" and not beside):
        return None
    return [r.quantity(r.pieces[i].value, unit, "duration", i, i + 3)], i + 3


def gestation(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*24+5 weeks*, *24 + 5 SA*: weeks and days of a pregnancy."""
    weeks, days = r.whole(i), r.whole(i + 2)
    if r.word(i + 1) != "+" or weeks is None or days is None or not 4 <= weeks <= 43 or days > 6:
        return None
    if r.unit(i + 3, r.pieces[i + 2])[0] != "wk":
        return None
    first = r.quantity(weeks, "wk", "duration", i, i + 1)
    return [first, r.quantity(days, "d", "duration", i + 2, i + 3)], i + 4


def fortnight(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*a fortnight*."""
    if r.language != "en" or r.word(i) != "fortnight":
        return None
    return [r.quantity(2, "wk", "duration", i, i + 1)], i + 1


def every_hours(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*q12h*."""
    match = EVERY.fullmatch(r.word(i))
    if match is None:
        return None
    return [r.quantity(int(match[1]), "h", "duration", i, i + 1)], i + 1
