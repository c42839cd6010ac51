"""The unit behind a number: a word, a ratio (*/kg/min*), a rate (*times a day*)."""

from __future__ import annotations

from clinical.compound_units import (
    cells_per_volume,
    compound_unit,
    power_of_ten,
    prefixed,
    seconds,
)
from clinical.divisors import ADVERBS, DENOMINATORS, PER_TIME, PERIOD
from clinical.number_pieces import Piece
from clinical.piece_reader import PieceReader
from clinical.quantity import QuantityKind
from clinical.units import FORMS, singular, unit_of

_EVENTS = frozenset(
    {"battement", "pulsation", "cycle", "mouvement", "respiration", "beat", "breath"}
    | {"evenement", "event", "apnee", "apnea", "apnoea"}
)
_BETWEEN = frozenset(
    {"petit", "petite", "gro", "gros", "bon", "bonne", "autre", "dernier", "derniere", "prochain"}
    | {"prochaine", "premier", "premiere", "full", "whole", "good", "long", "more", "other", "last"}
    | {"solid", "small", "extra", "first", "next"}
)
_WHEN = frozenset({"before", "after", "ago", "or", "later", "earlier", "prior"})
"""*3 mg an hour before bed* is no rate."""
_WHICH = frozenset({"derniere", "passee", "prochaine", "meme", "precedente", "dernier", "prochain"})
_SMOKES = frozenset(
    {"tabac", "tabagisme", "fume", "fumeur", "fumeuse", "sevre", "sevree", "cigarette"}
    | {"cigarettes"}
)


class UnitReader(PieceReader):
    """What unit follows a number, in UCUM."""

    def unit(self, i: int, piece: Piece) -> tuple[str | None, QuantityKind, int]:
        """(UCUM or None, kind, index after it) of what follows a number."""
        at = i
        if self.word(at) in ("pour", "per") and self.whole(at + 1) == 100:
            return "%", "percentage", at + 2
        if self.word(at) == "per" and self.word(at + 1) == "cent":
            return "%", "percentage", at + 2
        found = power_of_ten(self, at) or seconds(self, at)
        if found:
            return found
        times = self.times(at)
        if times:
            return times[0], "frequency", times[1]
        if (
            self.word(at) == "-"
            and self.touching(at)
            and self.word(at + 1)
            and self.touching(at - 1)
        ):
            at += 1  # 47-year-old, 5-day course
        skipped = at
        linked = (piece.source == "about" or piece.value >= 1_000_000) and self.word(at) in (
            "de",
            "d'",
            "of",
        )
        article = self.number(at + 1)
        if piece.value < 1 and self.word(at) == "of" and article and article.source == "article":
            skipped = at + 2  # point five of a milligram
        elif linked or singular(self.word(at)) in _BETWEEN:
            skipped = at + 1
        for place in dict.fromkeys((at, skipped)):
            found = self.unit_word(place)
            if found:
                return found
        cells = cells_per_volume(self, at)
        if cells:
            return "/mm3", "measure", cells
        period = self.per(at + 1 if singular(self.word(at)) in _EVENTS else at)
        which = self.word(at) in ("la", "le") and self.word(at + 2) in _WHICH
        if period and not which:  # treize neuf la semaine dernière
            return f"/{period[0]}", "count" if period[0] != "min" else "rate", period[1]
        return None, "bare", i

    def unit_word(self, at: int) -> tuple[str, QuantityKind, int] | None:
        word = self.word(at)
        if not word:
            return None
        compound = compound_unit(self, at)
        if compound:
            return compound
        if word == "°" or word in ("degres", "degre", "degrees", "degree"):
            following = self.word(at + 1)
            if following in ("c", "celsius"):
                return "Cel", "temperature", at + 2
            if following in ("f", "fahrenheit"):
                return "[degF]", "temperature", at + 2
            hot = self.number(at - 1)
            unit = "[degF]" if hot and 90 <= hot.value <= 110 else "Cel"
            return unit, "temperature", at + 1
        hot = self.number(at - 1)
        if word == "f" and hot and 94 <= hot.value <= 108:
            return "[degF]", "temperature", at + 1
        if word == "pa" and self.near(at, _SMOKES) and self.text[self.pieces[at].start] == "P":
            return "{pack-year}", "count", at + 1
        if word == "c" and self.text[self.pieces[at].start] == "C":
            return "Cel", "temperature", at + 1
        joined = prefixed(self, at)
        spelled = unit_of(word, self.language)
        if word == "u" and self.text[self.pieces[at].start] == "U":
            spelled = "[IU]", "dose"  # 112 U/L
        found = joined or ((*spelled, at + 1) if spelled else None)
        if not found or (word == "a" and self.language == "fr"):
            return None
        code, kind, last = found
        at = last - 1
        if kind in ("dose", "measure") or code in FORMS or code == "{U}":
            oxygen = self.word(at + 1) in ("d'", "of", "de")
            oxygen = code == "L" and oxygen and self.word(at + 2) in ("oxygene", "oxygen", "o2")
            ratio = self.denominator(at + (3 if oxygen else 1), code)
            if ratio:
                return f"{code}/{ratio[0]}", _ratio_kind(ratio[0]), ratio[1]
        if code == "mol" and singular(word) == "mole":
            return None  # on the skin
        return code, quantity_kind(kind), at + 1

    def denominator(self, i: int, code: str = "") -> tuple[str, int] | None:
        """*/kg*, *par kilo et par jour*, *per metre squared*, *litres a minute*: the divisors."""
        if code in ("L", "mL") and singular(self.word(i)) == "minute":
            return "min", i + 1  # trois litres minute
        if code == "mL" and self.language == "fr" and self.word(i) == "heure":
            return "h", i + 1
        article = self.number(i)
        a = article is not None and article.source == "article" and self.language == "en"
        word = singular(self.word(i + 1))
        if a and (word not in ("minute", "hour") or self.word(i + 2) in _WHEN):
            return None
        if not a and self.word(i) not in ("/", "par", "per"):
            return None
        first, at = DENOMINATORS.get(word), i + 2
        squared = word in ("metre", "meter") and self.word(at) in ("carre", "squared", "square")
        if squared or (word == "square" and singular(self.word(at)) in ("metre", "meter")):
            first, at = "m2", at + 1
        if first is None:
            return None
        if first in ("kg", "m2"):
            return self.each(first, at)
        if first == "min" and self.word(at) == "/" and self.number(at + 1):
            area = self.word(at + 2)  # a clearance, by the surface of a body
            return (first, at + 3) if area in ("m2", "m²") else (first, at)
        return first, at

    def each(self, first: str, at: int) -> tuple[str, int]:
        """*et par jour*, */min*, *a day* after the first divisor."""
        k = at + 1 if self.word(at) in ("et", "and") else at
        article = self.number(k)
        a = article is not None and article.source == "article" and self.language == "en"
        if a or self.word(k) in ("/", "par", "per"):
            time = PER_TIME.get(singular(self.word(k + 1)))
            if time:
                return f"{first}/{time}", k + 2
        return first, at

    def times(self, i: int) -> tuple[str | None, int] | None:
        """*fois (par jour)*, *times (a day)*, *x/j*: (unit, index after it)."""
        word = self.word(i)
        if word in ("fois", "times", "time", "prises", "prise", "x"):
            period = self.per(i + 1)
            if period:
                return f"/{period[0]}", period[1]
            return (None, i + 1) if word != "x" else None
        if word in ("daily", "weekly", "monthly", "nightly"):
            return "/" + {"daily": "d", "nightly": "d", "weekly": "wk", "monthly": "mo"}[
                word
            ], i + 1
        return None

    def per(self, i: int) -> tuple[str, int] | None:
        """*par jour*, *a day*, *dans la semaine*, */j*, *daily*: (UCUM, index after it)."""
        word = self.word(i)
        if word in ADVERBS:
            return ADVERBS[word][1], i + 1
        at = i + 1
        article = self.number(i)
        if word == "dans" and self.word(at) in ("la", "le", "l'"):
            at += 1
        elif word in ("le", "la", "l'") and self.language == "fr":
            if self.word(at) not in ("jour", "semaine"):
                return None
        elif not (
            word in ("par", "/", "per", "each", "every", "chaque", "in", "during")
            or (article and article.source == "article" and self.language == "en")
        ):
            return None
        if word == "in" and self.number(at) is None:
            return None
        if word == "in":
            at += 1
        code = PERIOD.get(self.word(at)) or PERIOD.get(singular(self.word(at)))
        if self.whole(at) == 24 and PERIOD.get(singular(self.word(at + 1))) == "h":
            return "d", at + 2
        return ("d" if code == "night" else code, at + 1) if code else None


def _ratio_kind(divisor: str) -> QuantityKind:
    return "rate" if divisor.endswith(("min", "h")) else "measure"


def quantity_kind(kind: str) -> QuantityKind:
    """A kind of the table of units is one of a quantity."""
    return kind  # type: ignore[return-value]
