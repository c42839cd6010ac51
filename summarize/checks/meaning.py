"""What a statement names, of whom it is, and whether it goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from clinical.anatomy import PAIN, organs, related
from clinical.answered_courses import answered_courses, denied_courses
from clinical.conflicts import wrong_experiencer
from clinical.drugs import find_drugs, missing_drugs
from clinical.folded import folded
from clinical.kin import other_relatives
from clinical.polarity import Finding
from clinical.polarity import findings as find_findings
from clinical.taken_back import takes_back
from clinical.temporality import Course, opposed, statuses, unlike
from clinical.text import fold
from consultation.summary import Comparison
from consultation.topics import Topic
from summarize.checks.claim import (
    NOTHING,
    PASSED,
    Claim,
    Outcome,
    fault,
    listed,
    passed,
)
from summarize.checks.denials import conflicts
from summarize.rules import speaks_of_family

_KIN = (
    {"oedema", "swelling"},
    {"allergy", "anaphylaxis"},
    {"weakness", "paralysis", "reduced mobility"},
    {"fatigue", "weakness"},
    {"rash", "urticaria"},
    {"arthritis", "osteoarthritis"},
    {"depression", "feeling"},
    {"trauma", "wound", "fracture", "sprain"},
)
"""Concepts that people name one for the other; what is said of them is still compared."""
_ALIKE = {concept: kin - {concept} for kin in _KIN for concept in kin}
_PERSONAL = re.compile(r"\b(?:patiente?|personnels?)\b")


def drugs(claim: Claim) -> Outcome:
    """Every drug of the statement was named; a class is not its members."""
    stated = find_drugs(claim.text, claim.language)
    if not stated:
        return NOTHING
    missing = missing_drugs(claim.text, claim.evidence, claim.language)
    if missing:
        return fault(
            "not said: " + listed(drug.text for drug in missing),
            (Comparison(statement=claim.stated(drug)) for drug in missing),
        )
    said = {drug.inn: drug for drug in find_drugs(claim.evidence, claim.language)}
    return passed(
        Comparison(statement=claim.stated(drug), evidence=claim.spoken(said.get(drug.inn)))
        for drug in stated
    )


def spelling(claim: Claim) -> Outcome:
    """A drug was recognised by its sound: what was heard is shown beside what was written."""
    heard = {d.inn: d for d in find_drugs(claim.evidence, claim.language) if d.score < 1}
    mended = [
        d
        for d in find_drugs(claim.text, claim.language)
        if d.inn in heard and heard[d.inn].text.lower() != d.text.lower()
    ]
    if not mended:
        return NOTHING
    return fault(
        "heard otherwise: " + listed(f"{heard[d.inn].text} → {d.text}" for d in mended),
        (
            Comparison(statement=claim.stated(d), evidence=claim.spoken(heard[d.inn]))
            for d in mended
        ),
    )


def findings(claim: Claim) -> Outcome:
    """A symptom or a disease that nobody named."""
    named = find_findings(claim.text, claim.language)
    if not named:
        return NOTHING
    said = {finding.concept for finding in find_findings(claim.evidence, claim.language)}
    alike = {other for concept in said for other in _ALIKE.get(concept, ())}
    new = [f for f in named if f.concept not in said | alike and not _hurts(f, claim)]
    if not new:
        return PASSED
    return fault(
        "not said: " + listed(finding.text for finding in new),
        (Comparison(statement=claim.stated(finding)) for finding in new),
    )


def _hurts(finding: Finding, claim: Claim) -> bool:
    """*Knee pain* of *my knee hurts*: the organ was named, and that it hurts."""
    if "pain" not in finding.concept:
        return False
    here = {o.name for o in organs(folded(finding.text), claim.language)}
    said = set(_organs_meant(claim.evidence, claim.language))
    near = not here or any(related(a, b) for a in here for b in said)
    return near and PAIN.search(fold(claim.evidence)) is not None


def _organs_meant(text: str, language: str) -> Iterator[str]:
    """Those that a text names and does not take back: *my back, I mean my belly*."""
    line = folded(text)
    named = organs(line, language)
    for one, other in pairwise(named):
        if not takes_back(line.line[one.end : other.start]):
            yield one.name
    yield from (one.name for one in named[-1:])


def experiencer(claim: Claim) -> Outcome:
    """What is said of the family is not the patient's, nor the other way round."""
    if tuple(claim.topics) == (Topic.family,):
        if not speaks_of_family(claim.evidence):
            return fault("nobody of the family is spoken of")
        if not _PERSONAL.search(fold(claim.text)) or speaks_of_family(claim.text):
            return _relative(claim)
    wrong = wrong_experiencer(claim.text, claim.said, claim.language)
    if wrong:
        return conflicts("of another person: ", claim, wrong)
    if speaks_of_family(claim.text) and not speaks_of_family(claim.evidence):
        return fault("nobody of the family is spoken of")
    return _relative(claim)


def _relative(claim: Claim) -> Outcome:
    """The aunt's is not the mother's."""
    if not speaks_of_family(claim.text):
        return PASSED
    others = other_relatives(claim.text, claim.evidence)
    return fault("of another relative: " + listed(others)) if others else PASSED


def temporality(claim: Claim) -> Outcome:
    """Stopped is not current, and nobody stops what goes on."""
    stated = denied_courses(claim.text, claim.language)
    if not stated:
        return NOTHING
    said = _said(claim)
    wrong = [c for c in _telling(stated, claim) if opposed(c.status, statuses(said, c.key))]
    return _courses("said otherwise: ", claim, wrong, said) if wrong else PASSED


def course(claim: Claim) -> Outcome:
    """Taken already against prescribed today: worth a second look."""
    stated = denied_courses(claim.text, claim.language)
    if not stated:
        return NOTHING
    said = _said(claim)
    odd = [c for c in stated if unlike(c.status, statuses(said, c.key))]
    return _courses("said otherwise: ", claim, odd, said) if odd else NOTHING


def _said(claim: Claim) -> tuple[Course, ...]:
    """The courses of the evidence, those that its questions name as the answers leave them."""
    found = list(denied_courses(claim.evidence, claim.language))
    at = 0
    for unit in claim.units:
        for reply in claim.grounds.units:
            if reply.question is unit:
                told = answered_courses(unit.text, reply.text, claim.language)
                found += [replace(c, start=c.start + at, end=c.end + at) for c in told]
        at += len(unit.text) + 1
    return tuple(found)


def _telling(stated: Iterable[Course], claim: Claim) -> list[Course]:
    """A bare name says that it goes on, except of an allergy or of the past."""
    allergic = any(f.concept == "allergy" for f in find_findings(claim.text, claim.language))
    return [c for c in stated if c.status is not None or not allergic]


def _courses(detail: str, claim: Claim, wrong: Iterable[Course], said: Iterable[Course]) -> Outcome:
    heard = [c for c in said if c.status]
    return fault(
        detail + listed(c.name if c.text == c.name else f"{c.name}: {c.text}" for c in wrong),
        (
            Comparison(
                statement=claim.stated(one),
                evidence=claim.spoken(next((c for c in heard if c.key == one.key), None)),
            )
            for one in wrong
        ),
    )
