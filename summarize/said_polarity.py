"""What a sentence of a consultation says of a finding: that it is there, or not, or maybe."""

from __future__ import annotations

import re

from clinical.dialogue import evidence_findings
from clinical.text import fold
from consultation.summary import Experiencer, Polarity
from consultation.transcript import Role
from summarize.units import Unit

_IF = re.compile(r"\b(?:if|should you|unless|si|en cas)\b")
OPPOSITE = {
    Polarity.affirmed: Polarity.denied,
    Polarity.denied: Polarity.affirmed,
}


def said_polarities(unit: Unit, language: str) -> dict[str, frozenset[Polarity]]:
    """Finding of the patient → what a sentence, with the questions that it answers, says of it."""
    # "If you get chest pain, call": nobody says that there is any.
    advised = unit.role is Role.clinician and _IF.search(fold(unit.text)) is not None
    said: dict[str, set[Polarity]] = {}
    for finding in evidence_findings(unit.said, language):
        if finding.experiencer is Experiencer.patient:
            polarity = Polarity.uncertain if advised else finding.polarity
            said.setdefault(finding.concept, set()).add(polarity)
    return {concept: frozenset(found) for concept, found in said.items()}
