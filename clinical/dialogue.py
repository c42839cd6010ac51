"""Questions with their answers: what a run of turns says.

Give the turns in order, with the question that precedes an answer: a bare *non* says what was
denied only beside what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinical.answers import closed, denies_all, lost_question, weak
from clinical.cues import CUES
from clinical.memory import remembered_run
from clinical.numbers import quantities
from clinical.polarity import Finding, clause_line, findings, findings_about, is_question
from clinical.text import checked, sentences
from consultation.summary import Experiencer, Polarity

_NO = frozenset({"no", "nope", "nah", "na", "non", "nan", "negative", "negatif"})
"""After these, *not really* is politeness."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of speech."""

    text: str
    role: str = "unknown"
    """Who speaks; any label that differs between speakers (a Role, or S1)."""
    is_question: bool | None = None
    """Whether it ends with a question; None lets the words tell."""


def resolve_answer(question: str, answer: str, language: str) -> tuple[Finding, ...]:
    """What an answer says of each concept that was asked, and of those that it names itself.

    *De la fièvre ? – Non.* denies fever. A concept that the answer names has its offsets in the
    answer; any other has its offsets in the question and ``asked`` set. *Oui* to a question about
    several things leaves them uncertain, as does any answer that neither denies nor affirms. What
    a question takes for granted is affirmed whatever the answer: *Does the pain radiate? – No.*
    """
    implied, named = _resolve(question, answer, checked(language))
    return (*implied, *named)


def _resolve(
    question: str, answer: str, language: str
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    line = clause_line(answer, language)
    in_question = findings(question, language)
    # A caller may know of a question that no mark or word shows.
    asked = [f for f in in_question if f.asked] or list(in_question)
    about: Experiencer | None = next(
        (f.experiencer for f in asked if f.experiencer is not Experiencer.patient), None
    )
    about = about or _asked_about(question, language)
    named = findings_about(answer, language, about)
    if about is not None and not CUES[language].first_person.search(line):
        named = tuple(
            replace(f, experiencer=about) if f.experiencer is Experiencer.patient else f
            for f in named
        )
    told = {finding.concept for finding in named if not finding.asked}
    verdict = _verdict(answer, question, len({f.concept for f in asked}), language)
    implied = tuple(
        replace(
            finding,
            polarity=Polarity.affirmed if finding.presumed else verdict,
            weakly_denied=verdict is Polarity.uncertain and weak(line, language),
            asked=True,
            experiencer=about or finding.experiencer,
        )
        for finding in asked
        if finding.concept not in told
    )
    return implied, named


@remembered_run
def evidence_findings(turns: Sequence[Said], language: str) -> tuple[Finding, ...]:
    """All that a run of turns says, each question resolved by the next speaker's turn.

    ``asked`` with an uncertain polarity is a question without a usable answer. Offsets count in the
    turn each finding comes from.
    """
    found: list[Finding] = []
    for i, turn in enumerate(turns):
        if i > 0 and _answers(turns[i - 1], turn, language):
            question = _last_questions(turns[i - 1].text, language)
            implied, named = _resolve(question, turn.text, language)
            found.extend(implied)
        else:
            named = findings(turn.text, language)
        if i + 1 < len(turns) and _answers(turn, turns[i + 1], language):
            end = len(turn.text) - len(_last_questions(turn.text, language))
            named = tuple(f for f in named if f.start < end)  # the next turn resolves the others
        elif turn.is_question and not is_question(turn.text, language):
            uncertain = Polarity.uncertain
            named = tuple(replace(f, polarity=uncertain, asked=True) for f in named)
        if turn.is_question and (answer := _answered_together(turns, i, language)):
            named = _denied_together(named, answer, language)
        found.extend(named)
    return tuple(found)


def _answered_together(turns: Sequence[Said], i: int, language: str) -> str | None:
    """The plain *no* to the last of a run of questions that begins here, if there is one."""
    j = i + 1
    while j < len(turns) and turns[j].is_question and turns[j].role == turns[i].role:
        j += 1
    if j == i + 1 or j >= len(turns) or not _answers(turns[j - 1], turns[j], language):
        return None
    reply = turns[j].text
    return reply if denies_all(reply, language) and closed(turns[i].text, language) else None


def _denied_together(named: Sequence[Finding], answer: str, language: str) -> tuple[Finding, ...]:
    told = {f.concept for f in findings(answer, language)}
    return tuple(
        replace(f, polarity=Polarity.denied)
        if f.asked and not f.presumed and f.concept not in told
        else f
        for f in named
    )


def _answers(turn: Said, following: Said, language: str) -> bool:
    """Whether the turn asks and the following one, by someone else, may answer."""
    asks = turn.is_question
    if asks is None:
        asks = is_question(turn.text, language) or lost_question(
            turn.text, following.text, language
        )
    return asks and (turn.role != following.role or turn.role == "unknown")


def _verdict(answer: str, question: str, concepts: int, language: str) -> Polarity:
    """What an answer says of the concepts that it does not name."""
    cues = CUES[language]
    line = clause_line(answer, language)
    no = cues.no.match(line)
    if cues.partly.match(line) and not (no and no.group().split()[-1] in _NO):
        return Polarity.uncertain
    if no:
        return Polarity.denied
    if concepts != 1:
        return Polarity.uncertain
    if cues.yes.match(line):
        plain = findings(question.replace("?", "."), language)
        negative = any(f.polarity is Polarity.denied for f in plain)
        firmly = language == "fr" and re.search(r"(?<!\S)si(?!\S)", line) is not None
        return Polarity.uncertain if negative and not firmly else Polarity.affirmed
    if cues.deny_before.search(line) or cues.doubt_before.search(line):
        return Polarity.uncertain
    # "Depuis quand toussez-vous ? – Dix jours." "Do you smoke? – Ten a day."
    presumed = cues.presumed.search(clause_line(question, language))
    if presumed or quantities(answer, language):
        return Polarity.affirmed
    return Polarity.uncertain


def _asked_about(question: str, language: str) -> Experiencer | None:
    """A relative whom the question asks about: *Et votre père ?*"""
    cues = CUES[language]
    line = clause_line(question, language)
    if cues.not_family.search(line):
        return None
    if cues.family.search(line):
        return Experiencer.family
    return Experiencer.other if cues.other.search(line) else None


def _last_questions(text: str, language: str) -> str:
    """The run of questions that a turn ends with: *De la fièvre ? Des frissons ?*"""
    parts = sentences(text)
    start = len(text)
    for part in reversed(parts):
        if not is_question(part.text, language):
            break
        start = part.start
    return text[start:] if start < len(text) else text
