"""Numbers, doses, days, and values that no patient has."""

from __future__ import annotations

from clinical.doses import doses, misplaced_doses
from clinical.moments import missing_moments, moments
from clinical.numbers import missing_quantities, quantities, same_quantity
from clinical.vitals import implausible
from consultation.summary import Comparison
from summarize.checks.claim import NOTHING, PASSED, Claim, Outcome, fault, listed, passed


def numbers(claim: Claim) -> Outcome:
    """Every number of the statement was said, with its unit."""
    stated = quantities(claim.text, claim.language)
    if not stated:
        return NOTHING
    said = quantities(claim.evidence, claim.language)
    missing = missing_quantities(claim.text, claim.evidence, claim.language)
    if not missing:
        return passed(
            Comparison(
                statement=claim.stated(one),
                evidence=claim.spoken(next((s for s in said if same_quantity(one, s)), None)),
            )
            for one in stated
        )
    return fault(
        "not said: " + listed(q.text for q in missing),
        (
            Comparison(
                statement=claim.stated(one),
                evidence=claim.spoken(next((s for s in said if s.kind == one.kind), None)),
            )
            for one in missing
        ),
    )


def dose(claim: Claim) -> Outcome:
    """A strength belongs to the drug that it was said of."""
    stated = doses(claim.text, claim.language)
    if not stated:
        return NOTHING
    wrong = misplaced_doses(claim.text, claim.evidence, claim.language)
    if not wrong:
        return PASSED
    said = doses(claim.evidence, claim.language)
    return fault(
        "said otherwise: " + listed(f"{d.drug.text} {d.quantity.text}" for d in wrong),
        (
            Comparison(
                statement=claim.stated(one.quantity),
                evidence=claim.spoken(
                    next((s.quantity for s in said if s.drug.inn == one.drug.inn), None)
                ),
            )
            for one in wrong
        ),
    )


def dates(claim: Claim) -> Outcome:
    """Days and parts of the day agree; durations and frequencies are numbers."""
    stated = moments(claim.text, claim.language)
    if not stated:
        return NOTHING
    missing = missing_moments(claim.text, claim.evidence, claim.language)
    if not missing:
        return PASSED
    said = moments(claim.evidence, claim.language)
    return fault(
        "not said: " + listed(m.text for m in missing),
        (
            Comparison(
                statement=claim.stated(one),
                evidence=claim.spoken(next((s for s in said if s.kind == one.kind), None)),
            )
            for one in missing
        ),
    )


def plausible(claim: Claim) -> Outcome:
    """A vital sign that no patient has was most often misheard: listen again."""
    odd = implausible(claim.text, claim.language)
    if not odd:
        return NOTHING
    return fault(
        "implausible value, listen again: " + listed(one.text for one in odd),
        (Comparison(statement=claim.stated(one)) for one in odd),
    )
