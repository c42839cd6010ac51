"""Which dose belongs to which drug.

A dose belongs to the drug named before it, up to the next drug (*amlodipine, cinq milligrammes*),
or to the one right behind it (*10 mg of lisinopril*). It may stand in the next sentence, which is
how people answer (*Combien de doliprane ? – Deux comprimés d'un gramme*).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clinical.drugs import DrugMention, find_drugs
from clinical.memory import remembered
from clinical.numbers import quantities
from clinical.quantity import Quantity, canonical, same_quantity

STRENGTHS = frozenset({"dose"})
"""Kinds of quantities that are a strength; tablets and frequencies are compared by value alone."""
_OF = re.compile(r"\s*(?:of|de|d'|d’|du)\s*(?:the\s|l'|l’|la\s)?", re.IGNORECASE)
_PER = re.compile(r"\s*(?:per|par|/)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dose:
    """A strength said of a drug; offsets of both are in the same text."""

    drug: DrugMention
    quantity: Quantity


@remembered
def doses(text: str, language: str) -> tuple[Dose, ...]:
    """The doses of a text, each with its drug, in order. Raises UnsupportedLanguage."""
    named = [d for d in find_drugs(text, language) if d.kind == "drug"]
    found: list[Dose] = []
    for quantity in quantities(text, language):
        if quantity.kind not in STRENGTHS:
            continue
        drug = _drug_of(quantity, named, text)
        if drug is not None:
            found.append(Dose(drug, quantity))
    return tuple(found)


def _drug_of(quantity: Quantity, named: list[DrugMention], text: str) -> DrugMention | None:
    after = next((d for d in named if d.start >= quantity.end), None)
    if after is not None and _OF.fullmatch(text, quantity.end, after.start):
        return after
    before = [d for d in named if d.end <= quantity.start]
    if before:
        return before[-1]
    # "Half a gram paracetamol", "20 mg lisinopril" at the head of a line.
    close = after is not None and text[quantity.end : after.start].strip() == ""
    return after if close else None


def misplaced_doses(statement: str, evidence: str, language: str) -> tuple[Dose, ...]:
    """Doses of the statement that the evidence gives to another drug, or gives otherwise.

    A drug to which the evidence gives no dose is left to the comparison of numbers.
    """
    stated = doses(statement, language)
    if not stated:
        return ()
    said = doses(evidence, language)
    return tuple(dose for dose in stated if not _held(dose, said))


def _held(dose: Dose, said: tuple[Dose, ...]) -> bool:
    own = [s for s in said if s.drug.inn == dose.drug.inn and _comparable(s, dose)]
    if own:
        return any(same_quantity(s.quantity, dose.quantity) for s in own)
    # The evidence gives this very dose, and to other drugs only.
    return not any(same_quantity(s.quantity, dose.quantity) for s in said)


def _comparable(a: Dose, b: Dose) -> bool:
    return canonical(a.quantity)[1] == canonical(b.quantity)[1] or None in (
        a.quantity.unit,
        b.quantity.unit,
    )
