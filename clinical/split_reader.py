"""Numbers whose parts stand apart: *one fifty*, *1 m 75*, *five foot ten*."""

from __future__ import annotations

from decimal import Decimal

from clinical.unit_reader import UnitReader
from clinical.units import FORMS, unit_of

_COMPOUND = {"[ft_i]": (12, "[in_i]"), "[stone_av]": (14, "[lb_av]"), "[lb_av]": (16, "[oz_av]")}
_TESTS = frozenset(
    {"sodium", "glucose", "sugar", "sugars", "cholesterol", "creatinine", "ferritin"}
    | {"platelets", "pulse", "rate"}
)
_OF_THE_BODY = frozenset({"/min", "mm[Hg]", "[lb_av]", "mL"})
"""*One forty beats*, *one eighty pounds*: units of which nobody says *one* and then forty."""
_AGAIN = frozenset({"fois", "x", "a", "ou", "times", "to", "or", "sur"})


class SplitReader(UnitReader):
    """What a number is when a part of it stands apart from the rest."""

    def spoken(self, i: int) -> bool:
        """Whether the number at ``i`` was said in words."""
        piece = self.number(i)
        return piece is not None and piece.source == "words"

    def divided(self, unit: str, at: int) -> tuple[str, int]:
        """The divisor behind *un milligramme cinq*: (unit with it, index after it)."""
        rate = self.denominator(at, unit)
        return (f"{unit}/{rate[0]}", rate[1]) if rate else (unit, at)

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

    def acidity(self, i: int) -> bool:
        """*pH à sept vingt-huit*: the comma is left out."""
        whole, more = self.whole(i), self.whole(i + 1)
        named = "ph" in (self.word(i - 1), self.word(i - 2))
        said = self.spoken(i) and whole in (6, 7) and more is not None and 10 <= more <= 99
        return named and said

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
        head = (unit or "").partition("/")[0] in ("mg", "ug")
        body = first.value <= 3 and unit in _OF_THE_BODY
        return whole and (head or body) and not (form and form[0] in FORMS)

    def and_a_half(self, i: int) -> int:
        """The index after *et demi* or *and a half*, or 0."""
        if self.word(i) == "et" and self.word(i + 1) in ("demi", "demie"):
            return i + 2
        if self.word(i) == "and" and self.word(i + 2) == "half" and self.number(i + 1):
            return i + 3
        if self.word(i) == "½":
            return i + 1
        return 0

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
        fraction = None  # deux milligrammes cinq, vingt-cinq, soixante-quinze
        if unit == "mg" and more in (5, 25, 75):
            fraction = Decimal(more) / (10 if more == 5 else 100)
        if fraction is not None and self.language == "fr" and self.denominator(at + 1):
            # un milligramme cinq par heure; the divisor is read by ``divided``
            return (value + fraction, at + 1) if self.spoken(at) else (value, at)
        if self.unit(at + 1, self.pieces[at])[0] is not None or (self.number(at + 1) and not zero):
            return value, at
        litres = unit == "L" and self.language == "fr" and value < 10
        litres = litres and self.word(at + 1) not in _AGAIN
        if litres and (1 <= more < 10 or (10 <= more < 100 and self.spoken(at))):  # un litre quatre
            return value + Decimal(more) / (10 if more < 10 else 100), at + 1
        seconds = unit == "min" and value < 60 and self.ends(at + 1)
        if seconds and 10 <= more < 60 and self.spoken(at):
            return value + Decimal(more) / 60, at + 1  # une minute trente
        if fraction is not None and self.spoken(at):
            return (value + fraction, at + 1) if self.language == "fr" else (value, at)
        tenth = self.whole(at + 1)
        if unit == "m" and more == 0 and tenth is not None and 0 < tenth < 10:
            return value + Decimal(tenth) / 100, at + 2  # un mètre zéro cinq
        if unit == "m" and 1 <= more < 100:
            return value + Decimal(more) / 100, at + 1
        if self.language == "fr" and unit == "g" and value < 100:
            if 10 <= more < 100:  # un gramme vingt
                return value + Decimal(more) / 100, at + 1
            if more < 10 and self.word(at + 1) not in _AGAIN:  # neuf grammes cinq
                return value + Decimal(more) / 10, at + 1
        if unit == "Cel" and more < 10:
            return value + Decimal(more) / 10, at + 1
        if unit == "kg" and more < 10 and value < 300:
            return value + Decimal(more) / 10, at + 1
        if unit == "kg" and 100 <= more < 1000 and value < 300:
            return value + Decimal(more) / 1000, at + 1
        return value, at
