"""A statement against the turns that should support it: what they deny, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinical.dialogue import Said, evidence_findings
from clinical.polarity import Finding, findings
from consultation.summary import Experiencer, Polarity

_OTHERS = {Experiencer.other}
_OPPOSITE = {Polarity.affirmed: Polarity.denied, Polarity.denied: Polarity.affirmed}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A finding of a statement that its evidence does not bear."""

    finding: Finding
    """As the statement has it."""
    evidence: tuple[Finding, ...]
    """What the evidence says of the same concept; empty when it never names it."""


def denied_but_asserted(
    statement: str, turns: Sequence[Said], language: str
) -> tuple[Conflict, ...]:
    """Findings that the statement affirms and the evidence denies, or only asks about.

    A concept that the evidence never names is no conflict here: grounding judges that.
    """
    said = evidence_findings(turns, language)
    found = []
    for finding in _of_patient(findings(statement, language), Polarity.affirmed):
        about = _same_concept(said, finding)
        bears = [f for f in about if f.polarity is Polarity.affirmed or _doubtful(f)]
        if about and not bears:
            found.append(Conflict(finding, about))
    return tuple(found)


def asserted_but_denied(
    statement: str, turns: Sequence[Said], language: str
) -> tuple[Conflict, ...]:
    """Findings that the statement denies and the evidence does not deny.

    That covers what the evidence affirms, doubts, asks without an answer, and what nobody spoke of:
    "not discussed" is not "absent". *Not really* bears a denial.
    """
    said = evidence_findings(turns, language)
    found = []
    for finding in _of_patient(findings(statement, language), Polarity.denied):
        about = _same_concept(said, finding)
        if not any(f.polarity is Polarity.denied or f.weakly_denied for f in about):
            found.append(Conflict(finding, about))
    return tuple(found)


def flipped_of_family(statement: str, turns: Sequence[Said], language: str) -> tuple[Conflict, ...]:
    """Findings of relatives of which the evidence says only the opposite.

    *No family history of cancer* against *family history of cancer*, and the other way round.
    """
    said = [f for f in evidence_findings(turns, language) if f.experiencer is Experiencer.family]
    found = []
    for finding in findings(statement, language):
        opposite = _OPPOSITE.get(finding.polarity)
        if opposite is None or finding.asked or finding.experiencer is not Experiencer.family:
            continue
        about = tuple(f for f in said if f.concept == finding.concept)
        if about and all(f.polarity is opposite for f in about):
            found.append(Conflict(finding, about))
    return tuple(found)


def wrong_experiencer(statement: str, turns: Sequence[Said], language: str) -> tuple[Conflict, ...]:
    """Findings that the statement affirms of the patient and the evidence of someone else alone.

    And those that it affirms of the family and the evidence of others alone: a friend's mother.
    Meant for statements outside the family history, where a relative may go without saying.
    """
    said = evidence_findings(turns, language)
    found = []
    for finding in findings(statement, language):
        if finding.polarity is not Polarity.affirmed or finding.asked:
            continue
        about = tuple(f for f in said if f.concept == finding.concept)
        who = {f.experiencer for f in about if not f.asked or f.polarity is Polarity.affirmed}
        patient = finding.experiencer is Experiencer.patient
        family = finding.experiencer is Experiencer.family
        if who and ((patient and finding.experiencer not in who) or (family and who == _OTHERS)):
            found.append(Conflict(finding, about))
    return tuple(found)


def _of_patient(found: Iterable[Finding], polarity: Polarity) -> list[Finding]:
    return [
        f
        for f in found
        if f.polarity is polarity and f.experiencer is Experiencer.patient and not f.asked
    ]


def _same_concept(said: tuple[Finding, ...], finding: Finding) -> tuple[Finding, ...]:
    return tuple(
        f for f in said if f.concept == finding.concept and f.experiencer is Experiencer.patient
    )


def _doubtful(finding: Finding) -> bool:
    """Said with a doubt that does not lean to a denial, as against asked and left unanswered."""
    uncertain = finding.polarity is Polarity.uncertain
    return uncertain and not finding.asked and not finding.weakly_denied
