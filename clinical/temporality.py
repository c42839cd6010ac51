"""Whether a drug, a habit or a disease is current, stopped, planned, changed, resumed or past.

A cue governs the names after it until the next cue (*j'ai arrêté l'amlodipine et je prends…*); a
participle behind a name governs that name (*bisoprolol, arrêté en mars*). A sentence with a cue and
no name of its own goes on about the names before it (*Fumez-vous ? – J'ai arrêté il y a six ans*).
*Pas d'arrêt du…*, *n'arrêtez pas*, *don't stop* mean that it goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clinical.drugs import find_drugs
from clinical.folded import Folded, folded
from clinical.memory import remembered
from clinical.polarity import findings, is_question
from clinical.temporal_cues import CUES
from clinical.text import checked, sentences


class Status(StrEnum):
    current = "current"
    """Taken or present, or to be gone on with."""
    stopped = "stopped"
    planned = "planned"
    """Prescribed, to be started."""
    changed = "changed"
    """Taken, with a new dose."""
    resumed = "resumed"
    past = "past"
    """Once; nothing says that it was stopped."""
    absent = "absent"
    """Asked about, and not taken."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a text says of the course of a drug or a finding."""

    key: str
    """INN of a drug, or concept of a finding."""
    name: str
    """Verbatim name; of the sentence before when this one only says *it*."""
    status: Status | None
    """None when the text only names it."""
    text: str
    """The words that tell the status, verbatim: ``source[start:end]``; the name when None."""
    start: int
    end: int
    asked: bool = False
    name_start: int = -1
    """Where the name stands, -1 when it is in a sentence before."""


@dataclass(frozen=True, slots=True)
class _Named:
    key: str
    text: str
    start: int
    end: int
    habit: bool = False


_LISTED = re.compile(r"[\s,]*(?:(?:et|and|,|ou|or)\s+)?(?:l'|la |le |les |the |du |de l'|de la )?")
_NEW_CLAUSE = re.compile(r"[;.]|\b(?:je|j'|on|mais|but|i|we|who|qui|and|et)\b")
_ONGOING = frozenset({Status.current, Status.planned, Status.changed, Status.resumed})
_OVER = frozenset({Status.stopped, Status.absent})
HABITS = frozenset({"smoking", "alcohol", "drug use"})
"""Findings that are stopped and taken up like drugs."""


@remembered
def courses(text: str, language: str) -> tuple[Course, ...]:
    """Every drug and habit that a text names, with its status; and problems that have one.

    Raises UnsupportedLanguage.
    """
    checked(language)
    found: list[Course] = []
    carried: list[_Named] = []
    for sentence in sentences(text):
        line = folded(sentence.text)
        named = _named(sentence.text, language)
        if not named and not carried:
            continue
        if any(one.habit for one in named):
            named = [one for one in named if one.habit]  # what is stopped is the drug
        cues = _cues(line, language)
        asked = is_question(sentence.text, language)
        here = [_course(one, named, cues, line, sentence.start, asked) for one in named]
        found.extend(c for c, n in zip(here, named, strict=True) if c.status or n.habit)
        if not named and cues and carried:
            cue = next((c for c in cues if not c.behind), cues[0])
            status, start, end = cue.status, *line.place(cue.start, cue.end)
            found.extend(
                Course(
                    one.key,
                    one.text,
                    Status(status),
                    sentence.text[start:end],
                    sentence.start + start,
                    sentence.start + end,
                    asked,
                )
                for one in carried
            )
        if named:
            carried = [one for one in named if one.habit]
    return tuple(found)


def statuses(found: Iterable[Course], key: str) -> frozenset[Status]:
    """What is said of one drug or habit, questions left out."""
    return frozenset(c.status for c in found if c.key == key and c.status and not c.asked)


def opposed(stated: Status | None, said: frozenset[Status]) -> bool:
    """Whether all that was said excludes the statement: stopped against going on.

    A statement that only names a drug says that it goes on.
    """
    if not said:
        return stated is Status.stopped
    if stated is Status.absent:
        return not said & _OVER and bool(said & _ONGOING)
    if stated is Status.stopped:
        return Status.stopped not in said and bool(said & _ONGOING)
    if stated in _ONGOING or stated is None:
        return said <= _OVER
    return False


def unlike(stated: Status | None, said: frozenset[Status]) -> bool:
    """Whether it is worth a second look: taken already against prescribed today, or past."""
    if stated is None or not said or stated in said or opposed(stated, said):
        return False
    new, old = {Status.planned}, {Status.current}
    return (
        ({stated} == new and said == old)
        or ({stated} == old and said == new)
        or (stated in (Status.current, Status.stopped) and said == {Status.past})
    )


def _named(text: str, language: str) -> list[_Named]:
    named = [_Named(d.inn, d.text, d.start, d.end, habit=True) for d in find_drugs(text, language)]
    taken = [(n.start, n.end) for n in named]
    for finding in findings(text, language):
        if not any(a < finding.end and finding.start < b for a, b in taken):
            habit = finding.concept in HABITS
            named.append(_Named(finding.concept, finding.text, finding.start, finding.end, habit))
    return sorted(named, key=lambda n: n.start)


@dataclass(frozen=True, slots=True)
class _Match:
    status: str
    behind: bool
    start: int
    end: int


@remembered
def _cues(line: Folded, language: str) -> tuple[_Match, ...]:
    """Cues in order; of two that overlap the one listed first in ``temporal_cues`` is meant.

    Participles behind a name are matched apart: *arrêté* may govern what follows it.
    """
    found: list[_Match] = []
    for cue in CUES[language]:
        rivals = [m for m in found if m.behind == cue.behind]
        for match in cue.pattern.finditer(line.line):
            if not any(m.start < match.end() and match.start() < m.end for m in rivals):
                found.append(_Match(cue.status, cue.behind, match.start(), match.end()))
    return tuple(sorted(found, key=lambda m: m.start))


def _course(
    one: _Named,
    named: Sequence[_Named],
    cues: Sequence[_Match],
    line: Folded,
    shift: int,
    asked: bool,
) -> Course:
    start, end = line.at(one.start), line.at(one.end)
    cue = _behind(end, named, cues, line) or _before(start, one, cues, line)
    if cue is None and one.habit:
        # "I stopped six years ago, smoking I mean": one name, one cue anywhere.
        front = [c for c in cues if not c.behind]
        alone = len([n for n in named if n.habit]) == 1 and len(front) == 1
        cue = front[0] if alone and front[0].start >= end else None
    if cue is None:
        return Course(
            one.key,
            one.text,
            None,
            one.text,
            shift + one.start,
            shift + one.end,
            asked,
            shift + one.start,
        )
    first, last = line.place(cue.start, cue.end)
    return Course(
        one.key,
        one.text,
        Status(cue.status),
        line.text[first:last],
        shift + first,
        shift + last,
        asked,
        shift + one.start,
    )


def _before(start: int, one: _Named, cues: Sequence[_Match], line: Folded) -> _Match | None:
    cue = next((c for c in reversed(cues) if c.end <= start + 1 and not c.behind), None)
    if cue is None:
        # The finding may be the cue's own word: "ex-fumeur", "former smoker".
        return next((c for c in cues if c.start <= start < c.end), None)
    between = line.line[cue.end : start]
    if not one.habit and (between.count(" ") > 4 or re.search(r"[.;,:]", between)):
        return None
    return cue if not re.search(r"[.;]", between) else None


def _behind(
    end: int, named: Sequence[_Named], cues: Sequence[_Match], line: Folded
) -> _Match | None:
    cue = next((c for c in cues if c.start >= end and c.behind), None)
    if cue is None or cue.start - end > 40:
        return None
    between = line.line[end : cue.start]
    for other in named:
        start, last = line.at(other.start), line.at(other.end)
        if end <= start and last <= cue.start:
            listed = between[: start - end]
            if not _LISTED.fullmatch(listed):
                return None
            between = line.line[last : cue.start]
            end = last
        elif 0 <= start - cue.end <= 8 and "," not in line.line[cue.end : start]:
            return None  # "j'ai arrêté le bisoprolol": it governs what follows
    return None if _NEW_CLAUSE.search(between) else cue
