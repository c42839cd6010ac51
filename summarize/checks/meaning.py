"""What a statement says, of what, on which side, of whom, and whether it goes on."""

from __future__ import annotations

from collections.abc import Iterable

from clinical.anatomy import organs, related
from clinical.dialogue import Conflict, asserted_but_denied, denied_but_asserted, wrong_experiencer
from clinical.drugs import find_drugs, missing_drugs
from clinical.folded import folded
from clinical.laterality import missing_sides, sides
from clinical.polarity import findings as find_findings
from clinical.temporality import Course, courses, opposed, statuses, unlike
from consultation.summary import Comparison
from consultation.topics import Topic
from summarize.checks.claim import NOTHING, PASSED, Claim, Outcome, fault, listed, passed
from summarize.rules import speaks_of_family


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
    new = [finding for finding in named if finding.concept not in said]
    if not new:
        return PASSED
    return fault(
        "not said: " + listed(finding.text for finding in new),
        (Comparison(statement=claim.stated(finding)) for finding in new),
    )


def polarity(claim: Claim) -> Outcome:
    """What is denied was denied, what is affirmed was not."""
    flipped = denied_but_asserted(claim.text, claim.said, claim.language)
    if flipped:
        return _conflicts("asserted, and denied or only asked: ", claim, flipped)
    flipped = asserted_but_denied(claim.text, claim.said, claim.language)
    if flipped:
        return _conflicts("denied, and said to be present: ", claim, flipped)
    return PASSED


def experiencer(claim: Claim) -> Outcome:
    """What is said of the family is not the patient's, nor the other way round."""
    if tuple(claim.topics) == (Topic.family,):
        spoken = speaks_of_family(claim.evidence)
        return PASSED if spoken else fault("nobody of the family is spoken of")
    wrong = wrong_experiencer(claim.text, claim.said, claim.language)
    if wrong:
        return _conflicts("of another person: ", claim, wrong)
    if speaks_of_family(claim.text) and not speaks_of_family(claim.evidence):
        return fault("nobody of the family is spoken of")
    return PASSED


def side(claim: Claim) -> Outcome:
    """(organ, side) pairs of the statement are among those said."""
    stated = [s for s in sides(claim.text, claim.language) if not s.asked]
    if not stated:
        return NOTHING
    missing = missing_sides(claim.text, claim.said, claim.language)
    if not missing:
        return PASSED
    heard = sides(claim.evidence, claim.language)
    return fault(
        "not said on that side: " + listed(c.stated.text for c in missing),
        (
            Comparison(
                statement=claim.stated(one.stated),
                evidence=claim.spoken(
                    next((s for s in heard if related(s.organ, one.stated.organ)), None)
                ),
            )
            for one in missing
        ),
    )


def anatomy(claim: Claim) -> Outcome:
    """The organ was named: an examination of another one is invented."""
    line = folded(claim.text)
    stated = organs(line, claim.language)
    if not stated:
        return NOTHING
    said = {organ.name for organ in organs(folded(claim.evidence), claim.language)}
    examined = Topic.examination in claim.topics and len(claim.topics) <= 3
    if not said and not examined:
        return NOTHING
    missing = [o for o in stated if not any(related(o.name, name) for name in said)]
    if not missing or (len(missing) < len(stated) and not examined):
        return PASSED
    spans = [line.place(organ.start, organ.end) for organ in missing]
    return fault("not said: " + listed(claim.text[start:end] for start, end in spans))


def temporality(claim: Claim) -> Outcome:
    """Stopped is not current, and nobody stops what goes on."""
    stated = courses(claim.text, claim.language)
    said = courses(claim.evidence, claim.language)
    wrong = [c for c in _telling(stated, claim) if opposed(c.status, statuses(said, c.key))]
    if not stated:
        return NOTHING
    return _courses("said otherwise: ", claim, wrong, said) if wrong else PASSED


def course(claim: Claim) -> Outcome:
    """Taken already against prescribed today: worth a second look."""
    stated = courses(claim.text, claim.language)
    said = courses(claim.evidence, claim.language)
    odd = [c for c in stated if unlike(c.status, statuses(said, c.key))]
    return _courses("said otherwise: ", claim, odd, said) if odd else NOTHING


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


def _conflicts(detail: str, claim: Claim, wrong: Iterable[Conflict]) -> Outcome:
    heard = find_findings(claim.evidence, claim.language)
    return fault(
        detail + listed(c.finding.text for c in wrong),
        (
            Comparison(
                statement=claim.stated(one.finding),
                evidence=claim.spoken(
                    next((f for f in heard if f.concept == one.finding.concept), None)
                ),
            )
            for one in wrong
        ),
    )
