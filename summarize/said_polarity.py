"""What a sentence of a consultation says of a finding: that it is there, or not, or maybe."""

from __future__ import annotations

import re

from clinical.dialogue import Said, evidence_findings
from clinical.memory import remembered
from clinical.text import fold
from consultation.summary import Experiencer, Polarity
from consultation.transcript import Role
from summarize.units import Unit

_IF = re.compile(r"\b(?:if|should you|unless|si|en cas)\b")
OPPOSITE = {
    Polarity.affirmed: Polarity.denied,
    Polarity.denied: Polarity.affirmed,
}


def said_polarity(unit: Unit, concept: str, language: str) -> frozenset[Polarity]:
    """What a sentence, with the questions that it answers, says of the patient's finding."""
    # "If you get chest pain, call": nobody says that there is any.
    advised = unit.role is Role.clinician and _IF.search(fold(unit.text)) is not None
    said = _polarities(unit.said, language).get(concept, frozenset())
    return frozenset({Polarity.uncertain}) if said and advised else said


@remembered
def _polarities(turns: tuple[Said, ...], language: str) -> dict[str, frozenset[Polarity]]:
    """Concept → what is said of it."""
    said: dict[str, set[Polarity]] = {}
    for finding in evidence_findings(turns, language):
        if finding.experiencer is Experiencer.patient:
            said.setdefault(finding.concept, set()).add(finding.polarity)
    return {concept: frozenset(found) for concept, found in said.items()}
