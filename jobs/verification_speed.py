"""How long verification takes, and how that grows: consultations joined to longer ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time

from clinical.memory import forget, readings
from consultation.summary import Statement
from consultation.topics import Topic
from consultation.wire import Record
from evaluation.pairs import Pair, read_pairs, spoken
from summarize.contradictions import contradictions
from summarize.grounding import Grounder
from summarize.rules import permitted
from summarize.undocumented import undocumented
from summarize.units import Unit, quote, units
from summarize.verify import Claim, verify

FACTORS = (1, 2, 4, 8)
MOST_JOINED = 5
"""Longer consultations that are measured, for each factor."""


class Took(Record):
    """Medians over consultations; times in milliseconds of processor time."""

    joined: int
    """Consultations in one."""
    words: int
    statements: int
    read: float
    """The transcript, once: sentences, questions with answers, what each says."""
    verified: float
    """Evidence found and all rules run, for every statement."""
    undocumented: float
    contradictions: float
    readings: int
    """Texts that a reader read (``clinical.memory.readings``)."""


def evaluate_speed(folder: Path, factors: Sequence[int] = FACTORS) -> tuple[Took, ...]:
    """One row a factor. Raises InvalidOption when the folder holds no pairs."""
    pairs = [pair for pair in read_pairs(folder) if pair.note]
    try:
        _measure(pairs[0])  # lexicons are read once a process
        rows = []
        for factor in factors:
            longer = list(_joined(pairs, factor))
            if longer:
                rows.append(_middle(factor, [_measure(pair) for pair in longer]))
        return tuple(rows)
    finally:
        forget()


def to_markdown(rows: Sequence[Took]) -> str:
    lines = [
        "| Joined | Words | Statements | Read, ms | Verified, ms | Undocumented, ms"
        " | Contradictions, ms | Texts read |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.joined} | {r.words} | {r.statements} | {r.read:.0f} | {r.verified:.0f}"
        f" | {r.undocumented:.0f} | {r.contradictions:.0f} | {r.readings} |"
        for r in rows
    ]
    return "\n".join(lines) + "\n"


def _joined(pairs: Sequence[Pair], factor: int) -> Iterator[Pair]:
    """Different ones of one language: what repeats would be read once, and flatter the figures."""
    for language in sorted({pair.language for pair in pairs}):
        own = [pair for pair in pairs if pair.language == language]
        starts = range(0, len(own) - factor + 1, factor)
        for start in list(starts)[:MOST_JOINED]:
            yield _one(own[start : start + factor])


def _one(pairs: Sequence[Pair]) -> Pair:
    turns = [
        (role, segment.text)
        for pair in pairs
        for roles in [{s.id: s.role for s in pair.transcript.speakers}]
        for segment in pair.transcript.segments
        for role in [roles[segment.speaker]]
    ]
    note = tuple(noted for pair in pairs for noted in pair.note)
    return Pair("+".join(pair.id for pair in pairs), spoken(turns, pairs[0].language), note)


def _measure(pair: Pair) -> Took:
    forget()
    language = pair.language
    times = [process_time()]
    found = units(pair.transcript)
    grounder = Grounder(found, language)
    times.append(process_time())
    statements = []
    for number, noted in enumerate(pair.note):

        def allowed(unit: Unit, topics: Sequence[Topic] = noted.topics) -> bool:
            return permitted(topics, unit, language)

        grounds = grounder.ground(noted.text, allowed=allowed)
        checks = verify(Claim(noted.text, grounds, noted.topics, language))
        if grounds.units:
            statements.append(
                Statement(
                    id=f"note.{number}",
                    text=noted.text,
                    evidence=quote(grounds.shown),
                    support=grounds.support,
                    checks=checks,
                )
            )
    times.append(process_time())
    undocumented(grounder, statements)
    times.append(process_time())
    contradictions(found, language)
    times.append(process_time())
    read, verified, lost, contrary = (1000 * (after - before) for before, after in pairwise(times))
    return Took(
        joined=1,
        words=sum(len(segment.words) for segment in pair.transcript.segments),
        statements=len(pair.note),
        read=read,
        verified=verified,
        undocumented=lost,
        contradictions=contrary,
        readings=readings(),
    )


def _middle(factor: int, took: Sequence[Took]) -> Took:
    return Took(
        joined=factor,
        words=round(median(t.words for t in took)),
        statements=round(median(t.statements for t in took)),
        read=median(t.read for t in took),
        verified=median(t.verified for t in took),
        undocumented=median(t.undocumented for t in took),
        contradictions=median(t.contradictions for t in took),
        readings=round(median(t.readings for t in took)),
    )
