"""Quantities of French and English clinical speech: doses, pressures, temperatures, durations…

Spoken and written forms give the same value: *soixante-quinze microgrammes*, *75 µg* and *75mcg*.
The verbatim stays beside each value. Signs are not read: *moins deux* is 2 on both sides.
"""

from __future__ import annotations

from clinical.measures import Reader
from clinical.memory import linewise, remembered
from clinical.number_pieces import pieces
from clinical.quantity import Quantity, canonical, contradicts, same_quantity
from clinical.quantity_rules import RULES, may_say, opens
from clinical.text import checked
from clinical.units import FORMS

__all__ = ["Quantity", "canonical", "missing_quantities", "quantities", "same_quantity"]


@linewise
def quantities(text: str, language: str) -> tuple[Quantity, ...]:
    """The quantities of a text in order; ``text[q.start:q.end] == q.text``.

    A blood pressure and a range are two quantities each. The articles un, une, a, an count only
    before a unit. Raises UnsupportedLanguage.
    """
    if not may_say(text, checked(language)):
        return ()
    reader = Reader(text, language)
    found: list[Quantity] = []
    i = 0
    while i < len(reader.pieces):
        if not opens(reader, i):
            i += 1
            continue
        results = (rule(reader, i) for rule in RULES)
        result = next((result for result in results if result), None)
        if result:
            found.extend(result[0])
        i = result[1] if result else i + 1
    return tuple(found)


@remembered
def missing_quantities(statement: str, evidence: str, language: str) -> tuple[Quantity, ...]:
    """The quantities of the statement that its evidence does not hold.

    ``evidence``: the cited turns, one a line. Equal values of different units are missing. A weak
    quantity (*daily*, *un comprimé*) is missing only if the evidence says another of its kind.
    """
    said = quantities(evidence, language)
    stated = quantities(statement, language)
    if not stated:
        return ()
    one = any(
        p.kind == "number" and p.source == "article"
        for line in evidence.split("\n")
        for p in pieces(line, language)
    )
    return tuple(q for q in stated if not _held(q, said, one, language))


def _held(quantity: Quantity, said: tuple[Quantity, ...], one: bool, language: str) -> bool:
    if any(same_quantity(quantity, other) for other in said):
        return True
    if language == "fr" and any(_french_fortnight(quantity, other) for other in said):
        return True
    counted = quantity.unit is None or quantity.unit in FORMS
    if quantity.value == 1 and one and counted and quantity.kind in ("bare", "count", "frequency"):
        return True
    return quantity.weak and not any(contradicts(quantity, other) for other in said)


def _french_fortnight(a: Quantity, b: Quantity) -> bool:
    """*Huit jours* is said for a week, *quinze jours* for two."""
    pairs = {((8, "d"), (1, "wk")), ((15, "d"), (2, "wk"))}
    x, y = (int(a.value), a.unit or ""), (int(b.value), b.unit or "")
    return (x, y) in pairs or (y, x) in pairs
