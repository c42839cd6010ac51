"""Questions and answers by their words: what asks without a mark, what denies or affirms all."""

from __future__ import annotations

import re

from clinical.cues import CUES
from clinical.polarity import clause_line, findings, is_question
from clinical.text import checked, sentences
from consultation.summary import Polarity

_BARE_WEAK = re.compile(r"(?<!\S)not (?:really|particularly|specifically|that much)(?!\S)")
_TELLING = re.compile(
    r"(?<!\S)(?:i|i'm|i've|i'd|me|my|mine|we|we've|our|us|is|are|was|were|be|been|has|have|had|got"
    r"|gets?|je|j'|me|m'|moi|mon|ma|mes|on|nous|notre|nos|est|sont|etait|a|ai|as|ont|avait|avais"
    r"|fait|font)(?!\S)"
)
"""Words of a sentence that tells something."""
LONGEST_LOST = 10
"""Words and marks of a question that lost its mark, at most: a longer sentence tells."""


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


def weak(line: str, language: str) -> bool:
    """Whether an answer opens with *not really* or the like."""
    weak = CUES[language].weakly.search(line) or _BARE_WEAK.search(line)
    return weak is not None and line[: weak.start()].count(" ") <= 3


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
    if CUES[language].no.match(line) or weak(line, language):
        return True
    named = {f.concept for f in findings(asked, language)}
    short = len(line.split()) <= LONGEST_LOST
    return short and any(
        f.concept in named and f.polarity is Polarity.denied for f in findings(reply, language)
    )
