"""Mending a statement from its evidence, where one number or one side is all that is wrong.

A repair copies what was said, from the single sentence that the statement rests on, and only if
nothing else there could be meant. Drugs, negations and persons are never mended: such a statement
is refused. The mended statement goes through every rule again, and says what it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from clinical.anatomy import related
from clinical.laterality import Lateral, Side, missing_sides, said_sides
from clinical.numbers import missing_quantities, quantities, same_quantity
from clinical.quantity import Quantity
from clinical.units import TIMES
from consultation.summary import Check, Comparison, Level, Verdict
from summarize.checks.claim import Claim
from summarize.grounding import Grounder
from summarize.grounds import Grounds
from summarize.verify import failed, verify

_SWAP = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
_TO_LEFT = {"droit": "gauche", "droite": "gauche", "droits": "gauches", "droites": "gauches"}


@dataclass(frozen=True)
class Repair:
    """A statement with one value replaced by what was said."""

    text: str
    grounds: Grounds
    checks: tuple[Check, ...]
    """Those of the mended text, and ``repaired``, which fails as a warning so that it is shown."""


def repair(claim: Claim, fault: Check, grounder: Grounder) -> Repair | None:
    """The mended statement if it now passes every rule; None when mending is not safe."""
    if len(claim.grounds.units) != 1:
        return None
    edit = {"numbers": _number, "dose": _number, "side": _side}.get(fault.rule)
    change = edit(claim) if edit else None
    if change is None:
        return None
    start, end, instead = change
    text = claim.text[:start] + instead + claim.text[end:]
    grounds = grounder.against(text, claim.grounds.units[0])
    mended = replace(claim, text=text, grounds=grounds)
    checks = verify(mended)
    if failed(checks) is not None:
        return None
    note = Check(
        rule="repaired",
        verdict=Verdict.failed,
        level=Level.warning,
        detail=f"{fault.rule}: {claim.text[start:end]} → {instead}",
        compared=(
            fault.compared[0] if fault.compared else Comparison(statement=None, evidence=None),
        ),
    )
    return Repair(text, grounds, (*checks, note))


def _number(claim: Claim) -> tuple[int, int, str] | None:
    """The one number that was not said, by the one number of its kind that is left over."""
    unit = claim.grounds.units[0]
    stated = quantities(claim.text, claim.language)
    missing = missing_quantities(claim.text, claim.evidence, claim.language)
    if len(missing) != 1 or missing[0].part:
        return None
    wrong = missing[0]
    own = [q for q in quantities(unit.text, claim.language) if not q.weak and not q.part]
    free = [q for q in own if not any(same_quantity(q, s) for s in stated if s != wrong)]
    alike = [q for q in free if _alike(q, wrong)]
    if len(alike) != 1 or len([q for q in own if _alike(q, wrong)]) != 1:
        return None
    return wrong.start, wrong.end, alike[0].text


def _alike(a: Quantity, b: Quantity) -> bool:
    if a.kind != b.kind:
        return False
    # Three weeks for three days is mended; a duration by an age is not.
    return a.unit == b.unit or a.kind == "dose" or {a.unit, b.unit} <= TIMES


def _side(claim: Claim) -> tuple[int, int, str] | None:
    conflicts = missing_sides(claim.text, claim.said, claim.language)
    if len(conflicts) != 1:
        return None
    stated = conflicts[0].stated
    heard = [s for s in said_sides(claim.said, claim.language) if not s.denied]
    there = {s.side for s in heard if related(s.organ, stated.organ)}
    opposite = {Side.left: Side.right, Side.right: Side.left}.get(stated.side)
    if opposite is None or there != {opposite}:
        return None
    word = _other(stated, claim)
    return (stated.start, stated.end, word) if word else None


def _other(stated: Lateral, claim: Claim) -> str | None:
    if claim.language == "en":
        swapped = re.sub(
            r"\b(left|right)\b", lambda m: _SWAP[m.group()], stated.text, flags=re.IGNORECASE
        )
        return swapped if swapped != stated.text else None
    word = stated.text.lower()
    if word in _TO_LEFT:
        return _TO_LEFT[word]
    before = claim.text[: stated.start].lower()
    if word == "gauche" and re.search(r"(?:à|a|la|sur la) $", before):
        return "droite"
    if word == "gauche" and re.search(r"côté $", before):
        return "droit"
    return None  # droit or droite: the gender is not known
