"""How a fact is worded: what a rewriting must keep, and the sentence as it was said."""

from __future__ import annotations

import re

from clinical.drugs import missing_drugs
from clinical.numbers import missing_quantities
from clinical.text import content_stems
from summarize.grounding import Grounder
from summarize.units import Unit

_FILLERS = re.compile(
    r"^(?:(?:oui|ouais|non|bon|ben|bah|euh|heu|hein|alors|donc|bien|très bien|d['’]accord|ok|voilà"
    r"|bonjour|docteur|merci|et|yes|yeah|no|well|um+|uh+|er|okay|all right|alright|right|so|sure"
    r"|good morning|hello|hi|doctor|thank you|and|that is fine)\b[\s,.!…–-]*)+",
    re.IGNORECASE,
)


KEPT = 0.6
"""Of a sentence's content words, by weight, that its rewriting must hold."""
_WHEN = re.compile(
    r"\b(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|hier|avant-hier|demain|aujourd['’]hui"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|today|tomorrow"
    r"|droite?s?|gauches?|right|left)\b",
    re.IGNORECASE,
)
"""Days and sides: short words that change what a sentence means."""


def loses(text: str, unit: Unit, grounder: Grounder) -> tuple[str, ...]:
    """What the rewriting of a sentence leaves out and should not: numbers, drugs, days, sides.

    When most of the sentence is gone, whatever it was, its first missing words.
    """
    language = grounder.language
    said = {match.group().lower() for match in _WHEN.finditer(unit.text)}
    exact = (
        *(quantity.text for quantity in missing_quantities(unit.text, text, language)),
        *(drug.text for drug in missing_drugs(unit.text, text, language)),
        *sorted(said - {match.group().lower() for match in _WHEN.finditer(text)}),
    )
    if exact:
        return exact
    kept, missing = grounder.kept(unit, text)
    return missing[:5] if kept < KEPT else ()


_LEAD = re.compile(
    r"(?:je prends|je suis sous|je vous (?:prescri\w+|donne|demande|conseille|recommande)"
    r"|je (?:prescri\w+|demande|propose|recommande|conseille)"
    r"|i take|i(?:['’]m| am) (?:on|taking)"
    r"|(?:i will|i['’]ll|i would|i['’]d) (?:prescribe|order|arrange))"
    r"(?: (?:aussi|également|actuellement|donc|also|currently))?\s+"
    r"(?:(?:du|de la|des|une?|an?|some)\s+|de l['’]\s*)?(?=\w)",
    re.IGNORECASE,
)
"""How a medicine or a decision is introduced: what follows is note style already."""


def trimmed(unit: Unit) -> str | None:
    """What a sentence says after *je prends*, *I will prescribe*; None where it begins otherwise.

    "Je prends de l'amlodipine, 5 mg le matin." becomes "Amlodipine, 5 mg le matin.": no model is
    needed, and none can exchange the doses of two drugs.
    """
    bare = _FILLERS.sub("", unit.text).strip()
    lead = _LEAD.match(bare)
    if lead is None:
        return None
    rest = bare[lead.end() :]
    return rest[0].upper() + rest[1:]


def verbatim(unit: Unit, language: str) -> str:
    """The sentence without the politeness before it; with its question where it says too little.

    "Non." becomes « Avez-vous de la fièvre ? – Non. »: alone it would mean nothing.
    """
    bare = _FILLERS.sub("", unit.text).strip()
    if unit.question is not None and len(content_stems(bare, language)) < 2:
        return f"« {unit.question.text} – {unit.text} »"
    return f"« {bare or unit.text} »"
