"""Dates and times of day: *le 12 mars 2024*, *March 3rd*, *8h30*, *eight pm*."""

from __future__ import annotations

from clinical.measures import Reader
from clinical.quantity import Quantity

_MONTHS = {
    "fr": (
        "janvier janv|fevrier fevr|mars|avril avr|mai|juin|juillet juil|aout|septembre|"
        "octobre oct|novembre nov|decembre dec"
    ),
    "en": (
        "january jan|february feb|march|april apr|may|june jun|july jul|august aug|"
        "september sept sep|october oct|november nov|december dec"
    ),
}
_MONTH: dict[str, dict[str, int]] = {
    language: {
        name: number
        for number, names in enumerate(listed.split("|"), start=1)
        for name in names.split()
    }
    for language, listed in _MONTHS.items()
}

MONTHS = _MONTH
"""By language, the number of each folded name."""
MONTH_NAMES = frozenset(name for names in _MONTH.values() for name in names)


def date_at(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """A date at piece ``i``, as yyyymmdd with zeros for what is not said."""
    piece = r.pieces[i]
    if piece.kind == "date":
        return [r.quantity(piece.value, None, "date", i, i + 1)], i + 1
    spoken = _day_month(r, i) or _month_day(r, i)
    if spoken:
        day, month, at = spoken
        year, at = _year(r, at)
        return [r.quantity(year * 10_000 + month * 100 + day, None, "date", i, at)], at
    named = _month(r, i)
    if named:
        year, at = _year(r, i + 1)
        if year:
            return [r.quantity(year * 10_000 + named * 100, None, "date", i, at)], at
    year, at = _year(r, i)
    if year and at == i + 2 and r.unit(at, r.pieces[at - 1])[0] is None:
        return [r.quantity(year * 10_000, None, "date", i, at)], at  # nineteen eighty four
    if r.word(i - 1) in ("en", "in", "since", "depuis", "annee", "year", "ete", "during", "of"):
        year, at = _year(r, i)
        if year and r.unit(at, r.pieces[at - 1])[0] is None:
            return [r.quantity(year * 10_000, None, "date", i, at)], at
    alone = _day_alone(r, i)
    if alone:
        return [r.quantity(alone, None, "date", i, i + 1)], i + 1
    written = r.language == "fr" and r.word(i - 1) in ("le", "du", "au") and r.word(i + 1) == "/"
    first, second = r.whole(i), r.whole(i + 2)
    if written and first and second and first <= 31 and second <= 12:
        return [r.quantity(second * 100 + first, None, "date", i, i + 3)], i + 3
    return None


def _month(r: Reader, i: int) -> int | None:
    word = r.word(i)
    month = _MONTH[r.language].get(word)
    if month and word in ("may", "march", "mars", "jan", "sep", "dec", "oct", "mai"):
        capital = r.text[r.pieces[i].start].isupper()
        return month if capital or r.language == "fr" else None
    return month


def _day(r: Reader, i: int) -> int | None:
    if not 0 <= i < len(r.pieces) or r.pieces[i].kind not in ("number", "ordinal"):
        return None
    value = r.pieces[i].value
    if r.pieces[i].source == "article" or value != int(value) or not 1 <= value <= 31:
        return None
    return int(value)


def _day_month(r: Reader, i: int) -> tuple[int, int, int] | None:
    day = _day(r, i)
    if day is None:
        return None
    at = i + 2 if r.word(i + 1) == "of" else i + 1
    month = _month(r, at)
    return (day, month, at + 1) if month else None


def _month_day(r: Reader, i: int) -> tuple[int, int, int] | None:
    if r.language != "en":
        return None
    month = _month(r, i)
    at = i + 2 if r.word(i + 1) == "the" else i + 1
    day = _day(r, at)
    if not month or day is None or r.unit(at + 1, r.pieces[at])[0] is not None:
        return None
    return day, month, at + 1


def _year(r: Reader, i: int) -> tuple[int, int]:
    """(year or 0, index after it)"""
    at = i + 1 if r.word(i) == "," else i
    year = r.whole(at)
    if year and 1900 <= year <= 2100:
        return year, at + 1
    if r.language == "en" and year in (19, 20):  # nineteen eighty four
        rest = r.whole(at + 1)
        if rest and 10 <= rest <= 99 and r.pieces[at].source == r.pieces[at + 1].source == "words":
            return year * 100 + rest, at + 2
    return 0, i


def _day_alone(r: Reader, i: int) -> int | None:
    """*le 25 à quatorze heures*: a day whose month is not said, before an hour."""
    day = r.whole(i)
    if r.language != "fr" or r.word(i - 1) != "le" or not day or not 1 <= day <= 31:
        return None
    if r.word(i + 1) not in ("a", "vers") or i + 2 >= len(r.pieces):
        return None
    hour = r.pieces[i + 2].kind == "time" or (
        r.whole(i + 2) is not None and r.word(i + 3) in ("h", "heure", "heures")
    )
    return day if hour else None


def _part_of_the_day(r: Reader, i: int) -> bool:
    """*in the morning* after an hour."""
    day = ("morning", "afternoon", "evening")
    return r.word(i) == "in" and r.word(i + 1) == "the" and r.word(i + 2) in day


def _past(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*half past three*, *quarter past eight*, *quarter to nine*."""
    shift = {("half", "past"): 30, ("quarter", "past"): 15, ("quarter", "to"): -15}.get(
        (r.word(i), r.word(i + 1))
    )
    hour, minutes = r.whole(i + 2), r.whole(i)
    if r.language == "en" and minutes in (5, 10, 20, 25):  # twenty past four, at ten to nine
        at = r.word(i - 1) in ("at", "around", "about")
        signed = {"past": minutes, "to": -minutes if at else None}.get(r.word(i + 1))
        shift = signed if hour is not None and r.unit(i + 3, r.pieces[i + 2])[0] is None else None
    if shift is None or hour is None or not 1 <= hour <= 12:
        return None
    noon, last = _half_of_the_day(r, i + 3)
    hour = hour if noon is None else hour % 12 + noon
    return [r.quantity(hour * 60 + shift, "min", "time", i, last)], last


def _half_of_the_day(r: Reader, i: int) -> tuple[int | None, int]:
    """*pm*, *in the afternoon* behind a time: (hours to add or None, index after it)."""
    word = r.word(i)
    if word in ("am", "pm"):
        return (12 if word == "pm" else 0), i + 1
    if word in ("a", "p") and r.word(i + 1) == "m":
        return (12 if word == "p" else 0), i + 2
    if _part_of_the_day(r, i):
        return (0 if r.word(i + 2) == "morning" else 12), i + 3
    return None, i


def _hour_and_minutes(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*seven forty-five pm*, *nine thirty in the morning*."""
    hour, minutes = r.whole(i), r.whole(i + 1)
    if r.language != "en" or hour is None or minutes is None:
        return None
    noon, last = _half_of_the_day(r, i + 2)
    if noon is None or not 1 <= hour <= 12 or not 10 <= minutes < 60:
        return None
    return [r.quantity((hour % 12 + noon) * 60 + minutes, "min", "time", i, last)], last


def _less(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*huit heures moins le quart*, *neuf heures moins dix*."""
    hour = r.whole(i)
    if hour is None or r.word(i + 1) not in ("heure", "heures", "h") or r.word(i + 2) != "moins":
        return None
    if r.word(i + 3) == "le" and r.word(i + 4) == "quart":
        return [r.quantity(hour * 60 - 15, "min", "time", i, i + 5)], i + 5
    minutes = r.whole(i + 3)
    if minutes not in (5, 10, 20, 25) or r.unit(i + 4, r.pieces[i + 3])[0] is not None:
        return None
    return [r.quantity(hour * 60 - minutes, "min", "time", i, i + 4)], i + 4


def time_at(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """A time of day at piece ``i``, in hours or in minutes."""
    piece = r.pieces[i]
    if piece.kind == "time":
        return [r.quantity(piece.value, "min", "time", i, i + 1)], i + 1
    told = _past(r, i) or _hour_and_minutes(r, i) or _less(r, i)
    if told:
        return told
    hour = r.whole(i)
    if hour is None or not 0 <= hour <= 24:
        return None
    at = i + 1
    if r.word(at) in ("am", "pm") or (r.word(at) in ("a", "p") and r.word(at + 1) == "m"):
        shift = 12 if r.word(at)[0] == "p" and hour < 12 else 0
        last = at + (1 if len(r.word(at)) == 2 else 2)
        return [r.quantity(hour + shift, "h", "time", i, last)], last
    if _part_of_the_day(r, at) and 1 <= hour <= 12 and r.word(i - 1) in ("at", "around", "about"):
        noon = 12 if r.word(at + 2) != "morning" and hour < 12 else 0
        return [r.quantity(hour + noon, "h", "time", i, at)], at
    if r.word(at) == "o'clock":
        return [r.quantity(hour, "h", "time", i, at + 1)], at + 1
    minute = r.whole(at + 1)
    if (
        r.word(at) in ("heure", "heures")
        and minute
        and 5 <= minute < 60
        and r.unit(at + 2, r.pieces[at + 1])[0] is None
    ):
        return [r.quantity(hour * 60 + minute, "min", "time", i, at + 2)], at + 2
    return None


def month_number(name: str) -> int:
    """1 to 12, of a folded name or abbreviation in either language. Raises KeyError."""
    return _ANY_MONTH[name]


_ANY_MONTH = {name: number for names in _MONTH.values() for name, number in names.items()}
