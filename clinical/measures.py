"""A number and its unit, read from the pieces of a text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from clinical.quantity import QuantityKind
from clinical.unit_reader import UnitReader, quantity_kind
from clinical.units import FORMS, TIMES, unit_of

_COMPOUND = {"[ft_i]": (12, "[in_i]"), "[stone_av]": (14, "[lb_av]"), "[lb_av]": (16, "[oz_av]")}
_TESTS = frozenset(
    {"sodium", "glucose", "sugar", "sugars", "cholesterol", "creatinine", "ferritin"}
    | {"platelets", "pulse", "rate"}
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


class Reader(UnitReader):
    """What a number with its unit is among the pieces of a text."""

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
        return Measure(value, found[0], quantity_kind(found[1]), i, at + 1, "words", at)

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
