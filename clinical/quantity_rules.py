"""The rules that read quantities, in the order they are tried at each place of a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from clinical.dates import MONTH_NAMES, date_at, time_at
from clinical.labels import REPEATS, label_at
from clinical.measures import ADVERBS, PERIOD, SHARES, Measure, Reader
from clinical.number_pieces import ARTICLES, NUMBER_WORDS
from clinical.pressure import pressure_at
from clinical.quantity import Quantity, QuantityKind
from clinical.signs import concentration, implied
from clinical.text import fold, tokens
from clinical.units import FORMS, TIMES, singular, unit_of

_LATIN = {"od": 1, "bd": 2, "bid": 2, "bds": 2, "tds": 3, "tid": 3, "qds": 4, "qid": 4}
_FEVER = frozenset(
    {"fievre", "temperature", "temperatures", "temp", "febrile", "fever", "thermometre", "celsius"}
)
_PULSE = frozenset({"pouls", "pulse", "frequence", "fc", "rate", "hr", "bpm"})
_GRADES = frozenset(
    {"grade", "stade", "type", "stage", "ps", "oms", "ecog", "nyha", "niveau", "classe", "class"}
)
_DRINKS = frozenset({"alcohol", "drink", "drinks", "drinking", "wine", "beer"})
_RANGE = frozenset({"a", "ou", "or", "to", "-", "–", "—", "jusqu'a"})
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}

Rule = Callable[[Reader, int], "tuple[list[Quantity], int] | None"]
"""At a piece: (what was found, index after it), or None."""


def _out_of(r: Reader, i: int) -> tuple[int, int] | None:
    """*sur 10*, */10*, *out of ten*: (what a score is out of, index after it)."""
    at = i + 2 if r.word(i) == "out" and r.word(i + 1) == "of" else i + 1
    if at == i + 1 and r.word(i) not in ("/", "sur"):
        return None
    highest = r.whole(at)
    if not highest or highest > 100 or r.unit(at + 1, r.pieces[at])[0]:
        return None
    return highest, at + 1


def _score(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*7/10*, *sept sur dix*, *seven out of ten*."""
    low = r.number(i)
    out_of = _out_of(r, i + 1)
    if low is None or low.source == "article" or not out_of or low.value > out_of[0]:
        return None
    return [r.quantity(low.value, f"{{/{out_of[0]}}}", "score", i, out_of[1])], out_of[1]


def _alternate(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*un jour sur deux*, *every other day*: every two days."""
    if r.word(i + 1) == "jour" and r.word(i + 2) == "sur" and r.whole(i + 3):
        return [r.quantity(r.pieces[i + 3].value, "d", "duration", i, i + 4)], i + 4
    if r.word(i) == "every" and r.word(i + 1) == "other" and r.word(i + 2) in ("day", "week"):
        unit = PERIOD[r.word(i + 2)]
        return [r.quantity(2, unit, "duration", i, i + 3)], i + 3
    return None


def _implicit_frequency(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*tous les jours*, *matin et soir*, *daily*, *twice a day*, *bid*."""
    word = r.word(i)
    if word in ("once", "twice", "thrice"):
        value = {"once": 1, "twice": 2, "thrice": 3}[word]
        period = r.per(i + 1)
        if period is None and word == "once":
            return None
        unit, last = (f"/{period[0]}", period[1]) if period else (None, i + 1)
        return [r.quantity(value, unit, "frequency", i, last)], last
    if word in _LATIN and (word not in ("od", "bd") or r.number(i - 1) or r.word(i - 1)):
        if r.language == "fr":
            return None
        return [r.quantity(_LATIN[word], "/d", "frequency", i, i + 1)], i + 1
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


def _grade(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*grade 2*, *stade IV*, *diabète de type deux*."""
    if r.word(i) not in _GRADES:
        return None
    value = r.whole(i + 1)
    roman = _ROMAN.get(r.word(i + 1))
    if roman and r.text[r.pieces[i + 1].start].isupper():
        value = roman
    article = r.number(i + 1)
    if article and article.source == "article" and r.text[article.start].lower() in "uo":
        value = 1  # type un, grade one
    if value is None or r.unit(i + 2, r.pieces[i + 1])[0] is not None:
        return None
    return [r.quantity(value, None, "ordinal", i + 1, i + 2)], i + 2


def _temperature(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*trente-huit cinq*, *39 de fièvre*, *fever stays above thirty nine*, *38°5*."""
    piece = r.number(i)
    if piece is None or piece.source == "article":
        return None
    degrees, at = piece.value, i + 1
    context = r.near(i, _FEVER)
    if context and 34 <= degrees <= 42 and r.language == "fr" and r.and_a_half(at):
        half, at = degrees + Decimal("0.5"), r.and_a_half(at)
        return [r.quantity(half, "Cel", "temperature", i, at)], at
    tenth = r.whole(at)
    if (
        34 <= degrees <= 42
        and degrees == int(degrees)
        and tenth is not None
        and tenth <= 9
        and (context or (piece.source == r.pieces[at].source == "words" and r.language == "fr"))
        and r.unit(at + 1, r.pieces[at])[0] in (None, "Cel")
        and not r.number(at + 1)
    ):
        unit, _, last = r.unit(at + 1, r.pieces[at])
        last = last if unit else at + 1
        value = degrees + Decimal(tenth) / 10
        return [r.quantity(value, "Cel", "temperature", i, last)], last
    if not context or r.unit(at, piece)[0] is not None or r.word(at) in ("a", "to", "ou", "or"):
        return None
    if r.word(at) in ("sur", "over", "/"):
        return None
    if 34 <= degrees <= 43:
        return [r.quantity(degrees, "Cel", "temperature", i, at)], at
    if r.language == "en" and 94 <= degrees <= 108:
        return [r.quantity(degrees, "[degF]", "temperature", i, at)], at
    return None


def _measured(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """A number with or without a unit, or a range of them: *deux à trois jours*, *5-10 mg*."""
    measures = []
    found = r.measure(i) or _one_or_more(r, i)
    while found:
        measures.append(found)
        at = _range_link(r, measures)
        found = r.measure(at) if at else None
        if found and not _continues(measures[-1], found, r.word(at - 1) == ","):
            found = None
    if not measures:
        return None
    result: list[Quantity] = []
    out_of = _out_of(r, measures[-1].last) if len(measures) > 1 else None
    for k, measure in enumerate(measures):
        unit, kind = measure.unit, measure.kind
        if out_of:
            unit, kind = f"{{/{out_of[0]}}}", "score"
        if unit is None and len(measures) > 1:
            unit, kind = next(((m.unit, m.kind) for m in measures[k:] if m.unit), (unit, kind))
        part: Literal["", "systolic", "diastolic"] = ""
        value = measure.value
        sign = implied(r, measure.first, measure.last, value) if kind == "bare" else None
        if sign:
            value, unit, kind, part = sign.value, sign.unit, sign.kind, sign.part
        if unit == "g":
            unit, kind = _of_litres(r, measure)
        if unit is None and kind == "bare" and r.word(measure.first - 1) in ("aged", "age"):
            unit, kind = "a", "age"
        if unit == "[IU]" and _units_of_alcohol(r, measure):
            unit, kind = "{unit}", "count"
        pulse = unit is None and r.near(measure.first, _PULSE, after=0, before=4)
        if pulse and 30 <= measure.value <= 250:
            unit, kind = "/min", "rate"
        quantity = r.quantity(value, unit, kind, measure.first, measure.last)
        quantity = replace(quantity, part=part)
        weak = measure.source == "article" and unit in FORMS and measure.value == 1
        if len(measures) == 2:
            quantity = replace(quantity, part="low" if k == 0 else "high")
        result.append(replace(quantity, weak=weak))
    return result, out_of[1] if out_of else measures[-1].last


def _of_litres(r: Reader, measure: Measure) -> tuple[str, QuantityKind]:
    litres = concentration(r, measure.first)
    return (litres, "measure") if litres else ("g", measure.kind)


def _units_of_alcohol(r: Reader, measure: Measure) -> bool:
    """*Fourteen units a week*: nobody injects by the week, and nobody drinks thousands."""
    weekly = r.per(measure.last)
    of_alcohol = r.word(measure.last) == "of" and r.word(measure.last + 1) == "alcohol"
    drinks = r.near(measure.first, _DRINKS)
    week = weekly is not None and weekly[0] == "wk" and measure.value <= 300
    return r.language == "en" and (of_alcohol or drinks or week)


def _one_or_more(r: Reader, i: int) -> Measure | None:
    """The article that opens a range: *un ou deux jours*, *one to two weeks*."""
    piece = r.number(i)
    if piece is None or piece.source != "article" or r.word(i + 1) not in _RANGE:
        return None
    high = r.measure(i + 2)
    if high is None or high.unit is None or high.source == "article" or high.value > 4:
        return None
    return Measure(piece.value, None, "bare", i, i + 1, "words", i + 1)


_SHARES = {52: "wk", 7: "d", 12: "mo"}
_OF_TIME = frozenset({"hx", "history", "for", "since", "ago", "over", "last", "past", "within"})


def _fraction(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*1/2 comprimé* is not a score."""
    return _measured(r, i) if r.fraction(i) else None


def _share_of_time(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
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


def _range_link(r: Reader, measures: list[Measure]) -> int:
    """The index of the number that a range goes on to, or 0."""
    at = measures[-1].last
    word = r.word(at)
    if word in _RANGE:
        return at + 1
    if word in ("et", "and"):
        between = {r.word(measures[0].first - 1), r.word(measures[0].first - 2)}
        return at + 1 if between & {"entre", "between"} else 0
    if word in (",", "/") and measures[-1].unit is None and word == ",":
        return at + 1
    if measures[-1].unit is None and measures[-1].source != "article" and r.number(at):
        return at  # deux trois jours
    return 0


def _continues(low: Measure, high: Measure, comma: bool) -> bool:
    """Whether two numbers make one range: growing, and of one unit."""
    if high.source == "article" or (low.unit is not None and low.unit != high.unit):
        return False
    linked = high.first > low.last and not comma
    if not linked and (high.unit not in TIMES | FORMS or high.value > 3 * low.value):
        return False
    return high.value > low.value and (high.unit is not None or high.source == low.source)


def _fortnight(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*a fortnight*."""
    if r.language != "en" or r.word(i) != "fortnight":
        return None
    return [r.quantity(2, "wk", "duration", i, i + 1)], i + 1


_EVERY = re.compile(r"q(\d{1,2})h")


def _every_hours(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*q12h*."""
    match = _EVERY.fullmatch(r.word(i))
    if match is None:
        return None
    return [r.quantity(int(match[1]), "h", "duration", i, i + 1)], i + 1


def _ordinal(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    piece = r.pieces[i]
    if piece.kind != "ordinal":
        return None
    said = r.text[piece.start : piece.end]
    adverb = r.word(i - 1) in ("at", "en", "au", "d'") or r.word(i + 1) in ("of", "thing", ",")
    if piece.value <= 2 and not said[0].isdigit() and adverb:
        return [], i + 1
    if fold(said) in ("secondes", "seconds") or (fold(said)[:6] == "second" and r.number(i - 1)):
        return [], i + 1  # of a minute
    found = r.quantity(piece.value, None, "ordinal", i, i + 1)
    return [replace(found, weak=piece.value <= 2)], i + 1


RULES: tuple[Rule, ...] = (
    label_at,
    date_at,
    time_at,
    pressure_at,
    _alternate,
    _fortnight,
    _every_hours,
    _implicit_frequency,
    _grade,
    _temperature,
    _fraction,
    _share_of_time,
    _score,
    _measured,
    _ordinal,
)


_OPENERS = (
    MONTH_NAMES
    | SHARES
    | _GRADES
    | _LATIN.keys()
    | ADVERBS.keys()
    | {"once", "twice", "thrice", "tous", "toutes", "chaque", "every", "each", "matin", "morning"}
    | {"fortnight", ",", "+", "(", "*"}  # *: digits with points, as in a telephone number
    | REPEATS
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
    if _EVERY.fullmatch(piece.fold):
        return True
    return piece.fold in _OPENERS or r.word(i + 1) == "jour"  # "un jour sur deux"
