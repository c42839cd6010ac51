"""Work that is counted, not timed: each sentence is read once, and twice as many cost twice."""

from __future__ import annotations

import pytest

from clinical.drugs import drugs
from clinical.memory import forget, linewise, readings
from consultation.summary import Statement
from consultation.topics import Topic
from consultation.transcript import Role
from evaluation.pairs import Noted, Pair, spoken
from evaluation.samples import sample_pairs
from jobs.verification_speed import evaluate_speed, to_markdown
from summarize.contradictions import contradictions
from summarize.grounding import Grounder
from summarize.undocumented import undocumented
from summarize.units import quote, units
from summarize.verify import Claim, verify


def pair(length: int) -> Pair:
    """``length`` exchanges, of which no two sentences are the same, and a statement of each."""
    names = [drug.inn for drug in drugs() if drug.kind == "drug" and drug.inn.isalpha()][:length]
    turns, note = [], []
    for number, name in enumerate(names):
        turns += [
            (Role.clinician, f"Do you still take {name} for your knee number {number}?"),
            (Role.patient, f"Yes, {name}, {number + 2} milligrams, since year {number}."),
        ]
        note.append(Noted(f"{name.capitalize()} {number + 2} mg."))
    return Pair("made", spoken(turns, "en"), tuple(note))


def work(one: Pair) -> int:
    """Texts that are read for all of verification."""
    forget()
    everything(one)
    return readings()


def everything(one: Pair) -> None:
    found = units(one.transcript)
    grounder = Grounder(found, one.language)
    statements = []
    for number, noted in enumerate(one.note):
        grounds = grounder.ground(noted.text)
        verify(Claim(noted.text, grounds, tuple(Topic), one.language))
        statements.append(
            Statement(
                id=f"note.{number}",
                text=noted.text,
                evidence=quote(grounds.shown),
                support=grounds.support,
            )
        )
    undocumented(grounder, statements)
    contradictions(found, one.language)


def test_twice_the_length_is_twice_the_work() -> None:
    short, double, long = work(pair(20)), work(pair(40)), work(pair(160))
    forget()
    assert short > 100
    assert double < 2.2 * short
    assert long < 8.8 * short


def test_nothing_is_read_twice() -> None:
    one = pair(20)
    before = work(one)
    everything(one)
    assert readings() == before
    forget()
    assert readings() == 0


def test_a_reader_of_lines_reads_each_line_once() -> None:
    read = []

    @linewise
    def words(text: str, language: str) -> tuple[()]:
        read.append(text)
        return ()

    words("one\ntwo", "en")
    words("two\nthree", "en")
    words("three", "en")
    assert read == ["one", "two", "three"]
    forget()


@pytest.mark.parametrize("factors", [(1, 2)])
def test_the_table_of_speed(factors: tuple[int, ...]) -> None:
    rows = evaluate_speed(sample_pairs(), factors)
    assert [row.joined for row in rows] == [1, 2]
    assert rows[1].words > rows[0].words
    assert to_markdown(rows).count("\n") == 4
