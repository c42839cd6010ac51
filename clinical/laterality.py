"""Sides: which organ, left, right or both, in French and English.

*Le genou droit*, *à gauche*, *left-sided headache*, *both knees*, *LLQ*. Words that only look like
a side (*all right*, *I left*, *tout droit*, *avoir droit*) are none. A side in a question is asked,
not said; its answer decides. Abbreviations are read only where nothing else is meant by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from clinical.anatomy import Organ, organs, related
from clinical.cues import CUES
from clinical.dialogue import Said
from clinical.folded import Folded, folded
from clinical.memory import remembered, remembered_run
from clinical.polarity import clause_line, is_question
from clinical.side_cues import (
    ASKS_SIDE,
    BOTH,
    LETTER,
    NEGATED,
    PLAIN,
    QUADRANT,
    QUADRANTS,
    SHORT_ANSWER,
    SIDE_CUES,
    TELLS,
    Side,
)
from clinical.taken_back import takes_back
from clinical.text import Sentence, checked, sentences

__all__ = ["Lateral", "Side", "SideConflict", "missing_sides", "said_sides", "sides"]


@dataclass(frozen=True, slots=True)
class Lateral:
    """A side that a text names, with the organ it is said of."""

    organ: str | None
    """Key of the lexicon of anatomy; None when none is named."""
    side: Side
    text: str
    """Verbatim: exactly ``source[start:end]``."""
    start: int
    end: int
    asked: bool = False
    """It stands in a question: nothing is asserted."""
    denied: bool = False
    """*Pas à gauche*, *not the left one*."""


@dataclass(frozen=True, slots=True)
class SideConflict:
    """A side of a statement that its evidence does not bear."""

    stated: Lateral
    said: tuple[Lateral, ...]
    """What the evidence says of the same place; empty when it names no side there."""


_FAR = 45
"""Characters between an organ and the side said of it, at most."""


@remembered
def sides(text: str, language: str) -> tuple[Lateral, ...]:
    """Every side that a text names, in order. Raises UnsupportedLanguage."""
    checked(language)
    found: list[Lateral] = []
    asking = False
    for sentence in sentences(text):
        line = folded(sentence.text)
        tells, asks = TELLS.search(line.line), ASKS_SIDE.search(line.line)
        asked = bool(tells or asks) and is_question(sentence.text, language)
        if tells:
            found.extend(_sentence(sentence, line, language, asked, after_question=asking))
        asking = asked and asks is not None
    return tuple(found)


@remembered_run
def said_sides(turns: Sequence[Said], language: str) -> tuple[Lateral, ...]:
    """The sides that a run of turns asserts, each question resolved by the next turn.

    Offsets count in the turn that the side is said in.
    """
    cues = CUES[checked(language)]
    found: list[Lateral] = []
    for i, turn in enumerate(turns):
        before = turns[i - 1].text if i else ""
        own = _after(before, turn.text, language)
        found.extend(_with_organ(s, turns, i, language) for s in own if not s.asked)
        asked = [s for s in own if s.asked]
        if asked and i + 1 < len(turns):
            line = clause_line(turns[i + 1].text, language)
            answers = {s.side for s in _after(turn.text, turns[i + 1].text, language)}
            if len({s.side for s in asked}) == 1 and not answers and cues.yes.match(line):
                found.extend(
                    replace(_with_organ(s, turns, i, language), asked=False) for s in asked
                )
    return tuple(found)


def missing_sides(statement: str, turns: Sequence[Said], language: str) -> tuple[SideConflict, ...]:
    """The (organ, side) pairs of a statement that the turns do not hold."""
    stated = [s for s in sides(statement, language) if not s.asked and not s.denied]
    if not stated:
        return ()
    said = said_sides(turns, language)
    return tuple(
        SideConflict(one, tuple(s for s in said if related(s.organ, one.organ)))
        for one in stated
        if not _held(one, said)
    )


def _held(stated: Lateral, said: Iterable[Lateral]) -> bool:
    there = {s.side for s in said if not s.denied and related(s.organ, stated.organ)}
    if stated.side is Side.both:
        return Side.both in there or {Side.left, Side.right} <= there
    return stated.side in there or Side.both in there


def _after(before: str, text: str, language: str) -> tuple[Lateral, ...]:
    """The sides of a turn, read with the question before it: *Which side? - Right.*"""
    if not before:
        return sides(text, language)
    shift = len(before) + 1
    return tuple(
        replace(s, start=s.start - shift, end=s.end - shift)
        for s in sides(f"{before}\n{text}", language)
        if s.start >= shift
    )


def _with_organ(side: Lateral, turns: Sequence[Said], i: int, language: str) -> Lateral:
    """*Which knee? – The left*: the organ is in the turn, else in the last question before it,

    else the only one that anybody names."""
    if side.organ is not None:
        return side
    for text in _nearest_first(turns, i):
        named = {organ.name for organ in organs(folded(text), language)}
        if named:
            break
    else:
        named = {o.name for turn in turns for o in organs(folded(turn.text), language)}
    return replace(side, organ=named.pop()) if len(named) == 1 else side


def _nearest_first(turns: Sequence[Said], i: int) -> Iterator[str]:
    """The turn, then the sentences of the turn before it, the last first."""
    yield turns[i].text
    if i:
        yield from (sentence.text for sentence in reversed(sentences(turns[i - 1].text)))


def _sentence(
    sentence: Sentence, line: Folded, language: str, asked: bool, *, after_question: bool
) -> list[Lateral]:
    named = organs(line, language)
    spans = _spans(line, named, language, after_question=after_question)
    found: list[Lateral] = []
    for side, start, end, organ in sorted(spans, key=lambda s: (s[1], -s[2])):
        first, last = line.place(start, end)
        if found and first + sentence.start < found[-1].end:
            continue
        found.append(
            Lateral(
                organ=organ,
                side=side,
                text=sentence.text[first:last],
                start=sentence.start + first,
                end=sentence.start + last,
                asked=asked,
                denied=NEGATED[language].search(line.line[max(0, start - 30) : start]) is not None,
            )
        )
    return _kept(found, sentence, line)


def _kept(found: list[Lateral], sentence: Sentence, line: Folded) -> list[Lateral]:
    """*The left, I mean the right knee*: the first is as good as denied."""
    for k, (one, other) in enumerate(pairwise(found)):
        end, start = (line.at(p - sentence.start) for p in (one.end, other.start))
        if one.side is not other.side and takes_back(line.line[end:start]):
            found[k] = replace(one, denied=True)
    return found


def _spans(
    line: Folded, named: tuple[Organ, ...], language: str, *, after_question: bool
) -> list[tuple[Side, int, int, str | None]]:
    found: list[tuple[Side, int, int, str | None]] = []
    for side, pattern in SIDE_CUES[language]:
        for match in pattern.finditer(line.line):
            organ = _organ(named, match.start(), match.end(), language)
            found.append((side, match.start(), match.end(), organ))
    for match in QUADRANT[language].finditer(line.line):
        organ, side = QUADRANTS[match.group()]
        found.append((side, match.start(), match.end(), organ))
    for match in BOTH[language].finditer(line.line):
        follows = next((o for o in named if 0 <= o.start - match.end() <= 2), None)
        if follows is not None:
            found.append((Side.both, match.start(), match.end(), follows.name))
    if language == "en":
        found += _english(line, named, after_question=after_question)
    return found


def _english(
    line: Folded, named: tuple[Organ, ...], *, after_question: bool
) -> list[tuple[Side, int, int, str | None]]:
    """*left knee*, *left lower back*, *knee pain, left*, *L knee*, and *Right.* as an answer."""
    found: list[tuple[Side, int, int, str | None]] = []
    for match in PLAIN.finditer(line.line):
        side = Side(match.group())
        after = next((o for o in named if o.start >= match.end()), None)
        gap = line.line[match.end() : after.start] if after else None
        if gap is not None and after is not None and re.fullmatch(r"[ -](?:[a-z]+[ -]){0,4}", gap):
            if re.search(
                r"\b(?:my|the|your|his|her|a|in|on|to|of|with|now|away|and|or|for)\b", gap
            ):
                continue
            found.append((side, match.start(), match.end(), after.name))
            continue
        before = [o for o in named if o.end <= match.start()]
        tail = line.line[match.end() :]
        ends = re.match(r"\s*[.,;)]|\s*$", tail) is not None
        lead = line.line[before[-1].end : match.start()] if before else ""
        if before and ends and re.fullmatch(r"(?: pain| ache)?(?:,| -| \(|:) ?", lead):
            found.append((side, match.start(), match.end(), before[-1].name))
            continue
        opening = SHORT_ANSWER["en"].match(line.line)
        alone = ends and opening is not None and opening.end() == match.start()
        if alone and (after_question or side is Side.left):
            organ = before[-1].name if before else None
            found.append((side, match.start(), match.end(), organ))
    for match in LETTER.finditer(line.text):
        at = line.at(match.end())
        if any(o.start == at + 1 for o in named):
            name = next(o.name for o in named if o.start == at + 1)
            side = Side.left if match.group() == "L" else Side.right
            found.append((side, line.at(match.start()), at, name))
    return found


def _organ(named: tuple[Organ, ...], start: int, end: int, language: str) -> str | None:
    """The organ that a side is said of: before it in French, after it in English, else near it."""
    before = [o for o in named if o.end <= start and start - o.end <= _FAR]
    after = [o for o in named if o.start >= end and o.start - end <= _FAR]
    if language == "en" and after and after[0].start - end <= 3:
        return after[0].name
    if before:
        return before[-1].name
    return after[0].name if after else None
