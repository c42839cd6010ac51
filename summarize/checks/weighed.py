"""Two things said of one finding: which of them is about what the statement says.

*No pain with supination. Pain with pronation.*: the words around each mention tell. Those after it
tell more than those before it, for *with*, *on*, *in* and *à* follow what they are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clinical.conflicts import Conflict
from clinical.paraphrases import worded
from clinical.polarity import Finding
from clinical.polarity import findings as find_findings
from consultation.summary import Experiencer, Polarity
from summarize.checks.claim import Claim
from summarize.units import Unit

_CUT = re.compile(r"\b(?:no|not|but|without|pas|mais|sans|aucune?)\b", re.IGNORECASE)
AROUND = 6
"""Content words on either side of a mention that are about it, at most."""
_OPPOSITE = {Polarity.affirmed: Polarity.denied, Polarity.denied: Polarity.affirmed}


@dataclass(frozen=True, slots=True)
class _Mention:
    finding: Finding
    weight: int
    """How much of the statement's other words stand around it."""


def outweighed_findings(claim: Claim) -> Iterator[Conflict]:
    """Findings whose nearest mention says the opposite of the statement.

    Only where some mention agrees: without one, ``clinical.conflicts`` has refused already. Where
    the mentions around which most of the statement is said do not agree, nothing is decided.
    """
    for finding in find_findings(claim.text, claim.language):
        opposite = _OPPOSITE.get(finding.polarity)
        if opposite is None or finding.asked or finding.experiencer is not Experiencer.patient:
            continue
        mentions = [m for unit in claim.grounds.units for m in _mentions(finding, unit, claim)]
        most = max((m.weight for m in mentions), default=0)
        nearest = [m.finding for m in mentions if m.weight == most]
        if most and all(f.polarity is opposite for f in nearest):
            yield Conflict(finding, tuple(nearest))


def _mentions(stated: Finding, unit: Unit, claim: Claim) -> Iterator[_Mention]:
    named = find_findings(unit.text, claim.language)
    words = worded(unit.text, claim.language)
    wanted = {
        w.term
        for w in worded(claim.text, claim.language)
        if w.end <= stated.start or w.start >= stated.end
    }
    for k, finding in enumerate(named):
        if finding.concept != stated.concept:
            continue
        before = named[k - 1].end if k else 0
        after = named[k + 1].start if k + 1 < len(named) else len(unit.text)
        # "Tenderness beside the spine, no midline tenderness": after *no* it is about the next.
        before += max(
            (m.end() for m in _CUT.finditer(unit.text[before : finding.start])), default=0
        )
        cut = _CUT.search(unit.text, finding.end, after) if after < len(unit.text) else None
        after = cut.start() if cut else after
        behind = [w.term for w in words if before <= w.start and w.end <= finding.start]
        ahead = [w.term for w in words if finding.end <= w.start and w.end <= after]
        weight = 2 * len(wanted & set(ahead[:AROUND])) + len(wanted & set(behind[-AROUND:]))
        yield _Mention(finding, weight)
