"""Speech for which there are no words.

Whisper sometimes jumps over a sentence, often where the speaker changes. It leaves either a hole
between two words, or a word that seems to last for seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from consultation.engines import Span
from consultation.transcript import Word
from transcribe.speech import spoken

LEAST = 0.6
"""Seconds of speech without words that are worth another try, or a gap in the transcript."""
_MARGIN = 0.15
"""Seconds by which the times of a word may be wrong."""
_STRETCH = 0.8
"""Seconds of speech that a word may last longer than it takes to say."""
_JOIN = 0.35
"""Seconds; holes that are nearer are one."""


def say(word: Word) -> float:
    """Seconds that it takes at most, in calm speech, to say a word; digits stand for words."""
    text = word.text.strip(".,;:!?…")
    capitals = text.isupper()
    return 0.4 + sum(
        0.6 if letter.isdigit() else 0.35 if capitals else 0.09
        for letter in text
        if letter.isalnum()
    )


def unheard(
    spans: Sequence[Span], words: Sequence[Word], *, least: float = LEAST
) -> tuple[Span, ...]:
    """Stretches of speech without words, of at least ``least`` seconds of speech each.

    A word that lasts much longer than it takes to say covers nothing.
    """
    covered = []
    for word in sorted(words, key=lambda word: word.start):
        if spoken(spans, word.start, word.end) <= say(word) + _STRETCH:
            covered.append((word.start - _MARGIN, word.end + _MARGIN))
    pieces: list[Span] = []
    for span in spans:
        start = span.start
        for first, last in covered:
            if last <= start:
                continue
            if first >= span.end:
                break
            if first > start:
                pieces.append(Span(start=start, end=first))
            start = max(start, last)
        if start < span.end:
            pieces.append(Span(start=start, end=span.end))
    holes: list[Span] = []
    for piece in pieces:
        if (
            holes
            and piece.start - holes[-1].end < _JOIN
            and not _between(covered, holes[-1].end, piece.start)
        ):
            holes[-1] = Span(start=holes[-1].start, end=piece.end)
        else:
            holes.append(piece)
    return tuple(hole for hole in holes if spoken(spans, hole.start, hole.end) >= least)


def _between(covered: Sequence[tuple[float, float]], start: float, end: float) -> bool:
    return any(first < end and last > start for first, last in covered)


def seconds(holes: Sequence[Span]) -> float:
    return sum(hole.end - hole.start for hole in holes)
