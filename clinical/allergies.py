"""Allergies to drugs: to what, with what reaction, whose, and which drugs share the class.

A digestive upset alone is an intolerance, and so is what the patient calls one; hives, a rash, an
oedema or an anaphylaxis is an allergy whatever it is called. Classes are those within which a
reaction to one drug forbids the others until it is explored: beta-lactam side chains and NSAID
cross-hypersensitivity after Khan et al., *Drug allergy: a 2022 practice parameter update* (AAAAI).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clinical.dialogue import Said, evidence_findings
from clinical.drugs import DrugMention, find_drugs
from clinical.folded import folded
from clinical.polarity import Finding, findings
from consultation.summary import Experiencer, Polarity

CLASSES: dict[str, tuple[str, ...]] = {
    "penicillin": ("J01C",),
    "cephalosporin": ("J01D",),
    "macrolide": ("J01FA",),
    "fluoroquinolone": ("J01M",),
    "tetracycline antibiotic": ("J01A",),
    "sulfonamide": ("J01E",),
    "nsaid": ("M01A", "N02BA"),
    "ace inhibitor": ("C09A", "C09B"),
    "opioid": ("N02A",),
    "statin": ("C10AA",),
    "low molecular weight heparin": ("B01AB",),
    "contrast agent": ("V08A",),
}
"""Name of a class in the lexicon → beginnings of its members' ATC codes (WHO)."""
_OUTSIDE = {"acetylsalicylic acid": "nsaid", "codeine": "opioid", "celecoxib": "nsaid"}
"""Members whose code stands elsewhere or is left empty."""
_INTOLERANT = re.compile(
    r"\b(?:intoleran\w*|(?:ne |n')?(?:le |la |les |l')?(?:support|toler)\w* (?:pas"
    r"|mal)|mal tolere\w*"
    r"|effets? (?:secondaires?|indesirables?)|can(?:no|')t (?:tolerate|take)"
    r"|(?:doesn't|does not|don't)"
    r" agree|side effects?|upsets? my)\b"
)
_REFUSES = re.compile(
    r"^\W*(?:non|no|pas|aucune?|none|not)\b|\b(?:je prends|i take|i'm on|je sais pas|don't know)\b"
)
_ALLERGY = re.compile(r"\ballerg\w+|\bintoleran\w+")
_CAUSE = re.compile(
    r"\b(?:because of|due to|given|in view of|with|despite|a cause de|vu|compte tenu de|avec|malgre"
    r"|comme vous etes|as you(?:'re| are)|since you(?:'re| are))\s+(?:\w+\W+){0,3}\w*$"
)
_GIVES = re.compile(
    r"\b(?:prescri\w+|donne\w*|mets|mettre|remplac\w+|plutot|instead|give|start|prefer\w*|use"
    r"|utilis\w+|switch|take|prends|prenez)\b"
)
_SKIN = re.compile(
    r"\b(?:urticaire|plaques?|boutons|eruption|rougeurs?|demange\w+|gonfl\w+|(?:oe|e)deme\w*"
    r"|quincke|anaphyla\w+|choc|hives|rash|itch\w*|swell\w*|swollen|welts|blister\w*)\b"
)
_DIGESTIVE = re.compile(
    r"\b(?:diarrh\w+|vomi\w*|naus\w+|mal (?:au ventre|a l'estomac)|brulures? d'estomac|estomac"
    r"|stomach|sick|sickness|constipat\w+|crampes?|cramps?)\b"
)


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy of the patient to a drug or a class; offsets are in the last turn, or -1."""

    allergen: DrugMention
    certainty: Literal["allergy", "intolerance"]
    reaction: str | None
    """Verbatim, of the last turn."""


def allergies(said: Sequence[Said], language: str) -> tuple[Allergy, ...]:
    """What a sentence, after the question that it answers, says the patient is allergic to.

    Nothing where it is denied, where nobody knows, or where it is a relative's.
    """
    if not said:
        return ()
    answer = said[-1].text
    whole = " ".join(turn.text for turn in said)
    told = [f for f in evidence_findings(said, language) if f.concept == "allergy"]
    line = folded(answer).line
    intolerant = bool(_INTOLERANT.search(line))
    affirmed = [f for f in told if f.polarity is Polarity.affirmed]
    own: Sequence[Finding] = [f for f in affirmed if f.experiencer is Experiencer.patient]
    own = own or _named_in_answer(said, told, language)
    if not own and not (intolerant and not told):
        return ()
    drugs = tuple(d for d in find_drugs(answer, language) if _linked(d, answer))
    if own and not find_drugs(answer, language):
        drugs = find_drugs(whole, language)
    reaction = _reaction(answer)
    kind = _certainty(line, intolerant)
    return tuple(Allergy(drug, kind, reaction) for drug in _first_of_each(drugs))


def _named_in_answer(
    said: Sequence[Said], told: Sequence[Finding], language: str
) -> Sequence[Finding]:
    """*Are you allergic to anything? – Codeine, it brings me out in hives.*"""
    if len(said) < 2 or not find_drugs(said[-1].text, language):
        return ()
    asked = [f for f in findings(said[-2].text, language) if f.concept == "allergy"]
    refused = any(f.polarity is Polarity.denied for f in told)
    others = any(f.experiencer is not Experiencer.patient for f in (*told, *asked))
    answer = folded(said[-1].text).line
    if not asked or refused or others or _REFUSES.search(answer):
        return ()
    return asked


def _linked(drug: DrugMention, answer: str) -> bool:
    """Whether the drug is the allergen: not *because of your allergy I prescribe doxycycline*."""
    line = folded(answer)
    here = line.at(drug.start)
    named = [m for m in _ALLERGY.finditer(line.line) if m.end() <= here]
    if named:
        return not _CAUSE.search(line.line[: named[-1].end()]) and not _GIVES.search(
            line.line[named[-1].end() : here]
        )
    return not _GIVES.search(line.line[:here])


def _first_of_each(drugs: Sequence[DrugMention]) -> list[DrugMention]:
    return list({drug.inn: drug for drug in reversed(drugs)}.values())[::-1]


def _reaction(answer: str) -> str | None:
    line = folded(answer)
    match = _SKIN.search(line.line) or _DIGESTIVE.search(line.line)
    if match is None:
        return None
    start, end = line.place(match.start(), match.end())
    return answer[start:end]


def _certainty(line: str, intolerant: bool) -> Literal["allergy", "intolerance"]:
    if _SKIN.search(line):
        return "allergy"
    return "intolerance" if intolerant or _DIGESTIVE.search(line) else "allergy"


def later_reaction(text: str) -> tuple[str, Literal["allergy", "intolerance"]] | None:
    """The reaction that the next sentence tells: *I came out in a rash.*"""
    reaction = _reaction(text)
    if reaction is None:
        return None
    return reaction, _certainty(folded(text).line, False)


def denies_allergies(text: str, language: str) -> bool:
    """*Pas d'allergie connue*, *NKDA*: none at all, of no named thing."""
    found = [f for f in findings(text, language) if f.concept == "allergy"]
    denied = bool(found) and all(f.polarity is Polarity.denied for f in found)
    return denied and not find_drugs(text, language)


def shared_class(allergen: DrugMention, drug: DrugMention) -> str | None:
    """The class for which an allergy to one forbids the other; the INN if they are one drug."""
    if drug.kind == "class" and drug.inn != allergen.inn:
        return None
    if allergen.inn == drug.inn or drug.inn in allergen.inn.split("/"):
        return drug.inn
    if allergen.kind == "drug" and allergen.inn in drug.inn.split("/"):
        return allergen.inn
    common = _classes(allergen) & _classes(drug)
    return min(common) if common else None


def _classes(drug: DrugMention) -> frozenset[str]:
    if drug.kind == "class":
        return frozenset({drug.inn}) & CLASSES.keys()
    code = drug.atc or ""
    own = {name for name, codes in CLASSES.items() if code and code.startswith(codes)}
    for part in drug.inn.split("/"):
        if part in _OUTSIDE:
            own.add(_OUTSIDE[part])
    return frozenset(own)
