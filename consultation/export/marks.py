"""How corrected and undecided words are shown to people: never without what was recognised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consultation.summary import Evidence
from consultation.transcript import Correction, CorrectionState, Segment, Transcript, Word


@dataclass(frozen=True)
class Marked:
    """One word, and the correction that ends with it."""

    word: Word
    correction: Correction | None
    note: str
    """*[heard: "âme le dipine"]*, *[unsure: cefixime or cefotaxime?]*, or empty."""


def marked(transcript: Transcript, segment: Segment) -> Iterator[Marked]:
    """The words of a segment in order; an undone correction leaves no mark."""
    ends = {c.first + c.count - 1: c for c in transcript.corrections_of(segment.id)}
    for i, word in enumerate(segment.words):
        correction = ends.get(i)
        note = correction_note(correction, transcript.language) if correction else ""
        yield Marked(word, correction, note)


def marked_text(transcript: Transcript, segment: Segment) -> str:
    """The words with a note in brackets after each corrected one."""
    return " ".join(
        f"{one.word.text} {one.note}" if one.note else one.word.text
        for one in marked(transcript, segment)
    )


def correction_note(correction: Correction, language: str) -> str:
    """What stands in brackets after the word; empty when the correction was undone."""
    french = language == "fr"
    if correction.state is CorrectionState.applied:
        return f"[entendu : « {correction.heard} »]" if french else f'[heard: "{correction.heard}"]'
    if correction.state is CorrectionState.undecided:
        names = (" ou " if french else " or ").join(correction.corrected)
        return f"[incertain : {names} ?]" if french else f"[unsure: {names}?]"
    return ""


def quoted_corrections(transcript: Transcript, evidence: Evidence) -> tuple[Correction, ...]:
    """The corrections whose words stand in the quote."""
    segment = transcript.segment(evidence.anchor)
    if segment is None:
        return ()
    starts, at = [], 0
    for word in segment.words:
        starts.append(at)
        at += len(word.text) + 1
    found = []
    for correction in transcript.corrections_of(segment.id):
        last = correction.first + correction.count - 1
        end = starts[last] + len(segment.words[last].text)
        if starts[correction.first] < evidence.quote_end and evidence.quote_start < end:
            found.append(correction)
    return tuple(found)
