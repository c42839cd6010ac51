"""A number and its unit, read from the pieces of a text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from clinical.number_pieces import Piece, pieces
from clinical.quantity import Quantity, QuantityKind
from clinical.text import checked
from clinical.units import FORMS, TIMES, UNITS, singular, unit_of

_PERIODS = {
    "d": "j jr jour journee d day jours",
    "wk": "semaine sem week wk",
    "mo": "mois month",
    "a": "an annee year",
    "h": "h heure hour",
    "min": "min mn minute",
    "night": "nuit night",
}
PERIOD = {word: code for code, words in _PERIODS.items() for word in words.split()}
ADVERBS = {
    "daily": (1, "d"),
    "weekly": (1, "wk"),
    "monthly": (1, "mo"),
    "yearly": (1, "a"),
    "annually": (1, "a"),
    "hourly": (1, "h"),
    "nightly": (1, "d"),
    "quotidien": (1, "d"),
    "quotidienne": (1, "d"),
    "quotidiennement": (1, "d"),
    "hebdomadaire": (1, "wk"),
    "mensuel": (1, "mo"),
    "mensuelle": (1, "mo"),
}
_DENOMINATORS = {
    "kg": "kg",
    "kilo": "kg",
    "kilogramme": "kg",
    "kilogram": "kg",
    "ml": "mL",
    "millilitre": "mL",
    "l": "L",
    "litre": "L",
    "liter": "L",
    "dl": "dL",
    "m2": "m2",
    "mm3": "mm3",
    "min": "min",
    "minute": "min",
    "mmol": "mmol",
    "mol": "mol",
    "mil": "mL",
    "h": "h",
    "heure": "h",
    "hour": "h",
    "hr": "h",
}
_PER_TIME = {"min": "min", "minute": "min", "mn": "min", "h": "h", "heure": "h", "hour": "h"}
_PER_TIME |= {"j": "d", "jour": "d", "day": "d", "d": "d"}
"""The second divisor, after /kg or /m2; a dose a day is the dose."""
_EVENTS = frozenset(
    {"battement", "pulsation", "cycle", "mouvement", "respiration", "beat", "breath"}
)
_BETWEEN = frozenset(
    {"petit", "petite", "gro", "gros", "bon", "bonne", "autre", "dernier", "derniere", "prochain"}
    | {"prochaine", "premier", "premiere", "full", "whole", "good", "long", "more", "other", "last"}
    | {"solid", "small", "extra", "first", "next"}
)
_COMPOUND = {"[ft_i]": (12, "[in_i]"), "[stone_av]": (14, "[lb_av]"), "[lb_av]": (16, "[oz_av]")}
_TESTS = frozenset(
    {"sodium", "glucose", "sugar", "sugars", "cholesterol", "creatinine", "ferritin"}
    | {"platelets", "pulse", "rate"}
)
_SMOKES = frozenset(
    {"tabac", "tabagisme", "fume", "fumeur", "fumeuse", "sevre", "sevree", "cigarette"}
    | {"cigarettes"}
)
_AGO = frozenset({"ago", "later", "now", "back", "or", "old", "maximum", "earlier", "apart", "of"})
_SPAN = frozenset(
    {"for", "in", "about", "over", "after", "within", "than", "half", "nearly", "almost", "under"}
    | {"around", "roughly", "only", "last", "past", "every", "until", "another", "like", "maybe"}
    | {"depuis", "pendant", "a", "dans", "pour", "durant", "apres", "sous", "en", "que", "de", "d'"}
    | {"environ", "pres", "chaque", "voila", "fait", "avant", "deja", "presque", "encore", "et"}
)

_SHARE = {"demi": "0.5", "demie": "0.5", "½": "0.5", "¼": "0.25", "¾": "0.75"}
_SHARE |= {"half": "0.5", "quart": "0.25", "quarter": "0.25", "moitie": "0.5"}
_SHARE |= {"quarts": "0.25", "quarters": "0.25"}
SHARES = frozenset(_SHARE)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit, between two indexes of pieces."""

    value: Decimal
    unit: str | None
    kind: QuantityKind
    first: int
    last: int
    """Index after the last piece."""
    source: str
    number_last: int
    """Index after the number itself, without its unit."""


class Reader:
    """The pieces of one text, and what a number with its unit is among them."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.language = checked(language)
        self.pieces = pieces(text, language)

    # Looking at pieces.

    def word(self, i: int) -> str:
        """The folded word or sign at ``i``, or an empty string."""
        if 0 <= i < len(self.pieces) and self.pieces[i].kind in ("word", "sign"):
            return self.pieces[i].fold
        return ""

    def number(self, i: int) -> Piece | None:
        if 0 <= i < len(self.pieces) and self.pieces[i].kind == "number":
            return self.pieces[i]
        return None

    def whole(self, i: int) -> int | None:
        """An integer that was really said: no article."""
        piece = self.number(i)
        if piece is None or piece.source == "article" or piece.value != int(piece.value):
            return None
        return int(piece.value)

    def touching(self, i: int) -> bool:
        """Whether pieces ``i`` and ``i + 1`` have no space between them."""
        return i + 1 < len(self.pieces) and self.pieces[i].end == self.pieces[i + 1].start

    def near(self, i: int, words: frozenset[str], *, after: int = 4, before: int = 10) -> bool:
        """Whether one of ``words`` stands in the same sentence, close to piece ``i``."""
        for k in range(i - 1, max(-1, i - 1 - before), -1):
            if self.pieces[k].kind == "break":
                break
            if self.word(k) in words:
                return True
        for k in range(i + 1, min(len(self.pieces), i + 1 + after)):
            if self.pieces[k].kind == "break":
                return False
            if self.word(k) in words:
                return True
        return False

    def quantity(
        self, value: Decimal | int, unit: str | None, kind: QuantityKind, first: int, last: int
    ) -> Quantity:
        start, end = self.pieces[first].start, self.pieces[last - 1].end
        return Quantity(Decimal(value), unit, kind, start, end, self.text[start:end])

    # A number and its unit.

    def measure(self, i: int) -> Measure | None:
        fraction = self.fraction(i)
        if fraction:
            return fraction
        piece = self.number(i)
        if piece is None:
            return None
        if piece.fold == "m":
            return Measure(piece.value, "m", "length", i, i + 1, "digits", i + 1)
        feet = self.feet_and_inches(i)
        if feet is not None:
            return Measure(feet, "[in_i]", "length", i, i + 4, "digits", i + 3)
        value, at = piece.value, i + 1
        if self.zero_and(i):
            digits = f"{int(self.pieces[at].value)}"
            value, at = Decimal(f"0.{digits}"), at + 1
            piece = self.pieces[at - 1]
        elif self.hundreds(i):
            value, at = value * 100 + self.pieces[at].value, at + 1
            piece = self.pieces[at - 1]
        if self.and_a_half(at):
            value, at = value + Decimal("0.5"), self.and_a_half(at)
        number_last = at
        unit, kind, at = self.unit(at, piece)
        if unit is not None and self.and_a_half(at):
            value, at = value + Decimal("0.5"), self.and_a_half(at)
        if unit is not None:
            value, unit, at = self.compound(value, unit, at)
            value, at = self.after_unit(value, unit, at)
        if unit == "h" and self.word(at) == "et" and self.word(at + 1) == "quart":
            value, at = value + Decimal("0.25"), at + 2
        if unit == "h" and kind == "duration" and self.word(i - 1) in ("a", "vers", "at"):
            kind = "time"
        if unit in ("a", "mo", "wk", "d") and self.is_age(i, at):
            kind = "age"
            at = self.skip_old(at)
        if piece.source == "article" and value == 1 and not self.counted_article(i, unit, at):
            return None
        return Measure(value, unit, kind, i, at, piece.source, number_last)

    def feet_and_inches(self, i: int) -> Decimal | None:
        """*5'10"*, in inches."""
        feet, inches = self.whole(i), self.whole(i + 2)
        marks = self.word(i + 1) in ("'", "’", "′") and self.word(i + 3) in ('"', "”", "″")
        if not marks or feet is None or inches is None or not 3 <= feet <= 7 or inches > 11:
            return None
        return Decimal(feet * 12 + inches)

    def zero_and(self, i: int) -> bool:
        """*zéro vingt-cinq milligramme* is 0.25 mg: the comma is left out."""
        first, second = self.number(i), self.number(i + 1)
        if self.language != "fr" or first is None or second is None or first.value != 0:
            return False
        spoken = first.source == second.source == "words" and self.whole(i + 1) is not None
        return spoken and self.unit(i + 2, second)[1] == "dose"

    def hundreds(self, i: int) -> bool:
        """*one fifty milligrams* is 150 mg; but *two fifty milligram tablets* are two of 50 mg.

        After the name of a test (*sodium one thirty-four*), without a unit too.
        """
        first, second = self.number(i), self.number(i + 1)
        if self.language != "en" or first is None or second is None or second.source != "words":
            return False
        said = self.text[first.start : first.end].lower()
        if said == "a" or first.source == "digits" or not 1 <= first.value <= 9:
            return False
        unit, _, last = self.unit(i + 2, second)
        form = unit_of(self.word(last), self.language)
        whole = second.value == int(second.value) and 10 <= second.value <= 99
        named = first.value <= 3 and unit is None and self.near(i, _TESTS, after=0, before=3)
        if named and whole:
            return True
        return whole and unit in ("mg", "ug") and not (form and form[0] in FORMS)

    def and_a_half(self, i: int) -> int:
        """The index after *et demi* or *and a half*, or 0."""
        if self.word(i) == "et" and self.word(i + 1) in ("demi", "demie"):
            return i + 2
        if self.word(i) == "and" and self.word(i + 2) == "half" and self.number(i + 1):
            return i + 3
        if self.word(i) == "½":
            return i + 1
        return 0

    def fraction(self, i: int) -> Measure | None:
        """*un demi comprimé*, *half an hour*, *un quart d'heure*, *1/2 cp*; a unit must follow."""
        at, value = i, Decimal(0)
        piece = self.number(at)
        if piece and self.word(at + 1) == "/" and self.number(at + 2) and self.touching(at):
            low, high = self.whole(at), self.whole(at + 2)
            if low is None or high is None or not 0 < low < high <= 8:
                return None
            value, at = Decimal(low) / Decimal(high), at + 3
        elif piece and self.word(at + 1) in _SHARE and piece.value in (1, 3):
            value, at = piece.value * Decimal(_SHARE[self.word(at + 1)]), at + 2
        elif self.word(at) in _SHARE and self.word(at - 1) != "et":
            value, at = Decimal(_SHARE[self.word(at)]), at + 1
        else:
            return None
        if self.word(at) == "-":
            at += 1
        while self.word(at) in ("de", "d'", "of", "la", "l'") or (
            (number := self.number(at)) and number.source == "article"
        ):
            at += 1
        found = unit_of(self.word(at), self.language) if self.word(at) else None
        measured = found is not None and found[1] in ("dose", "length")
        if not found or not (found[0] in FORMS or found[0] in TIMES or measured):
            return None
        return Measure(value, found[0], _kind(found[1]), i, at + 1, "words", at)

    def unit(self, i: int, piece: Piece) -> tuple[str | None, QuantityKind, int]:
        """(UCUM or None, kind, index after it) of what follows a number."""
        at = i
        if self.word(at) in ("pour", "per") and self.whole(at + 1) == 100:
            return "%", "percentage", at + 2
        if self.word(at) == "per" and self.word(at + 1) == "cent":
            return "%", "percentage", at + 2
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
        linked = piece.source == "about" and self.word(at) in ("de", "d'", "of")
        article = self.number(at + 1)
        if piece.value < 1 and self.word(at) == "of" and article and article.source == "article":
            skipped = at + 2  # point five of a milligram
        elif linked or singular(self.word(at)) in _BETWEEN:
            skipped = at + 1
        for place in dict.fromkeys((at, skipped)):
            found = self.unit_word(place)
            if found:
                return found
        cells = self.word(at) in ("/", "par", "per") and self.word(at + 1) in ("mm3", "mm³")
        if cells:
            return "/mm3", "measure", at + 2
        period = self.per(at + 1 if singular(self.word(at)) in _EVENTS else at)
        if period:
            return f"/{period[0]}", "count" if period[0] != "min" else "rate", period[1]
        return None, "bare", i

    def unit_word(self, at: int) -> tuple[str, QuantityKind, int] | None:
        word = self.word(at)
        if not word:
            return None
        joined = word + self.word(at + 1)
        if word in ("milli", "micro", "nano", "centi", "deci", "kilo") and joined in UNITS | {
            joined: None for joined in (joined,) if singular(joined) in UNITS
        }:
            code, kind = unit_of(joined, self.language) or ("", "")
            return code, _kind(kind), at + 2
        if word in ("mm", "millimetres", "millimetre", "cm", "centimetres") and (
            self.word(at + 1) in ("hg", "de")
            and self.word(at + 1 + (self.word(at + 1) == "de")) in ("hg", "mercure")
        ):
            return "mm[Hg]", "blood_pressure", at + (3 if self.word(at + 1) == "de" else 2)
        if word == "paquets" and self.word(at + 1) in ("-", "annees"):
            return "{pack-year}", "count", at + (3 if self.word(at + 1) == "-" else 2)
        if word == "pack" and self.word(at + 1) in ("-", "years", "year"):
            return "{pack-year}", "count", at + (3 if self.word(at + 1) == "-" else 2)
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
        found = unit_of(word, self.language)
        if not found or (word == "a" and self.language == "fr"):
            return None
        code, kind = found
        if kind in ("dose", "measure") or code in FORMS or code == "{U}":
            ratio = self.denominator(at + 1, code)
            if ratio:
                return f"{code}/{ratio[0]}", _ratio_kind(ratio[0]), ratio[1]
        return code, _kind(kind), at + 1

    def denominator(self, i: int, code: str = "") -> tuple[str, int] | None:
        """*/kg*, *par kilo et par jour*, *per metre squared*, *litres a minute*: the divisors."""
        if code == "L" and singular(self.word(i)) == "minute":
            return "min", i + 1  # trois litres minute
        article = self.number(i)
        a = article is not None and article.source == "article" and self.language == "en"
        word = singular(self.word(i + 1))
        if a and word not in ("minute", "hour"):
            return None
        if not a and self.word(i) not in ("/", "par", "per"):
            return None
        first, at = _DENOMINATORS.get(word), i + 2
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
            time = _PER_TIME.get(singular(self.word(k + 1)))
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

    def compound(self, value: Decimal, unit: str, at: int) -> tuple[Decimal, str, int]:
        """*five foot ten*, *eleven stone four*, *seven pounds six ounces*: one measure of two."""
        rule = _COMPOUND.get(unit)
        more = self.whole(at)
        if rule is None or more is None or value != int(value) or not 0 <= more < rule[0]:
            return value, unit, at
        smaller, _, after = self.unit(at + 1, self.pieces[at])
        if smaller == rule[1]:
            return value * rule[0] + more, rule[1], after
        if smaller is None and unit != "[lb_av]" and after == at + 1:
            return value * rule[0] + more, rule[1], at + 1
        return value, unit, at

    def after_unit(self, value: Decimal, unit: str, at: int) -> tuple[Decimal, int]:
        """*38 degrés 5*, *1 mètre 75*, *70 kilos 5*, *3 kilos 250*: decimals after the unit."""
        more = self.whole(at)
        if more is None or value != int(value) or self.pieces[at].fold:
            return value, at
        zero = more == 0 and unit == "m"
        if self.unit(at + 1, self.pieces[at])[0] is not None or (self.number(at + 1) and not zero):
            return value, at
        if unit == "mg" and more in (5, 25, 75) and self.pieces[at].source == "words":
            fraction = Decimal(more) / (10 if more == 5 else 100)  # deux milligrammes cinq
            return (value + fraction, at + 1) if self.language == "fr" else (value, at)
        tenth = self.whole(at + 1)
        if unit == "m" and more == 0 and tenth is not None and 0 < tenth < 10:
            return value + Decimal(tenth) / 100, at + 2  # un mètre zéro cinq
        if unit == "m" and 1 <= more < 100:
            return value + Decimal(more) / 100, at + 1
        if self.language == "fr" and unit == "g" and value < 100:
            if 10 <= more < 100:  # un gramme vingt
                return value + Decimal(more) / 100, at + 1
            if more < 10 and self.word(at + 1) not in ("fois", "x", "a", "ou"):  # neuf grammes cinq
                return value + Decimal(more) / 10, at + 1
        if unit == "Cel" and more < 10:
            return value + Decimal(more) / 10, at + 1
        if unit == "kg" and more < 10 and value < 300:
            return value + Decimal(more) / 10, at + 1
        if unit == "kg" and 100 <= more < 1000 and value < 300:
            return value + Decimal(more) / 1000, at + 1
        return value, at

    def is_age(self, i: int, after: int) -> bool:
        if self.language == "en":
            return self.skip_old(after) > after or self.word(i - 1) in ("aged", "age")
        if {self.word(k) for k in range(max(0, i - 3), i)} & {"age", "agee", "ages", "agees"}:
            return True
        has = self.word(i - 1) in ("ai", "as", "a", "avez", "ont", "avait")
        accent = i > 0 and self.text[self.pieces[i - 1].start] in "àÀ"
        return has and not accent and self.word(i - 2) != "y"

    def skip_old(self, at: int) -> int:
        if self.word(at) == "old":
            return at + 1
        return at + 2 if self.word(at) == "-" and self.word(at + 1) == "old" else at

    def counted_article(self, i: int, unit: str | None, after: int) -> bool:
        """Whether *un*, *une*, *a*, *an*, *one* is a number here: only before a unit."""
        letter = self.pieces[after - 1].end - self.pieces[after - 1].start == 1
        if unit is None or letter or unit in ("[mi_i]", "%", "Cel", "[degF]", "mm[Hg]", "{drink}"):
            return False
        if unit.startswith("/"):
            return True
        spoken_one = self.text[self.pieces[i].start :][:3].lower() == "one"
        if self.language == "en" and unit in TIMES:
            # "twice a day", "ten a day": a rate, unless the words around make it a duration.
            more = self.word(i - 1) == "half" and self.word(i - 3) == "and"  # and a half a day
            return (
                (self.word(i - 1) in _SPAN and not more)
                or self.word(after) in _AGO
                or (spoken_one and unit != "d")
            )
        if self.language == "fr" and unit in ("d", "s"):
            return self.word(i - 1) in _SPAN and self.word(after) != "ou"
        if unit == "L" and self.word(after) == "of":
            return True  # a litre of saline
        return unit not in ("[IU]", "m", "L") or not (self.language == "en" and not spoken_one)


def _ratio_kind(divisor: str) -> QuantityKind:
    return "rate" if divisor.endswith(("min", "h")) else "measure"


def _kind(kind: str) -> QuantityKind:
    return kind  # type: ignore[return-value]
