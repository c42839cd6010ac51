"""WebVTT and SubRip, with speakers."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

from consultation.export.labels import speaker_labels
from consultation.export.marks import Marked, marked
from consultation.export.origin import transcript_label
from consultation.transcript import CorrectionState, Transcript

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
    words: tuple[Marked, ...]

    @property
    def text(self) -> str:
        return " ".join(f"{w.word.text} {w.note}" if w.note else w.word.text for w in self.words)


def to_vtt(transcript: Transcript) -> str:
    """WebVTT with a voice tag a cue, and a note that a machine made it; text is escaped, so that
    nothing in it is markup.

    A corrected word has the class ``corrected``, an undecided one ``undecided``; what was
    recognised stands in brackets behind it.
    """
    label = transcript_label(transcript)
    lines = ["WEBVTT", "", *([f"NOTE {label}", ""] if label else [])]
    for number, cue in enumerate(_cues(transcript), start=1):
        voice = html.escape(cue.speaker, quote=False).replace("\n", " ")
        lines += [
            str(number),
            f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}",
            f"<v {voice}>{' '.join(_vtt_word(word) for word in cue.words)}",
            "",
        ]
    return "\n".join(lines)


def to_srt(transcript: Transcript) -> str:
    """SubRip; the speaker is named at the start of each cue. It has no comments, and a cue would be
    read as words: that a machine made it is said beside it, not in it."""
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


def _vtt_word(marked_word: Marked) -> str:
    text = html.escape(marked_word.word.text, quote=False)
    if not marked_word.note or marked_word.correction is None:
        return text
    state = marked_word.correction.state
    kind = "corrected" if state is CorrectionState.applied else "undecided"
    return f"<c.{kind}>{text}</c> {html.escape(marked_word.note, quote=False)}"


def _cues(transcript: Transcript) -> Iterator[_Cue]:
    labels = speaker_labels(transcript)
    for segment in transcript.segments:
        for words in _pieces(list(marked(transcript, segment))):
            start = words[0].word.start
            end = max(max(one.word.end for one in words), start + SHORTEST_CUE)
            yield _Cue(start, end, labels[segment.speaker], tuple(words))


def _pieces(words: list[Marked]) -> Iterator[list[Marked]]:
    piece: list[Marked] = []
    width = 0
    for one in words:
        longer = len(one.word.text) + len(one.note)
        last = one.word.end - piece[0].word.start if piece else 0.0
        if piece and (width + longer > WIDEST_CUE or last > LONGEST_CUE):
            yield piece
            piece, width = [], 0
        piece.append(one)
        width += longer + 1
    if piece:
        yield piece


def _time(seconds: float, mark: str) -> str:
    whole = round(seconds * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{mark}{rest % 1000:03d}"
