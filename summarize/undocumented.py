"""What was said and is in no statement of the note, gravest first.

Ranking, by what its loss can do: an allergy; what to watch for and when to call; a dose; a drug; an
examination finding or vital sign; a decision; a date of follow-up; a symptom. Within a rank, the
order of the consultation. Only what was affirmed counts: a question, a denial or a doubt is not
listed, and nothing is listed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consultation.summary import Fact, Statement, Undocumented
from summarize.examined import Seen, held
from summarize.examined import seen as seen_by_clinician
from summarize.facts_said import facts_lacking
from summarize.grounding import Grounder
from summarize.note_content import NoteContent
from summarize.rules import announces
from summarize.units import Unit, quote

RANKS = {fact: rank for rank, fact in enumerate(Fact, start=1)}


def undocumented(grounder: Grounder, statements: Sequence[Statement]) -> tuple[Undocumented, ...]:
    """What the consultation says and the statements do not."""
    note = NoteContent(grounder.language, statements)
    found: list[tuple[Fact, str, Unit]] = []
    seen: set[tuple[Fact, str]] = set()
    examined = list(seen_by_clinician(grounder.units, grounder.language))
    told = {one.unit.index: "" for one in examined}
    for one in examined:
        told[one.unit.index] += one.text + "\n"
    for unit in grounder.units:
        if unit.is_question or announces(unit):
            continue
        for fact, key, text in facts_lacking(unit, grounder, note):
            if fact is Fact.examination and text in told.get(unit.index, ""):
                continue  # told as part of what was found
            # A finding is the same whoever names it.
            same = (Fact.symptom if fact is Fact.examination else fact, key)
            if same not in seen:
                seen.add(same)
                found.append((fact, text, unit))
    found += _not_noted(examined, found, note)
    found.sort(key=lambda item: (RANKS[item[0]], item[2].index))
    return tuple(
        Undocumented(
            fact=fact,
            rank=RANKS[fact],
            text=text,
            evidence=quote((unit.question, unit) if unit.question else (unit,)),
        )
        for fact, text, unit in found
    )


def _not_noted(
    examined: Iterable[Seen], found: Sequence[tuple[Fact, str, Unit]], note: NoteContent
) -> list[tuple[Fact, str, Unit]]:
    """What was found on examination and no statement holds, each once."""
    new: dict[str, tuple[Fact, str, Unit]] = {}
    for one in examined:
        if one.text in new or _listed(one, found):
            continue
        if not held(one, note.words, note.holding, note.language):
            fact = Fact.normal if one.normal else Fact.examination
            new[one.text] = (fact, one.text, one.unit)
    return list(new.values())


def _listed(one: Seen, found: Sequence[tuple[Fact, str, Unit]]) -> bool:
    """Whether what it tells is listed already, by a finding's name or a value."""
    return any(
        unit is one.unit and text in one.text and fact is Fact.examination
        for fact, text, unit in found
    )
