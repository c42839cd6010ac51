"""Wrong notes made from good ones: does verification notice?

Each kind changes one thing in one statement, and is made only where the change alters the meaning:
a dose that the consultation names elsewhere is not taken for a wrong one, a habit that nobody has
is not stopped. Changes are made on the words alone, with patterns of their own: what verification
can read must not decide what it is tested on. Deterministic: the same pairs give the same mutants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from consultation.topics import Topic
from consultation.transcript import Transcript
from evaluation.mutation_words import WORDS, Words
from evaluation.pairs import Noted, Pair, swapped


class Kind(StrEnum):
    dose = "dose x10"
    unit = "unit swap"
    drug = "drug swap"
    negation = "negation flip"
    side = "side flip"
    experiencer = "experiencer swap"
    examination = "invented examination"
    allergy = "invented allergy"
    deleted = "deleted fact"
    date = "wrong date or duration"
    speaker = "speaker swap"
    temporality = "stopped/current"


@dataclass(frozen=True)
class Mutant:
    """A statement that is wrong, or a note that lacks one."""

    kind: Kind
    original: Noted | None
    """None when the statement is invented."""
    noted: Noted | None
    """None when the statement is deleted."""
    transcript: Transcript | None = None
    """Set when the change is in who spoke."""


def mutants(pair: Pair) -> Iterator[Mutant]:
    """Every mutant of a pair, kind by kind."""
    words = WORDS[pair.language]
    said = _fold(" ".join(segment.text for segment in pair.transcript.segments))
    for kind, change in _CHANGES.items():
        for noted in pair.note:
            for text in dict.fromkeys(change(noted, words, said)):
                if text != noted.text:
                    yield Mutant(kind, noted, Noted(text, noted.topics))
    for text in _absent(words.examinations, said):
        yield Mutant(Kind.examination, None, Noted(text, (Topic.examination,)))
    for text in _absent(words.allergies, said):
        yield Mutant(Kind.allergy, None, Noted(text, (Topic.allergies,)))
    if not re.search(r"allerg|nkda", said):
        yield Mutant(Kind.allergy, None, Noted(words.no_allergy, (Topic.allergies,)))
    other = swapped(pair.transcript)
    for noted in pair.note:
        if len(noted.topics) == 1 and noted.topics[0] in _SPOKEN_BY_ONE:
            yield Mutant(Kind.speaker, noted, noted, other)
        lost = len(noted.topics) == 1 and noted.topics[0] in _LISTED_WHEN_LOST
        if lost and not words.harmless.search(noted.text):
            yield Mutant(Kind.deleted, noted, None)


_SPOKEN_BY_ONE = frozenset({Topic.examination, Topic.assessment, Topic.plan})
_LISTED_WHEN_LOST = frozenset({Topic.allergies, Topic.medications, Topic.examination, Topic.plan})
"""A symptom that is denied, or a family history, is not asked of the list of what was lost; nor is
what is normal, nor that a treatment goes on, which the list of treatments tells already."""


def _fold(text: str) -> str:
    return text.casefold().replace("’", "'")


def _absent(listed: tuple[tuple[str, str], ...], said: str) -> Iterator[str]:
    """The texts whose telling words nobody said."""
    for telling, text in listed:
        if not re.search(telling, said):
            yield text


def _dose(noted: Noted, words: Words, said: str) -> Iterator[str]:
    """Ten times as much, or a tenth, of what was never said so."""
    for match in words.strength.finditer(noted.text):
        value = float(match["value"].replace(",", "."))
        for factor in (10, 0.1):
            other = f"{value * factor:g}"
            if factor == 0.1 and value * factor < 0.1:
                continue
            if not re.search(rf"(?<!\d){re.escape(other)}(?!\d)", said) and not _spoken(
                other, words, said
            ):
                number = other.replace(".", ",") if words.comma else other
                yield noted.text[: match.start("value")] + number + noted.text[match.end("value") :]


def _spoken(number: str, words: Words, said: str) -> bool:
    spelled = words.spelled.get(number)
    return spelled is not None and re.search(rf"\b{spelled}\b", said) is not None


def _unit(noted: Noted, words: Words, _said: str) -> Iterator[str]:
    for match in words.strength.finditer(noted.text):
        other = words.units.get(match["unit"].casefold())
        if other:
            yield noted.text[: match.start("unit")] + other + noted.text[match.end("unit") :]


def _drug(noted: Noted, words: Words, said: str) -> Iterator[str]:
    for match in words.drug.finditer(noted.text):
        others = [d for d in words.other_drugs if d not in said and d not in _fold(noted.text)]
        for other in others[:2]:
            name = other.capitalize() if match.group()[0].isupper() else other
            yield noted.text[: match.start()] + name + noted.text[match.end() :]


def _negation(noted: Noted, words: Words, _said: str) -> Iterator[str]:
    text = noted.text
    denied = words.denial.match(text)
    if denied:
        rest = text[denied.end() :].strip()
        # "No fever or chills": both would have to be turned.
        if rest and not words.several.search(rest):
            yield rest[0].upper() + rest[1:]
        return
    if words.negative.search(text) or noted.topics == (Topic.plan,):
        return
    asserted = words.symptom.match(text)
    if asserted and not words.several.search(text[asserted.end() :]):
        yield words.denies(text)


def _side(noted: Noted, words: Words, _said: str) -> Iterator[str]:
    for match in words.side.finditer(noted.text):
        other = words.other_side(match.group())
        yield noted.text[: match.start()] + other + noted.text[match.end() :]


def _experiencer(noted: Noted, words: Words, said: str) -> Iterator[str]:
    family = words.relative.match(noted.text)
    if family:
        rest = noted.text[family.end() :].strip()
        if rest:
            yield words.of_patient.format(rest.rstrip("."))
    elif words.symptom.match(noted.text) and not words.negative.search(noted.text):
        # No relative of that name may be spoken of: the statement would be about something else.
        name = next((r for r in words.relatives if r not in said), None)
        if name:
            first = noted.text[0].lower() + noted.text[1:]
            yield words.of_relative.format(name, first)


def _date(noted: Noted, words: Words, said: str) -> Iterator[str]:
    for match in words.period.finditer(noted.text):
        other = words.periods[match.group().casefold()]
        yield noted.text[: match.start()] + other + noted.text[match.end() :]
    for match in words.weekday.finditer(noted.text):
        day = next(d for d in words.weekdays if d not in said and d != match.group().casefold())
        day = day.capitalize() if match.group()[0].isupper() else day
        yield noted.text[: match.start()] + day + noted.text[match.end() :]


def _temporality(noted: Noted, words: Words, _said: str) -> Iterator[str]:
    stopped = words.stopped.search(noted.text)
    if stopped:
        yield words.goes_on(noted.text)
        return
    drug = words.drug.search(noted.text)
    if drug and not words.negative.search(noted.text) and Topic.allergies not in noted.topics[:1]:
        yield words.stops.format(drug.group().lower())


_CHANGES: dict[Kind, Callable[[Noted, Words, str], Iterator[str]]] = {
    Kind.dose: _dose,
    Kind.unit: _unit,
    Kind.drug: _drug,
    Kind.negation: _negation,
    Kind.side: _side,
    Kind.experiencer: _experiencer,
    Kind.date: _date,
    Kind.temporality: _temporality,
}
