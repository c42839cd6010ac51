"""Units that are said in several words or written with a power of ten.

*Centimètres carrés*, *millimetres of mercury*, *milli-unités*, *kg/m²*, *G/L*, *x10^9/L*.
"""

from __future__ import annotations

import re

from clinical.piece_reader import PieceReader
from clinical.quantity import QuantityKind
from clinical.units import UNITS, singular, unit_of

Found = tuple[str, QuantityKind, int]
"""(UCUM, kind, index after it)."""

_PREFIXES = ("milli", "micro", "nano", "pico", "femto", "centi", "deci", "kilo")
_SQUARED = frozenset({"carre", "carres", "squared"})
_CUBED = frozenset({"cube", "cubes", "cubed"})
_POWER = re.compile(
    r"\s*(?:[x×*]\s*10\s*(?:[\^*]|e)?\s*(?P<power>9|12|⁹|¹²)|[x×*]?\s*e\s*(?P<e>9|12))\s*/\s*l\b",
    re.IGNORECASE,
)
_POWERS = {"⁹": "9", "¹²": "12"}
_CELLS = frozenset(
    {"plaquettes", "pnn", "leucocytes", "leucos", "leuco", "gb", "blancs", "polynucleaires"}
    | {"neutrophiles", "eosinophiles", "basophiles", "lymphocytes", "monocytes", "reticulocytes"}
    | {"platelets", "plt", "leukocytes", "wbc", "neutrophils", "eosinophils", "basophils"}
)
_PACK_YEARS = {
    "paquets": ("annee", "annees"),
    "paquet": ("annee", "annees"),
    "pack": ("year", "years"),
    "packs": ("year", "years"),
}


def compound_unit(r: PieceReader, at: int) -> Found | None:
    """The unit of several words at piece ``at``; its divisor, if it takes one, is read after it."""
    rules = (_power, _giga, _squared, _height_of, _mercury, _index, _pack_years)
    return next((found for found in (rule(r, at) for rule in rules) if found), None)


def prefixed(r: PieceReader, at: int) -> tuple[str, str, int] | None:
    """*milli grammes*, *milli-unités*: (UCUM, kind of the table of units, index after it)."""
    if r.word(at) not in _PREFIXES:
        return None
    last = at + 1 + (r.word(at + 1) == "-")
    joined = r.word(at) + r.word(last)
    if joined not in UNITS and singular(joined) not in UNITS:
        return None
    found = unit_of(joined, r.language)
    return (*found, last + 1) if found else None


def cells_per_volume(r: PieceReader, at: int) -> int:
    """The index after *par millimètre cube*, *per cubic millimetre*, */mm3*, or 0."""
    if r.word(at) not in ("/", "par", "per"):
        return 0
    if r.word(at + 1) in ("mm3", "mm³"):
        return at + 2
    millimetre = ("millimetre", "millimeter", "mm")
    if singular(r.word(at + 1)) in millimetre and r.word(at + 2) in _CUBED:
        return at + 3
    if r.word(at + 1) == "cubic" and singular(r.word(at + 2)) in millimetre:
        return at + 3
    return 0


def power_of_ten(r: PieceReader, at: int) -> Found | None:
    """*times ten to the nine per litre*, *fois dix puissance neuf par litre*."""
    if r.word(at) not in ("times", "fois") or r.whole(at + 1) != 10:
        return None
    k = at + 2
    while r.word(k) in ("to", "the", "power", "of", "puissance", "a", "la"):
        k += 1
    power = r.pieces[k].value if k < len(r.pieces) and r.pieces[k].kind != "word" else 0
    litre = r.word(k + 1) in ("per", "par", "/", "a")
    if power not in (9, 12) or not litre or singular(r.word(k + 2)) not in ("litre", "liter", "l"):
        return None
    return f"10*{power}/L", "measure", k + 3


def seconds(r: PieceReader, at: int) -> Found | None:
    """*a three second pause*: the ordinal is a unit behind a number."""
    if r.language != "en" or at >= len(r.pieces) or r.pieces[at].kind != "ordinal":
        return None
    here = r.pieces[at]
    noun = r.word(at + 1) in ("pause", "pauses", "gap", "run", "count", "delay", "episode", "spell")
    second = r.text[here.start : here.end].lower() == "second" and r.whole(at - 1) is not None
    return ("s", "duration", at + 1) if second and noun else None


def _power(r: PieceReader, at: int) -> Found | None:
    """*14.2 x 10^9/L*."""
    if not 0 < at < len(r.pieces):
        return None
    match = _POWER.match(r.text, r.pieces[at - 1].end)
    if match is None:
        return None
    said = match["power"] or match["e"]
    power = _POWERS.get(said, said)
    last = at
    while last < len(r.pieces) and r.pieces[last].end <= match.end():
        last += 1
    return f"10*{power}/L", "measure", last


def _giga(r: PieceReader, at: int) -> Found | None:
    """*90 G/L* of platelets: a billion a litre; *g/L* and a *G/L* of sugar are grams."""
    word = r.word(at)
    litre = r.word(at + 1) in ("/", "par", "per") and singular(r.word(at + 2)) in (
        "l",
        "litre",
        "liter",
    )
    if not litre:
        return None
    capital = word == "g" and r.text[r.pieces[at].start] == "G"
    if singular(word) == "giga" or (capital and r.near(at, _CELLS, after=0, before=6)):
        return "10*9/L", "measure", at + 3
    return None


def _squared(r: PieceReader, at: int) -> Found | None:
    """*centimètres carrés*, *square centimetres*."""
    before = r.word(at) == "square"
    found = unit_of(r.word(at + before), r.language) if r.word(at + before) else None
    if found is None or found[1] != "length" or not (before or r.word(at + 1) in _SQUARED):
        return None
    return f"{found[0]}2", "measure", at + 2


def _height_of(r: PieceReader, at: int) -> Found | None:
    """*millimètres de mercure*, *centimetres of water*; *mm/h*, *mm à la première heure*."""
    found = unit_of(r.word(at), r.language) if r.word(at) else None
    if found is None or found[0] not in ("mm", "cm"):
        return None
    if r.word(at + 1) in ("de", "of", "d'"):
        if found[0] == "mm" and r.word(at + 2) in ("mercure", "mercury"):
            return "mm[Hg]", "blood_pressure", at + 3
        if found[0] == "cm" and r.word(at + 2) in ("eau", "water"):
            return "cm[H2O]", "measure", at + 3
        return None
    hour = ("h", "hr", "heure", "hour")
    article = r.number(at + 1)
    an = article is not None and article.source == "article" and r.language == "en"
    if found[0] == "mm" and (an or r.word(at + 1) in ("/", "par", "per", "in")):
        first = at + 2 + (r.word(at + 1) == "in" and r.word(at + 2) == "the")
        first += first < len(r.pieces) and r.pieces[first].kind == "ordinal"
        return ("mm/h", "measure", first + 1) if r.word(first) in hour else None
    if found[0] == "mm" and r.word(at + 1) == "a" and r.word(at + 2) in ("la", "l'"):
        nth = at + 3 < len(r.pieces) and r.pieces[at + 3].kind == "ordinal"
        first = at + 3 + nth
        return ("mm/h", "measure", first + 1) if r.word(first) in hour else None
    return None


def _index(r: PieceReader, at: int) -> Found | None:
    """*kg/m²*, *kilos par mètre carré*, *kg per square metre*."""
    found = unit_of(r.word(at), r.language) if r.word(at) else None
    if found is None or found[0] != "kg" or r.word(at + 1) not in ("/", "par", "per"):
        return None
    metre = ("m", "metre", "meter")
    if r.word(at + 2) in ("m2", "m²"):
        return "kg/m2", "measure", at + 3
    squared = singular(r.word(at + 2)) in metre and r.word(at + 3) in _SQUARED | {"square"}
    square = r.word(at + 2) == "square" and singular(r.word(at + 3)) in metre
    return ("kg/m2", "measure", at + 4) if squared or square else None


def _mercury(r: PieceReader, at: int) -> Found | None:
    """*mm Hg*, *cm de mercure*: pressures are said in both."""
    if r.word(at) not in ("mm", "millimetres", "millimetre", "cm", "centimetres"):
        return None
    last = at + 1 + (r.word(at + 1) == "de")
    mercury = r.word(last) == "hg" or (last > at + 1 and r.word(last) == "mercure")
    return ("mm[Hg]", "blood_pressure", last + 1) if mercury else None


def _pack_years(r: PieceReader, at: int) -> Found | None:
    """*quinze paquets-année*, *pack years*."""
    last = at + 1 + (r.word(at + 1) == "-")
    if r.word(last) in _PACK_YEARS.get(r.word(at), ()):
        return "{pack-year}", "count", last + 1
    return None
