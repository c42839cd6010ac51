"""What a text says of each finding: affirmed, denied or uncertain, and of whom.

``clinical.clause`` reads one sentence. A question asserts nothing; ``clinical.dialogue`` pairs it
with its answer. Known limits: children of the speaker count as the patient, because consultations
about a child are spoken by a parent; irony and reported speech are not understood.
"""

from __future__ import annotations

from clinical.clause import clause_of
from clinical.clause_line import clause_line
from clinical.finding import Finding
from clinical.findings import Span
from clinical.memory import linewise, remembered
from clinical.text import checked, sentences
from consultation.summary import Experiencer, Polarity

__all__ = ["Finding", "clause_line", "findings", "findings_about", "is_question", "polarity_of"]


@linewise
def findings(text: str, language: str) -> tuple[Finding, ...]:
    """Every finding of the text in order, sentence by sentence. Raises UnsupportedLanguage."""
    return findings_about(text, language, None)


@remembered
def findings_about(text: str, language: str, about: Experiencer | None) -> tuple[Finding, ...]:
    """As ``findings``; ``about`` is whom a first sentence with *he* or *she* goes on about."""
    found: list[Finding] = []
    carried = about
    for sentence in sentences(text):
        clause = clause_of(sentence, checked(language))
        found.extend(clause.findings(carried))
        carried = clause.subject(carried)
    return tuple(found)


@remembered
def polarity_of(sentence: str, start: int, end: int, language: str) -> Polarity:
    """The polarity of the words ``sentence[start:end]``, whether or not the lexicon has them."""
    for part in sentences(sentence):
        if part.start <= start < part.end:
            clause = clause_of(part, checked(language))
            first, last = clause.inside(start - part.start, end - part.start)
            if first < last:
                return clause.polarity(Span("", first, last, absent=False))
    return Polarity.uncertain if is_question(sentence, language) else Polarity.affirmed


@remembered
def is_question(text: str, language: str = "fr") -> bool:
    """Whether the last sentence of the text asks something, with or without a question mark."""
    parts = sentences(text)
    return bool(parts) and clause_of(parts[-1], checked(language)).is_question
