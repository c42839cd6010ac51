"""Two things said in one consultation that cannot both be true.

A dose said twice differently of the same drug, unless somebody changes it; the side of the same
symptom; an allergy said and denied. A question is never one of the two, nor a correction that
denies its own first half (*pas à gauche, à droite*).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinical.dialogue import evidence_findings
from clinical.doses import doses
from clinical.drugs import find_drugs
from clinical.laterality import Lateral, Side, said_sides
from clinical.numbers import same_quantity
from clinical.polarity import findings
from clinical.quantity import Quantity, canonical
from clinical.temporality import Status, courses, statuses
from clinical.text import fold
from consultation.summary import Contradiction, Evidence, Experiencer, Polarity
from consultation.transcript import Role
from summarize.allergen import prescribed_allergens
from summarize.units import Unit, quote

_OF_ONE_THING = re.compile(
    r"\ballerg\w+ (?:to (?!any\w*(?: (?:med\w+|drugs?|foods?))?\b(?! kind))"
    r"|a (?!quel|un |des |d'autres )|aux (?!medic)|alimentaire)"
    r"|\b(?:food|pet|cat|dog|pollen|skin|nut|latex) allerg"
)
_NEW = frozenset({Status.changed, Status.planned, Status.resumed})


def contradictions(units: Sequence[Unit], language: str) -> tuple[Contradiction, ...]:
    """All of them, in the order in which the second half was said."""
    found = [*_doses(units, language), *_sides(units, language), *_allergies(units, language)]
    found += prescribed_allergens(units, language)
    found.sort(key=lambda pair: pair[0])
    return tuple(contradiction for _, contradiction in found)


@dataclass(frozen=True)
class _Taken:
    inn: str
    name: str
    quantity: Quantity
    unit: Unit


def _doses(units: Sequence[Unit], language: str) -> Iterable[tuple[int, Contradiction]]:
    taken: list[_Taken] = []
    told: set[str] = set()
    for unit in units:
        if unit.is_question or not find_drugs(unit.answered, language):
            continue
        text = unit.answered
        shift = len(text) - len(unit.text)
        course = courses(unit.text, language)
        for dose in doses(text, language):
            if dose.quantity.start < shift or dose.quantity.weak:
                continue
            inn = dose.drug.inn
            if statuses(course, inn) & (_NEW | {Status.stopped, Status.past}):
                continue  # a change, or what is over
            if unit.role is Role.clinician and not statuses(course, inn):
                continue  # what the clinician names is most often what he decides
            one = _Taken(inn, dose.drug.text, dose.quantity, unit)
            before = [t for t in taken if t.inn == inn and _comparable(t.quantity, one.quantity)]
            if not before or any(same_quantity(t.quantity, one.quantity) for t in before):
                taken.append(one)
            elif inn not in told and before[0].unit is not unit:
                told.add(inn)
                evidence = (*_quote(before[0].unit), *_quote(unit))
                about = one.name
                yield unit.index, Contradiction(kind="dose", about=about, evidence=evidence)


def _comparable(a: Quantity, b: Quantity) -> bool:
    return canonical(a)[1] == canonical(b)[1]


def _sides(units: Sequence[Unit], language: str) -> Iterable[tuple[int, Contradiction]]:
    """One organ, one symptom, left in one place and right in another, said by the same person."""
    heard: dict[tuple[str, str, str], tuple[Lateral, Unit]] = {}
    told: set[str] = set()
    for unit in units:
        if unit.is_question:
            continue
        here = [s for s in said_sides(unit.said, language) if not s.denied and s.organ]
        if len({s.side for s in here}) != 1:
            continue  # both, or a comparison of two
        concepts = _symptoms(unit, language)
        for side in here:
            if side.side is Side.both or side.organ is None:
                continue
            for concept in concepts or {""}:
                key = (side.organ, concept, unit.speaker)
                first = heard.setdefault(key, (side, unit))
                if first[0].side is not side.side and side.organ not in told and concept:
                    told.add(side.organ)
                    evidence = (*_quote(first[1]), *_quote(unit))
                    about = side.organ
                    yield unit.index, Contradiction(kind="side", about=about, evidence=evidence)


def _symptoms(unit: Unit, language: str) -> set[str]:
    return {f.concept for f in findings(unit.text, language) if f.polarity is Polarity.affirmed}


def _allergies(units: Sequence[Unit], language: str) -> Iterable[tuple[int, Contradiction]]:
    """Allergic to a drug and not; or an allergy to a drug and none at all."""
    heard: list[tuple[Polarity, frozenset[str], Unit]] = []
    for unit in units:
        if unit.is_question:
            continue
        said = [f for f in evidence_findings(unit.said, language) if f.concept == "allergy"]
        said = [f for f in said if f.experiencer is Experiencer.patient]
        polarities = {f.polarity for f in said} & {Polarity.affirmed, Polarity.denied}
        if len(polarities) != 1:
            continue
        polarity = polarities.pop()
        inns = frozenset(d.inn for d in find_drugs(unit.answered, language))
        if polarity is Polarity.denied and not inns and _OF_ONE_THING.search(fold(unit.answered)):
            continue  # "allergies to cats? – no": nothing of drugs
        for other, others, before in heard:
            same = (
                inns & others
                or (polarity is Polarity.denied and not inns)
                or (other is Polarity.denied and not others)
            )
            if other is not polarity and same:
                evidence = (*_quote(before), *_quote(unit))
                about = ", ".join(sorted(inns | others)) or said[0].text
                yield unit.index, Contradiction(kind="allergy", about=about, evidence=evidence)
                return
        heard.append((polarity, inns, unit))


def _quote(unit: Unit) -> tuple[Evidence, ...]:
    return quote((unit.question, unit) if unit.question else (unit,))
