"""Blood pressures: *155 sur 95*, *142/85*, *one forty over eighty*, *tension quatorze huit*."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from clinical.measures import Reader
from clinical.quantity import Quantity

_PRESSURE = frozenset(
    {"tension", "ta", "pa", "pression", "pressure", "bp", "tensions"}
    | {"automesure", "automesures"}
)


def pressure_at(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*155 sur 95*, *one forty over eighty*, and after *tension*: *14 8*, *quatorze huit*."""
    first = r.number(i)
    if first is None or first.fold:
        return None
    one = first.source == "article"
    if one and r.text[first.start : first.end].lower() != "one":
        return None
    context = r.near(i, _PRESSURE, after=10)
    systolic, at = _spoken_hundreds(r, i)
    half = r.and_a_half(at) if r.language == "fr" else 0
    if half and systolic < 26 and (context or r.word(half) == "sur"):
        systolic, at = systolic + Decimal("0.5"), r.and_a_half(at)  # seize et demi neuf
    systolic_last = at
    link = r.word(at) in ("sur", "over", "/", "on", "-", "par")
    if link:
        at += 1
    second = r.number(at)
    if second is None or (second.source == "article" and r.language == "fr"):
        return _single_pressure(r, i, context)
    diastolic, after = _spoken_hundreds(r, at)
    unit = r.unit(after, second)
    if unit[0] not in (None, "mm[Hg]"):
        return _single_pressure(r, i, context)
    if unit[0] is not None:
        after = unit[2]
    scale = 1
    if second.source != "digits" and r.and_a_half(after):
        diastolic, after = diastolic + Decimal("0.5"), r.and_a_half(after)
    large = 60 <= systolic <= 260 and 30 <= diastolic <= 150 and systolic > diastolic
    if large and not (context or (link and r.word(at - 1) in ("sur", "over", "/"))):
        large = False
    # Impossible, and said: kept in its order, so that halves that were swapped are seen.
    large = large or (context and link and 30 <= systolic <= 260 and 30 <= diastolic <= 260)
    small = 7 <= systolic <= 25 and 3 <= diastolic <= 15 and systolic > diastolic
    # "treize et demi sur huit" is no score: more than its whole.
    spoken = r.word(at - 1) == "sur" and systolic >= 9
    spoken = spoken and not (diastolic == 10 and r.near(i, _PAIN))  # une douleur à 12 sur 10
    slashed = link and r.word(at - 1) == "/" and r.word(i - 1) == "a"  # vous étiez à 15/8
    had = not link and first.source == second.source == "words"
    had = (had or slashed) and _had(r, i, after)
    if (
        small
        and (context or spoken or (had and systolic >= 9 and systolic - diastolic >= 3))
        and r.language == "fr"
        and unit[0] is None
    ):
        scale = 10
    elif not large or (r.word(at - 1) == "-" and not context):
        return _single_pressure(r, i, context)
    quantities_ = [
        replace(
            r.quantity(systolic * scale, "mm[Hg]", "blood_pressure", i, systolic_last),
            part="systolic",
        ),
        replace(
            r.quantity(diastolic * scale, "mm[Hg]", "blood_pressure", at, after), part="diastolic"
        ),
    ]
    return quantities_, after


_PAIN = frozenset({"douleur", "douleurs", "eva", "cotee", "cote", "cotez", "mal", "note"})
_HAD = frozenset({"avais", "avait", "avez", "aviez", "ai", "as", "avoir", "trouve", "retrouve"})
_MOVED = frozenset(
    {"monte", "montee", "descendu", "redescendu", "passe", "etais", "etait", "etiez"}
)
_TESTED = frozenset(
    {"hemoglobine", "hb", "glycemie", "potassium", "kaliemie", "inr", "hba1c", "calcium", "dextro"}
    | {"crp", "tsh", "creatinine", "albumine", "ferritine", "psa", "ph", "ldl", "hdl", "acuite"}
)


def _had(r: Reader, i: int, after: int) -> bool:
    """*J'avais quinze neuf*, *monté à dix-huit dix*: a pressure, when no test is named."""
    if r.unit(after, r.pieces[after - 1])[1] != "bare" or r.number(after):
        return False
    led = r.word(i - 1) in _HAD or (r.word(i - 1) == "a" and r.word(i - 2) in _MOVED)
    return led and r.word(after) not in ("fois", "ou", "a", "x") and not r.near(i, _TESTED)


def _spoken_hundreds(r: Reader, i: int) -> tuple[Decimal, int]:
    """*one forty* is 140 and *one oh five* 105; any other number is itself: (value, next index)."""
    piece = r.pieces[i]
    hundreds = int(piece.value)
    if r.language != "en" or hundreds not in (1, 2) or piece.source == "digits":
        return piece.value, i + 1
    if r.word(i + 1) in ("oh", "o") and r.whole(i + 2) is not None:
        return hundreds * 100 + r.pieces[i + 2].value, i + 3
    if 10 <= (r.whole(i + 1) or 0) <= 99:
        return hundreds * 100 + r.pieces[i + 1].value, i + 2
    return piece.value, i + 1


def _single_pressure(r: Reader, i: int, context: bool) -> tuple[list[Quantity], int] | None:
    """*dix-sept de tension*, *tension à 17*: the systolic alone, French scale."""
    if r.pieces[i].source == "article":
        return None
    value = r.pieces[i].value
    if not context or r.language != "fr" or not 7 <= value <= 25:
        return None
    led = r.word(i - 1) in ("a", "tension") and r.near(i, _PRESSURE, after=0, before=4)
    trailed = r.word(i + 1) == "de" and r.word(i + 2) in _PRESSURE
    ranged = r.word(i + 1) in ("et", "a", "-") and r.word(i + 3) == "de"
    trailed = trailed or (ranged and r.word(i + 4) in _PRESSURE)  # entre 12 et 14 de tension
    if not (led or trailed) or r.unit(i + 1, r.pieces[i])[0] is not None:
        return None
    last = i + 1
    if r.and_a_half(last):
        value, last = value + Decimal("0.5"), r.and_a_half(last)
    found = r.quantity(value * 10, "mm[Hg]", "blood_pressure", i, last)
    return [replace(found, part="systolic")], last
