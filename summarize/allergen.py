"""A drug prescribed or taken that the patient said to be allergic to, by itself or by its class.

Both quotes are shown. A drug that is stopped, denied, asked about or warned of is not prescribed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from clinical.allergies import Allergy, allergies, shared_class
from clinical.drugs import DrugMention, find_drugs
from clinical.folded import folded
from clinical.temporality import Status, courses, statuses
from consultation.summary import Contradiction, Evidence
from consultation.transcript import Role
from summarize.units import Unit, quote

_TAKEN = frozenset({Status.current, Status.planned, Status.changed, Status.resumed})
_AVOIDED = re.compile(
    r"\b(?:pas|plus|jamais|aucune?|sans|evit\w+|interdi\w+|contre[- ]indiqu\w+|allerg\w+|au lieu"
    r"|plutot que|no|not|never|don't|won't|can't|cannot|avoid\w*|without|instead of|rather than"
    r"|stay away)\b"
)


def prescribed_allergens(
    units: Sequence[Unit], language: str
) -> Iterable[tuple[int, Contradiction]]:
    """(index of the later sentence, the contradiction): one for each allergy and drug."""
    known: list[tuple[Allergy, Unit]] = []
    taken: list[tuple[DrugMention, Unit]] = []
    for unit in units:
        if unit.is_question:
            continue
        own = allergies(unit.said, language)
        known.extend((allergy, unit) for allergy in own)
        if not own:
            taken.extend((drug, unit) for drug in _taken(unit, language))
    told: set[tuple[str, str]] = set()
    for allergy, where in known:
        for drug, unit in taken:
            shared = shared_class(allergy.allergen, drug)
            key = (allergy.allergen.inn, drug.inn)
            if shared is None or key in told:
                continue
            told.add(key)
            first, second = sorted((where, unit), key=lambda u: u.index)
            about = f"{drug.text} – {allergy.allergen.text}"
            if shared not in (drug.inn, allergy.allergen.inn):
                about += f" ({shared})"
            evidence = (*_quote(first), *_quote(second))
            yield (
                second.index,
                Contradiction(kind="prescribed_allergen", about=about, evidence=evidence),
            )


def _taken(unit: Unit, language: str) -> list[DrugMention]:
    course = courses(unit.text, language)
    found = []
    line = folded(unit.text)
    for drug in find_drugs(unit.text, language):
        status = statuses(course, drug.inn)
        going = bool(status & _TAKEN) or (unit.role is Role.patient and not status)
        lead = line.line[max(0, line.at(drug.start) - 40) : line.at(drug.start)]
        if going and not status & {Status.stopped, Status.past} and not _AVOIDED.search(lead):
            found.append(drug)
    return found


def _quote(unit: Unit) -> tuple[Evidence, ...]:
    return quote((unit.question, unit) if unit.question else (unit,))
