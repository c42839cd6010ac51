"""Questions with their answers, and a statement against the turns that should support it.

Give the turns in order, with the question that precedes an answer: a bare *non* says what was
denied only beside what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from clinical.cues import CUES
from clinical.memory import remembered_run
from clinical.numbers import quantities
from clinical.polarity import Finding, clause_line, findings, findings_about, is_question
from clinical.text import checked, sentences
from consultation.summary import Experiencer, Polarity

_NO = frozenset({"no", "nope", "nah", "na", "non", "nan", "negative", "negatif"})
"""After these, *not really* is politeness."""
_OTHERS = {Experiencer.other}
_OPPOSITE = {Polarity.affirmed: Polarity.denied, Polarity.denied: Polarity.affirmed}
_BARE_WEAK = re.compile(r"(?<!\S)not (?:really|particularly|specifically|that much)(?!\S)")
_TELLING = re.compile(
    r"(?<!\S)(?:i|i'm|i've|i'd|me|my|mine|we|we've|our|us|is|are|was|were|be|been|has|have|had|got"
    r"|gets?|je|j'|me|m'|moi|mon|ma|mes|on|nous|notre|nos|est|sont|etait|a|ai|as|ont|avait|avais"
    r"|fait|font)(?!\S)"
)
"""Words of a sentence that tells something."""
LONGEST_LOST = 10
"""Words and marks of a question that lost its mark, at most: a longer sentence tells."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of speech."""

    text: str
    role: str = "unknown"
    """Who speaks; any label that differs between speakers (a Role, or S1)."""
    is_question: bool | None = None
    """Whether it ends with a question; None lets the words tell."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A finding of a statement that its evidence does not bear."""

    finding: Finding
    """As the statement has it."""
    evidence: tuple[Finding, ...]
    """What the evidence says of the same concept; empty when it never names it."""


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
            weakly_denied=verdict is Polarity.uncertain and _weak(line, language),
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


def denies_all(answer: str, language: str) -> bool:
    """Whether an answer is a plain *no*, which denies all that was asked in one breath."""
    line = clause_line(answer, language)
    cues = CUES[checked(language)]
    return cues.no.match(line) is not None and not cues.partly.match(line)


def affirms(answer: str, language: str) -> bool:
    """Whether an answer opens with *yes* or the like."""
    return CUES[checked(language)].yes.match(clause_line(answer, language)) is not None


def closed(question: str, language: str) -> bool:
    """Whether *no* is an answer to it: not to *how long*, *where*, *depuis quand*."""
    return not CUES[checked(language)].presumed.search(clause_line(question, language))


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


def lost_question(text: str, reply: str, language: str) -> bool:
    """Whether a turn without a question mark was a question, as the next speaker's *no* shows.

    Speech recognition writes *C'est grave.* for *C'est grave ?*. A turn that ends in a short
    sentence about no one, or about the other, or in a finding and no more (*chest pain*), without
    a denial, and that is denied by who speaks next, was asked. *Oui* shows nothing: who listens
    says it too.
    """
    parts = sentences(text)
    replies = sentences(reply)
    if not parts or not replies or is_question(replies[0].text, language):
        return False
    cues = CUES[checked(language)]
    line = clause_line(parts[-1].text, language)
    if len(line.split()) > LONGEST_LOST or cues.deny_before.search(line):
        return False
    if not cues.unasked.search(line) and not _bare(parts[-1].text, line, language):
        return False
    return _denied_by(parts[-1].text, replies[0].text, language)


def _bare(text: str, line: str, language: str) -> bool:
    """*Chest pain*, *nausea or vomiting*: read out, about nobody and without a verb."""
    return bool(findings(text, language)) and not _TELLING.search(line)


def _denied_by(asked: str, reply: str, language: str) -> bool:
    """*No*, *not really*, or a denial of just that: *shortness of breath – no breathlessness*."""
    line = clause_line(reply, language)
    if CUES[language].no.match(line) or _weak(line, language):
        return True
    named = {f.concept for f in findings(asked, language)}
    short = len(line.split()) <= LONGEST_LOST
    return short and any(
        f.concept in named and f.polarity is Polarity.denied for f in findings(reply, language)
    )


def _answers(turn: Said, following: Said, language: str) -> bool:
    """Whether the turn asks and the following one, by someone else, may answer."""
    asks = turn.is_question
    if asks is None:
        asks = is_question(turn.text, language) or lost_question(
            turn.text, following.text, language
        )
    return asks and (turn.role != following.role or turn.role == "unknown")


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


def _weak(line: str, language: str) -> bool:
    """Whether an answer opens with *not really* or the like."""
    weak = CUES[language].weakly.search(line) or _BARE_WEAK.search(line)
    return weak is not None and line[: weak.start()].count(" ") <= 3


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
