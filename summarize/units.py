"""The transcript as sentences, each with who said it and the question that it answers.

A unit is what a statement can rest on. A question is a unit too, but never evidence by itself: it
only gives an answer its meaning ("Fever?" – "No.").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from clinical.answers import affirms, closed, denies_all, lost_question
from clinical.dialogue import Said
from clinical.drugs import find_drugs
from clinical.polarity import findings, is_question
from clinical.text import content_stems, sentences
from consultation.summary import Evidence
from consultation.transcript import Role, Segment, Transcript

MOST_EARLIER = 2
"""Questions before the last that one *no* answers, at most."""
LONG_SENTENCE = 45
"""Words. A recogniser that forgets full stops gives endless sentences: they are cut at commas."""


@dataclass(frozen=True)
class Unit:
    """``segment.text[start:end] == text``."""

    index: int
    segment: Segment
    role: Role
    start: int
    end: int
    text: str
    is_question: bool
    question: Unit | None
    """The question of another speaker that this sentence answers."""
    before: Unit | None
    """The sentence before it in the same breath."""
    earlier: tuple[Unit, ...] = ()
    """Questions asked in one breath before ``question``, which a plain *no* denies with it."""
    echo: bool = False
    """Whoever asked says the answer himself (*Any discharge? No, okay.*): it was nodded or lost."""

    @cached_property
    def asks(self) -> tuple[Unit, ...]:
        """All questions that it answers, in order."""
        return (*self.earlier, self.question) if self.question else ()

    @property
    def speaker(self) -> str:
        return self.segment.speaker

    @property
    def key(self) -> tuple[str, int]:
        return (self.segment.id, self.start)

    @cached_property
    def answered(self) -> str:
        """The sentence with the questions before it, one a line: what it means."""
        return "\n".join(unit.text for unit in (*self.asks, self))

    @cached_property
    def said(self) -> tuple[Said, ...]:
        """The sentence as a turn, after the questions that it answers."""
        return (*(turn for unit in self.asks for turn in unit.said), self.turn)

    @cached_property
    def turn(self) -> Said:
        """The sentence alone as a turn."""
        role = f"{self.speaker} answers" if self.echo else self.speaker
        return Said(text=self.text, role=role, is_question=self.is_question)


def units(transcript: Transcript) -> tuple[Unit, ...]:
    """All sentences in order of time."""
    roles = {speaker.id: speaker.role for speaker in transcript.speakers}
    found: list[Unit] = []
    question: Unit | None = None
    for segment in transcript.segments:
        if found and found[-1].echo and _gainsaid(found[-1], segment, transcript.language):
            found[-1] = replace(
                found[-1],
                echo=False,
                question=None,
                earlier=(),
                is_question=is_question(found[-1].text, transcript.language),
            )
            question = found[-1] if found[-1].is_question else None
        filler = question is not None and _FILLER.fullmatch(segment.text) is not None
        pending = question if filler else None
        if question is not None and question.speaker == segment.speaker:
            question = None  # he went on speaking: nobody answered
        elif question is None and found and _lost(found[-1], segment, transcript.language):
            question = found[-1] = replace(found[-1], is_question=True)
        for number, (start, end) in enumerate(_cut(segment.text)):
            text = segment.text[start:end]
            if number and not _short(text, transcript.language):
                question = None  # only the first sentence answers, and short ones after it
            echo = bool(found) and _echoes(text, segment, roles[segment.speaker], found[-1])
            if echo:
                question = found[-1]
            unit = Unit(
                index=len(found),
                segment=segment,
                role=roles[segment.speaker],
                start=start,
                end=end,
                text=text,
                is_question=not echo and is_question(text, transcript.language),
                question=question,
                before=found[-1] if number else None,
                earlier=_earlier(found, question, text, transcript.language),
                echo=echo,
            )
            found.append(unit)
            if echo:
                question = None
        asked = found[-1] if found and found[-1].segment is segment else None
        # A reply may be two runs ("Yes." – "Since when?"): the last sentence decides.
        question = asked if asked is not None and asked.is_question else pending
    return tuple(found)


def _lost(last: Unit, following: Segment, language: str) -> bool:
    """Whether the recogniser lost a question mark: *C'est grave.* – *Non.*"""
    return last.speaker != following.speaker and lost_question(last.text, following.text, language)


def _earlier(
    found: Sequence[Unit], question: Unit | None, text: str, language: str
) -> tuple[Unit, ...]:
    """*Any fever? Any chills? – No.*: what was asked right before the question, by the same."""
    if question is None or not denies_all(text, language) or not closed(question.text, language):
        return ()
    run: list[Unit] = []
    for unit in reversed(found[max(0, question.index - MOST_EARLIER) : question.index]):
        asked = unit.is_question and unit.speaker == question.speaker
        told = _TOLD.search(unit.text) is not None
        if not asked or told or unit.question is not None or not closed(unit.text, language):
            break
        run.insert(0, unit)
    return tuple(run)


def _echoes(text: str, segment: Segment, role: Role, last: Unit) -> bool:
    """Whether a clinician repeats *no* to his own question, with nobody's words between."""
    return (
        role is Role.clinician
        and last.speaker == segment.speaker
        and last.is_question
        and _ECHO.fullmatch(text) is not None
    )


def _gainsaid(echo: Unit, following: Segment, language: str) -> bool:
    """Whether the other answers after all (*No? – Yes, a little.*), or is only now asked."""
    if echo.speaker == following.speaker:
        return False
    return is_question(echo.text, language) or affirms(following.text, language)


def _cut(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for sentence in sentences(text):
        if len(sentence.text.split()) <= LONG_SENTENCE:
            spans.append((sentence.start, sentence.end))
            continue
        start, count = sentence.start, 0
        position = sentence.start
        for word in sentence.text.split(" "):
            position += len(word) + 1
            count += 1
            if count >= LONG_SENTENCE // 2 and (word.endswith(",") or count >= LONG_SENTENCE):
                spans.append((start, position - 1))
                start, count = position, 0
        if start < sentence.end:
            spans.append((start, sentence.end))
    return spans


_FILLER = re.compile(
    r"(?:\W*\b(?:euh|heu|hum|hm+|mh+m*|mmh|ah|oh|bah|ben|bon|alors|um+|uh+|erm?|mm+|hmm+|well|so|ok"
    r"|okay|right|alright)\b)+\W*",
    re.IGNORECASE,
)
"""Said while thinking or listening: it answers nothing, and the question stands."""
_ECHO = re.compile(
    r"\W*(?:(?:ok|okay|right|alright|so|and|well|um|uh|d['’]accord|bon|alors|donc|euh)\W+)*"
    r"(?:no|nope|none|non|aucune?|pas du tout|not at all)\b"
    r"(?:\W+(?:no|non|ok|okay|right|alright|all right|good|great|fine|perfect|d['’]accord|bon|bien"
    r"|très bien|parfait))*\W*",
    re.IGNORECASE,
)
"""A *no* and nothing else of weight."""
_TOLD = re.compile(r"\b(?:yes|yeah|yep|no|nope|oui|ouais|non)\W*$", re.IGNORECASE)
"""Ends a question that was answered while it was asked."""
_ANSWER = re.compile(
    r"\b(oui|ouais|non|si|jamais|parfois|souvent|toujours|rarement|un peu|beaucoup|pas|aucune?"
    r"|yes|yeah|yep|no|nope|never|sometimes|often|always|rarely|a little|a bit|a lot|not|none)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"\b(bonjour|bonsoir|au revoir|merci|docteur|madame|monsieur|beaucoup|très bien|d['’]accord"
    r"|entrez|asseyez|installez|je le note|je vois|je comprends"
    r"|hello|hi|good morning|good afternoon|bye|goodbye|thank you|thanks|very much|doctor|please"
    r"|come in|sit down|have a seat|all right|alright|that is fine|i see|that is clear)\b",
    re.IGNORECASE,
)


_GREETING = re.compile(r"(bonjour|bonsoir|hello|good (morning|afternoon|evening))\b", re.IGNORECASE)


def worth_noting(unit: Unit, language: str) -> bool:
    """Whether a sentence can hold a fact: not a question, and not only politeness."""
    if unit.is_question or _greets(unit, language):
        return False
    if content_stems(_POLITE.sub(" ", unit.text), language):
        return True
    # "Non." answers a question, and means something only with it.
    return unit.question is not None and bool(_ANSWER.search(unit.text))


def _greets(unit: Unit, language: str) -> bool:
    """How a clinician opens: who comes in and sits down is no fact."""
    return (
        unit.role is Role.clinician
        and bool(_GREETING.match(unit.text))
        and not findings(unit.text, language)
        and not find_drugs(unit.text, language)
    )


def _short(text: str, language: str) -> bool:
    return len(content_stems(text, language)) < 2


def quote(units_of_evidence: Sequence[Unit]) -> tuple[Evidence, ...]:
    """Verbatim quotes with offsets and times; neighbours in one segment become one quote."""
    ordered = sorted(set(units_of_evidence), key=lambda u: u.index)
    spans: list[list[Unit]] = []
    for unit in ordered:
        last = spans[-1][-1] if spans else None
        if last is not None and last.segment is unit.segment and unit.index == last.index + 1:
            spans[-1].append(unit)
        else:
            spans.append([unit])
    return tuple(
        evidence_of(span[0].segment, span[0].start, span[-1].end, span[0].role) for span in spans
    )


def evidence_of(segment: Segment, start: int, end: int, role: Role) -> Evidence:
    position, first, last = 0, None, None
    for word in segment.words:
        word_end = position + len(word.text)
        if word_end > start and position < end:
            first = word if first is None else first
            last = word
        position = word_end + 1
    if first is None or last is None:
        raise ValueError("a quote holds at least one word")
    return Evidence(
        source="transcript",
        anchor=segment.id,
        quote=segment.text[start:end],
        quote_start=start,
        quote_end=end,
        start=first.start,
        end=last.end,
        speaker=segment.speaker,
        role=role,
    )
