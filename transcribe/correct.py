"""Misrecognised names → their spelling, each with what was recognised beside it.

A correction takes the time from the start of the first word that it replaces to the end of the
last. Segments are corrected one by one: a name is never made of two speakers' words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical.misheard import Misheard, misheard
from clinical.sound_names import digests
from clinical.text import LANGUAGES
from consultation.corrections import replaced
from consultation.transcript import Correction, CorrectionState, Segment, Word

_BEFORE = re.compile(r"^[\W_]*")
_AFTER = re.compile(r"[\W_]*$")
_ENDS = re.compile(r"[.!?…]$")


def correct(
    segments: Sequence[Segment], language: str, vocabulary: Sequence[str] = ()
) -> tuple[tuple[Segment, ...], tuple[Correction, ...]]:
    """The segments with corrected words, and every correction, made or undecided.

    A language without a lexicon has no corrections.
    """
    if language not in LANGUAGES:
        return tuple(segments), ()
    done: list[Segment] = []
    corrections: list[Correction] = []
    before = ""
    for segment in segments:
        found = misheard(
            [word.text for word in segment.words],
            [word.probability for word in segment.words],
            language,
            vocabulary=vocabulary,
            before=before,
        )
        before = segment.text
        current, shift = segment, 0
        for one in found:
            correction = _correction(one, segment, len(corrections) + 1, shift)
            if correction.state is CorrectionState.applied:
                word = _word(one, segment)
                current = replaced(current, correction.first, one.count, (word,))
                shift += 1 - one.count
            corrections.append(correction)
        done.append(current)
    return tuple(done), tuple(corrections)


def lexicons() -> dict[str, str]:
    """File → sha256 of every list that corrections come from, for provenance."""
    return digests()


def _correction(found: Misheard, segment: Segment, number: int, shift: int) -> Correction:
    decided = len(found.names) == 1
    return Correction(
        id=f"c{number:04d}",
        segment=segment.id,
        first=found.first + shift,
        count=1 if decided else found.count,
        original=segment.words[found.first : found.first + found.count],
        corrected=tuple(found.prefix + name for name in found.names),
        score=found.score,
        kind=found.kind,
        state=CorrectionState.applied if decided else CorrectionState.undecided,
    )


def _word(found: Misheard, segment: Segment) -> Word:
    """One word in the place and time of those it replaces, with the punctuation around them."""
    words = segment.words[found.first : found.first + found.count]
    name = found.prefix + found.names[0]
    starts = found.first == 0 or bool(_ENDS.search(segment.words[found.first - 1].text))
    opening = _BEFORE.match(words[0].text)
    closing = _AFTER.search(words[-1].text)
    if starts and words[0].text[len(opening[0]) if opening else 0 :][:1].isupper():
        name = name[:1].upper() + name[1:]
    return Word(
        text=f"{opening[0] if opening else ''}{name}{closing[0] if closing else ''}",
        start=words[0].start,
        end=max(word.end for word in words),
        probability=min(word.probability for word in words),
    )
