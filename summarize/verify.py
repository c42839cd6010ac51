"""A statement against its evidence, rule by rule; code decides, no model is asked.

Every rule compares two texts: the statement, and the sentences that it rests on with the questions
they answer. One failed rule keeps a statement out of the note.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from clinical.dialogue import Said, asserted_but_denied, denied_but_asserted, wrong_experiencer
from clinical.drugs import missing_drugs
from clinical.numbers import missing_quantities
from clinical.polarity import findings, is_question
from clinical.text import content_stems, stem
from consultation.summary import Check, Verdict
from consultation.topics import Topic
from prompts import library
from summarize.grounding import ENOUGH, Grounds
from summarize.rules import permitted, speaks_of_family
from summarize.units import Unit


@dataclass(frozen=True)
class Claim:
    """A statement with what it rests on and where it would stand."""

    text: str
    grounds: Grounds
    topics: Sequence[Topic]
    language: str

    @property
    def evidence(self) -> str:
        return " ".join(unit.answered for unit in self.grounds.units)

    @property
    def said(self) -> tuple[Said, ...]:
        """The evidence as turns, each question before its answer."""
        turns: list[Said] = []
        for unit in sorted(self.grounds.units, key=lambda u: u.index):
            if unit.question is not None and _said(unit.question) not in turns:
                turns.append(_said(unit.question))
            turns.append(_said(unit))
        return tuple(turns)


def _said(unit: Unit) -> Said:
    return Said(text=unit.text, role=unit.speaker, is_question=unit.is_question)


def verify(claim: Claim) -> tuple[Check, ...]:
    """All rules, in order; the first that fails is the reason for a refusal."""
    if not claim.grounds.units:
        return (
            Check(rule="no_evidence", verdict=Verdict.failed, detail="nothing like it was said"),
        )
    checks = []
    for rule, apply in RULES.items():
        fault = apply(claim)
        verdict = Verdict.passed if fault is None else Verdict.failed
        checks.append(Check(rule=rule, verdict=verdict, detail=fault or ""))
    return tuple(checks)


def failed(checks: Sequence[Check]) -> Check | None:
    return next((check for check in checks if check.verdict is Verdict.failed), None)


def _evidence(claim: Claim) -> str | None:
    if claim.grounds.support >= ENOUGH:
        return None
    return "not said: " + ", ".join(claim.grounds.missing)


def _question(claim: Claim) -> str | None:
    """A question states nothing, and proves nothing."""
    if "?" in claim.text or is_question(claim.text, claim.language):
        return "the statement is a question"
    return None


@cache
def _example_stems(language: str) -> frozenset[str]:
    stems = (s for text in library.example_texts(language) for s in content_stems(text, language))
    # Short words (jour, deux, pain) are everybody's.
    return frozenset(stem for stem in stems if len(stem) > 4)


def _leak(claim: Claim) -> str | None:
    """Words that stand in the prompt's worked examples and were not said here."""
    examples = _example_stems(claim.language)
    leaked = [word for word in claim.grounds.missing if stem(word, claim.language) in examples]
    return "from the prompt's examples: " + ", ".join(leaked) if leaked else None


def _findings(claim: Claim) -> str | None:
    """A symptom or a disease that nobody named."""
    said = {finding.concept for finding in findings(claim.evidence, claim.language)}
    named = findings(claim.text, claim.language)
    new = [finding.text for finding in named if finding.concept not in said]
    return "not said: " + ", ".join(new) if new else None


def _numbers(claim: Claim) -> str | None:
    missing = missing_quantities(claim.text, claim.evidence, claim.language)
    return "not said: " + ", ".join(q.text for q in missing) if missing else None


def _drugs(claim: Claim) -> str | None:
    missing = missing_drugs(claim.text, claim.evidence, claim.language)
    return "not said: " + ", ".join(drug.text for drug in missing) if missing else None


def _polarity(claim: Claim) -> str | None:
    flipped = denied_but_asserted(claim.text, claim.said, claim.language)
    if flipped:
        return "asserted, and denied or only asked: " + ", ".join(c.finding.text for c in flipped)
    flipped = asserted_but_denied(claim.text, claim.said, claim.language)
    if flipped:
        return "denied, and said to be present: " + ", ".join(c.finding.text for c in flipped)
    return None


def _experiencer(claim: Claim) -> str | None:
    """What is said of the family is not the patient's, nor the other way round."""
    if tuple(claim.topics) == (Topic.family,):
        spoken = speaks_of_family(claim.evidence)
        return None if spoken else "nobody of the family is spoken of"
    wrong = wrong_experiencer(claim.text, claim.said, claim.language)
    if wrong:
        return "of another person: " + ", ".join(c.finding.text for c in wrong)
    return None


def _speaker(claim: Claim) -> str | None:
    """An examination, a diagnosis or a plan needs the clinician's words; symptoms the patient's."""
    if any(permitted(claim.topics, unit, claim.language) for unit in claim.grounds.units):
        return None
    return "said by " + ", ".join(sorted({unit.role.value for unit in claim.grounds.units}))


RULES: dict[str, Callable[[Claim], str | None]] = {
    "question": _question,
    "leak": _leak,
    "numbers": _numbers,
    "drugs": _drugs,
    "findings": _findings,
    "polarity": _polarity,
    "experiencer": _experiencer,
    "speaker": _speaker,
    "evidence": _evidence,
}
"""Name → rule; a rule returns what is wrong, or None. The most telling come first."""
