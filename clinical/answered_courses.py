"""What an answer says of the course of a drug that a question asked about.

*Vous avez arrêté le gliclazide ? – Oui.* stops it; *Non.* says that it goes on. A question that
denies (*Vous ne prenez plus…*, *You haven't stopped…*) is agreed with by *non* and turned round by
*si*; a *oui* to *vous n'avez pas arrêté* decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace

from clinical.cues import CUES
from clinical.memory import remembered
from clinical.polarity import clause_line, polarity_of
from clinical.temporality import HABITS, Course, Status, courses
from clinical.text import checked, fold
from consultation.summary import Polarity

_NO_LONGER = re.compile(r"\b(?:ne\b|n').{0,30}\bplus\b|\bno longer\b|\bany ?more\b")
"""A question that says itself that it is over."""
_DENIES = re.compile(r"\b(?:ne\b|n').{0,30}\b(?:pas|jamais)\b|\b(?:not|never)\b|n't\b")
"""A question that denies."""
_DENIED = re.compile(r"\b(?:pas|jamais|not|never)\b|n't\b")
_NEAR = 40
_DENIES_NEAR = re.compile(
    r"(?:\b(?:pas|jamais|aucune?|sans|ni|not|never|no|without|nor|den\w+)\b|n't\b)[^.,;]*$"
)
"""A denial of the name, in the characters before it: in endless speech others stand farther off."""
_SURE = re.compile(
    r"^\W*(?:(?:non|no|oui|yes|yeah)\W+)?(?:c'est (?:ca|exact|bien ca)|exact\w*|tout a fait|voila"
    r"|effectivement|en effet|that's (?:right|correct|it)|correct|right|exactly)\b"
)
"""Agrees with whatever the question says."""
_SI = re.compile(r"^\W*si\b")
_OVER = re.compile(
    r"\b(?:ai arretee?s?|non\W+plus"
    r"|(?:ne |n')(?:le |la |les |l'|en )?(?:prends?|prend|prenons) plus"
    r"|plus (?:maintenant|du tout|depuis)|no longer|not any ?more|don't any ?more|gave it up"
    r"|i(?:'ve)? (?:have )?stopped)\b|^\W*plus\W*$"
)
_STILL = re.compile(
    r"\b(?:(?:le|la|les|en) (?:prends?|prenons|prend)(?! (?:plus|pas))|toujours|encore"
    r"|still (?:take|taking|on|do|am)|i take it|i do take)\b"
)
_ASKS_STILL = re.compile(r"\b(?:toujours|encore|continu\w*|still|carry on|keep\w*)\b")
_OFFERS = re.compile(
    r"\b(?:voulez|voudriez|souhaitez|je (?:vous |te )?(?:prescri\w+|mets|donne)|shall|want|would"
    r"|like (?:me|us|to)|should (?:i|we)|can (?:i|we))\b"
)
_OPPOSITE = {
    Status.stopped: Status.current,
    Status.changed: Status.current,
    Status.resumed: Status.stopped,
    Status.planned: Status.absent,
    Status.past: Status.absent,
}


@remembered
def answered_courses(question: str, answer: str, language: str) -> tuple[Course, ...]:
    """The courses that the question asks about, as the answer leaves them; offsets in the question.

    Only what a plain answer decides: what its own words tell, ``courses`` of both lines reads.
    """
    asked = [c for c in courses(question, language) if c.status is not None]
    asked = [c for c in asked if c.key not in HABITS]
    found = []
    for course in asked:
        status = _decided(course, question, answer, checked(language))
        if status is not None:
            found.append(replace(course, status=status, asked=False))
    return tuple(found)


@remembered
def denied_courses(text: str, language: str) -> tuple[Course, ...]:
    """``courses``, where a drug that is denied is absent: *does not take*, *pas de gliclazide*.

    A habit keeps its status: that nobody smokes is told by its polarity.
    """
    return tuple(
        replace(c, status=Status.absent) if _denied(c, text, language) else c
        for c in courses(text, language)
    )


def _denied(course: Course, text: str, language: str) -> bool:
    if course.status is Status.stopped or course.name_start < 0 or course.asked:
        return False
    if course.key in HABITS or _DENIED.search(fold(course.text)):
        return False  # "pas d'arrêt du Kardégic" denies the end
    near = fold(text[max(0, course.name_start - _NEAR) : course.name_start])
    if not _DENIES_NEAR.search(near):
        return False
    end = course.name_start + len(course.name)
    return polarity_of(text, course.name_start, end, language) is Polarity.denied


def _decided(course: Course, question: str, answer: str, language: str) -> Status | None:
    status = course.status
    assert status is not None
    said, line = fold(question), fold(answer)
    if _OVER.search(line):
        return Status.stopped
    if _STILL.search(line):
        return Status.current
    bare = clause_line(answer, language)
    if CUES[language].partly.match(bare):
        return None
    over, denies = _NO_LONGER.search(said), _DENIES.search(said)
    if _SURE.match(line):
        return _confirmed(status, said)
    # "Pas arrêté" is one cue, and means that it goes on; of "you don't take" the cue is "take".
    told = over or (denies and _DENIED.search(fold(course.text)))
    if (over or denies) and _SI.match(line):
        return _turned(status) if told else status
    if told:
        agreed = CUES[language].no.match(bare) or (over and CUES[language].yes.match(bare))
        return status if agreed else None
    if CUES[language].no.match(bare):
        if status is Status.current:
            return Status.stopped if _ASKS_STILL.search(said) else Status.absent
        return _OPPOSITE[status]
    if denies:
        return None
    return _confirmed(status, said) if CUES[language].yes.match(bare) else None


def _turned(status: Status) -> Status:
    return Status.stopped if status is Status.current else Status.current


def _confirmed(status: Status, question: str) -> Status:
    """Started in the past is taken now; what is offered is to be started."""
    if status is Status.planned and not _OFFERS.search(question):
        return Status.current
    return status
