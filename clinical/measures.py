"""A number and its unit, read from the pieces of a text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from clinical.quantity import QuantityKind
from clinical.split_reader import SplitReader
from clinical.unit_reader import quantity_kind
from clinical.units import FORMS, TIMES, unit_of

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


class Reader(SplitReader):
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
        elif self.acidity(i):
            value, at = value + self.pieces[at].value / 100, at + 1
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
            value, after = self.after_unit(value, unit, at)
            if after > at and unit == "mg":
                unit, after = self.divided(unit, after)
            at = after
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

    def _dosed(self, i: int) -> bool:
        """*Four drops a day of it*: what stands before *a day* is counted or measured."""
        found = unit_of(self.word(i), self.language) if self.word(i) else None
        return found is not None and (found[0] in FORMS or found[1] == "dose")

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
        if (
            unit is None
            or letter
            or unit in ("[mi_i]", "mol", "%", "Cel", "[degF]", "mm[Hg]", "{drink}")
        ):
            # "a percent", "un %"; but "one percent", "un pour cent" is a strength
            said = self.text[self.pieces[i].start : self.pieces[i].end].lower()
            return unit == "%" and said in ("un", "one") and not letter
        if unit.startswith("/"):
            return True
        spoken_one = self.text[self.pieces[i].start :][:3].lower() == "one"
        if self.language == "en" and unit in TIMES:
            # "twice a day", "ten a day": a rate, unless the words around make it a duration.
            more = self.word(i - 1) == "half" and self.word(i - 3) == "and"  # and a half a day
            return (
                (self.word(i - 1) in _SPAN and not more)
                or (
                    self.word(after) in _AGO
                    and not (self.word(after) == "of" and self._dosed(i - 1))
                )
                or (unit in ("h", "min") and self.word(after) in ("before", "after"))
                or (spoken_one and unit != "d")
            )
        if self.language == "fr" and unit in ("d", "s"):
            return self.word(i - 1) in _SPAN and self.word(after) != "ou"
        if unit == "L" and self.word(after) == "of":
            return True  # a litre of saline
        return unit not in ("[IU]", "m", "L") or not (self.language == "en" and not spoken_one)
