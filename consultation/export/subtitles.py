"""WebVTT and SubRip, with speakers."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

from consultation.export.labels import speaker_labels
from consultation.transcript import Segment, Transcript, Word

LONGEST_CUE = 7.0
"""Seconds; and characters: what a reader takes in at once."""
WIDEST_CUE = 84
SHORTEST_CUE = 0.05
"""Seconds; players drop a cue that ends when it starts."""


@dataclass(frozen=True)
class _Cue:
    start: float
    end: float
    speaker: str
    text: str


def to_vtt(transcript: Transcript) -> str:
    """WebVTT with a voice tag a cue; text is escaped, so that nothing in it is markup."""
    lines = ["WEBVTT", ""]
    for number, cue in enumerate(_cues(transcript), start=1):
        voice = html.escape(cue.speaker, quote=False).replace("\n", " ")
        lines += [
            str(number),
            f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}",
            f"<v {voice}>{html.escape(cue.text, quote=False)}",
            "",
        ]
    return "\n".join(lines)


def to_srt(transcript: Transcript) -> str:
    """SubRip; the speaker is named at the start of each cue."""
    lines: list[str] = []
    for number, cue in enumerate(_cues(transcript), start=1):
        text = cue.text.replace("-->", "→")
        lines += [
            str(number),
            f"{_time(cue.start, ',')} --> {_time(cue.end, ',')}",
            f"{cue.speaker}: {text}",
            "",
        ]
    return "\n".join(lines)


def _cues(transcript: Transcript) -> Iterator[_Cue]:
    labels = speaker_labels(transcript)
    for segment in transcript.segments:
        for words in _pieces(segment):
            start = words[0].start
            end = max(max(word.end for word in words), start + SHORTEST_CUE)
            yield _Cue(start, end, labels[segment.speaker], " ".join(w.text for w in words))


def _pieces(segment: Segment) -> Iterator[list[Word]]:
    piece: list[Word] = []
    for word in segment.words:
        width = sum(len(w.text) + 1 for w in piece) + len(word.text)
        if piece and (width > WIDEST_CUE or word.end - piece[0].start > LONGEST_CUE):
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece


def _time(seconds: float, mark: str) -> str:
    whole = round(seconds * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{mark}{rest % 1000:03d}"
