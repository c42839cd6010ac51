"""Whisper's word pieces → the words of a transcript."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consultation.engines import Span
from consultation.transcript import Word
from consultation.wire import to_millisecond

_OPENING = set('«([{“‘"¿¡')


@dataclass(frozen=True)
class Piece:
    """What Whisper calls a word: a leading space says that a word begins."""

    text: str
    start: float
    end: float
    probability: float


def join(pieces: Iterable[Piece]) -> tuple[Word, ...]:
    """Words as a reader sees them, separated by spaces.

    "qu", "'est", "-ce" become one word; a lone punctuation mark belongs to the word before it, or
    after it if it opens. Times never run backwards; rounded to the millisecond.
    """
    groups: list[list[Piece]] = []
    opening: list[Piece] = []
    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        if text in _OPENING:
            opening.append(piece)
        elif groups and not opening and (_is_punctuation(text) or not piece.text[0].isspace()):
            groups[-1].append(piece)
        elif not _is_punctuation(text):
            groups.append([*opening, piece])
            opening = []
    return monotone(_word(group) for group in groups)


def _word(group: Sequence[Piece]) -> Word:
    text = "".join(piece.text.strip() for piece in group)
    spoken = [piece for piece in group if not _is_punctuation(piece.text.strip())] or group
    letters = sum(len(piece.text.strip()) for piece in spoken)
    weighted = sum(len(piece.text.strip()) * piece.probability for piece in spoken)
    return Word(
        text=text,
        start=to_millisecond(spoken[0].start),
        end=to_millisecond(max(spoken[0].start, *(piece.end for piece in spoken), 0.0)),
        probability=min(1.0, max(0.0, weighted / letters)),
    )


def monotone(words: Iterable[Word]) -> tuple[Word, ...]:
    """In order of time, each starting no earlier than the one before, and not overlapping it."""
    result: list[Word] = []
    for word in sorted(words, key=lambda word: word.start):
        if result and result[-1].end > word.start:
            result[-1] = result[-1].model_copy(update={"end": word.start})
        result.append(word if word.end >= word.start else _moved(word, word.start, word.start))
    return tuple(result)


def trim(word: Word, spans: Sequence[Span]) -> Word:
    """Take the silence off both ends: Whisper gives a pause to the word beside it."""
    inside = [span for span in spans if span.end > word.start and span.start < word.end]
    if not inside:
        return word
    start = max(word.start, inside[0].start)
    end = min(word.end, inside[-1].end)
    return _moved(word, start, end) if start < end else word


def _moved(word: Word, start: float, end: float) -> Word:
    return word.model_copy(update={"start": to_millisecond(start), "end": to_millisecond(end)})


def _is_punctuation(text: str) -> bool:
    return all(unicodedata.category(letter)[0] in "PSZ" for letter in text)
