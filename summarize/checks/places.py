"""On which side, and in which organ."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical.anatomy import organs, related
from clinical.folded import folded
from clinical.laterality import Lateral, Side, missing_sides, said_sides, sides
from clinical.paraphrases import content_terms
from clinical.text import content_stems
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
    spoken_in,
)
from summarize.checks.side_words import contrary
from summarize.units import Unit

_CLAUSE = re.compile(
    r",|;|\b(?:mais|alors que|but|while|whereas)\b"
    # Speech that has no commas: what is denied or found opens the next clause.
    r"|\b(?:no|there is|there's|you have|pas de|aucune?|il y a)\b",
    re.IGNORECASE,
)


def side(claim: Claim) -> Outcome:
    """(organ, side) pairs of the statement are those of the sentence that says most of it."""
    stated = [s for s in sides(claim.text, claim.language) if not s.asked and not s.denied]
    unsaid = contrary(claim)
    if unsaid:
        return fault("not said on that side: " + listed(unsaid))
    if not stated:
        return NOTHING
    compared, wrong = [], []
    for one in stated:
        unit, held = _decisive(one, claim)
        if unit is None and one.organ is None and one.side is not Side.both:
            held = True  # "in the left ureter": the words around it were compared
        if held and unit is not None and _outvoted(one, unit, claim):
            held = False
        heard = _heard(one, unit, claim.language) if unit else None
        place = Comparison(
            statement=claim.stated(one),
            evidence=spoken_in(unit, heard.start, heard.end) if unit and heard else None,
        )
        compared.append(place)
        if not held:
            wrong.append((one, place))
    if not wrong:
        return passed(compared)
    return fault(
        "not said on that side: " + listed(s.text for s, _ in wrong), [c for _, c in wrong]
    )


def _outvoted(stated: Lateral, unit: Unit, claim: Claim) -> bool:
    """Whether the sentence tells no more of the statement than organ and side, and most tell the

    other side: *good when compared to the left knee* is no evidence for pain in the left knee.
    """
    line = folded(claim.text)
    wanted = set(content_terms(claim.text, claim.language))
    wanted -= content_terms(claim.text[stated.start : stated.end], claim.language)
    for organ in organs(line, claim.language):
        start, end = line.place(organ.start, organ.end)
        wanted -= content_terms(claim.text[start:end], claim.language)
    if wanted & content_terms(unit.answered, claim.language):
        return False
    about = [s.side for s in claim.grounds.told if related(s.organ, stated.organ)]
    other = sum(side is not stated.side and side is not Side.both for side in about)
    return other > sum(side is stated.side or side is Side.both for side in about)


def _decisive(stated: Lateral, claim: Claim) -> tuple[Unit | None, bool]:
    """The best sentence that tells the side of this organ, and whether it tells this side."""
    if stated.side is Side.both:
        return None, not any(
            c.stated == stated for c in missing_sides(claim.text, claim.said, claim.language)
        )
    for unit in _by_content(stated, claim):
        said = [s for s in said_sides(unit.said, claim.language) if not s.denied]
        about = [s for s in said if s.organ is not None and related(s.organ, stated.organ)]
        about = about or [s for s in said if related(s.organ, stated.organ)]
        there = {s.side for s in about}
        if Side.both in there:
            return unit, True
        if len(there) == 2:
            there = _of_clause(stated, about, unit, claim)
        if there:
            return unit, stated.side in there
    return None, False


def _by_content(stated: Lateral, claim: Claim) -> list[Unit]:
    """The evidence, what says most of the statement first, its side left out."""
    bare = claim.text[: stated.start] + " " + claim.text[stated.end :]
    wanted = set(content_stems(bare, claim.language))

    def shared(unit: Unit) -> int:
        return len(wanted & set(content_stems(unit.answered, claim.language)))

    return sorted(claim.grounds.units, key=shared, reverse=True)


def _of_clause(stated: Lateral, about: Sequence[Lateral], unit: Unit, claim: Claim) -> set[Side]:
    """Of a sentence that tells both sides, those of the clause that says most of the statement.

    *The left eardrum is red and bulging, the right one is normal.*
    """
    bare = claim.text[: stated.start] + " " + claim.text[stated.end :]
    wanted = content_terms(bare, claim.language)
    best: list[tuple[int, set[Side]]] = []
    start, carried = 0, set[Side]()
    for cut in [*(m for m in _CLAUSE.finditer(unit.text)), None]:
        end = cut.start() if cut else len(unit.text)
        shared = len(wanted & content_terms(unit.text[start:end], claim.language))
        here = {s.side for s in about if start <= s.start < end}
        # "Right knee: no effusion, no redness": a clause that names none goes on about the last.
        carried = here or carried
        best.append((shared, carried))
        start = end
    most = max(shared for shared, _ in best)
    there = {side for shared, here in best if shared == most for side in here}
    return there or {s.side for s in about}


def _heard(stated: Lateral, unit: Unit, language: str) -> Lateral | None:
    return next((s for s in sides(unit.text, language) if related(s.organ, stated.organ)), None)


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
