"""Reads a dialogue that somebody wrote: lines such as ``Médecin : Bonjour.``, WebVTT or SubRip.

Whoever speaks is named before a colon, or by ``<v Name>`` in WebVTT. A line without a name goes on
with the turn before it. A name that is no known one (``Médecin``, ``Patient``, ``Speaker 1``) is
taken for a speaker when it begins two lines or the first one: *Traitement : aspirine* inside a turn
is not somebody who is called *Traitement*. Nothing that was said is left out.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from consultation.errors import InvalidTranscript
from consultation.export.wording import TRANSCRIPT_LABELS
from consultation.speaker_names import folded, role_of

HINT = 'Name the speaker at the start of each turn: "Médecin : …", "Patient: …", "D: …".'
WORD_SECONDS = 0.4
_NOBODY = ""
"""Label where a subtitle names nobody."""
_LABEL = re.compile(r"[-–—•*\s]*([^\W_][^:\n]{0,39}?)[\s*]*[:：](?=\s|$|[^/\d])\s*(.*)")
_CLOCK = re.compile(r"\s*[\[(](?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?[\])]\s*(.*)")
_SILENT = re.compile(r"\([^()]*, \d+\.\d s\)")
"""A gap, as our own text says it: speech without words."""
_NOTES = re.compile(
    r'\s*\[(?:entendu : « [^»]* »|heard: "[^"]*"|incertain : [^\]]*\?|unsure: [^\]]*\?)\]'
)
"""Marks of our own exports; nobody said them."""
_TIMES = re.compile(
    r"\s*(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})"
)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>]*>|</?>")


@dataclass(frozen=True, slots=True)
class Said:
    """What one speaker says in one go."""

    label: str
    """As it was written; empty where a subtitle names nobody."""
    text: str
    start: float | None = None
    """Seconds; None in a text without times."""
    end: float | None = None


def read_dialogue(text: str) -> tuple[Said, ...]:
    """In order. Raises InvalidTranscript, which names a line and never what stands in it."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = ["" if line.strip("() ") in TRANSCRIPT_LABELS else line for line in lines]
    filled = [line for line in lines if line.strip()]
    subtitles = bool(filled) and (
        filled[0].startswith("WEBVTT") or any(_TIMES.match(line) for line in filled[:2])
    )
    said = tuple(_subtitles(lines) if subtitles else _turns(lines))
    said = tuple(one for one in said if one.text)
    if not said:
        raise InvalidTranscript("the text holds nothing that was said", hint=HINT)
    return said


def _turns(lines: list[str]) -> Iterator[Said]:
    rows = [_row(line) for line in lines]
    speakers = _speakers([text for _, text in rows if text])
    turn: Said | None = None
    for number, (start, text) in enumerate(rows, start=1):
        if not text or (start is not None and _SILENT.fullmatch(text)):
            continue
        label, said = _split(text, speakers)
        if label is None:
            if turn is None:
                raise InvalidTranscript(f"line {number} names no speaker", hint=HINT)
            turn = replace(turn, text=f"{turn.text} {_clean(text)}".strip())
            continue
        if turn is not None:
            yield turn
        turn = Said(label, _clean(said), start)
    if turn is not None:
        yield turn


def _row(line: str) -> tuple[float | None, str]:
    """The time that a line begins with, and what stands behind it."""
    match = _CLOCK.fullmatch(line)
    if match is None:
        return None, line.strip()
    hours, minutes, seconds, part, rest = match.groups()
    return _seconds(hours, minutes, seconds, (part or "").ljust(3, "0")), rest.strip()


def _speakers(texts: list[str]) -> frozenset[str]:
    """Folded labels of who speaks."""
    found = [folded(match[1]) for match in map(_LABEL.fullmatch, texts) if match]
    twice = {label for label, count in Counter(found).items() if count > 1}
    first = _LABEL.fullmatch(texts[0]) if texts else None
    return frozenset(twice | ({folded(first[1])} if first else set()))


def _split(text: str, speakers: frozenset[str]) -> tuple[str | None, str]:
    match = _LABEL.fullmatch(text)
    if match is None or not folded(match[1]):
        return None, text
    known = role_of(match[1]) is not None and len(match[1].split()) <= 4
    return (match[1], match[2]) if known or folded(match[1]) in speakers else (None, text)


def _subtitles(lines: list[str]) -> Iterator[Said]:
    cues = sorted(_cues(lines), key=lambda cue: cue[0])
    speakers = _speakers([_clean(text) for _, _, text in cues if not _VOICE.search(text)])
    for start, end, text in cues:
        voices = _VOICE.split(text)
        before = _plain(voices[0])
        if before:
            label, said = _split(before, speakers)
            yield Said(label or _NOBODY, said, start, end)
        for label, said in zip(voices[1::2], voices[2::2], strict=True):
            yield Said(html.unescape(label).strip(), _plain(said), start, end)


def _cues(lines: list[str]) -> Iterator[tuple[float, float, str]]:
    """Start, end and what is shown; an empty line ends a cue."""
    times: tuple[float, float] | None = None
    shown: list[str] = []
    for line in [*lines, ""]:
        match = _TIMES.match(line)
        if match is None and line.strip():
            shown.append(line)
            continue
        if times is not None:
            yield (*times, " ".join(shown))
        shown = []
        times = None
        if match is not None:
            start, end = _seconds(*match.groups()[:4]), _seconds(*match.groups()[4:])
            times = (start, max(start, end))


def _plain(text: str) -> str:
    return _clean(html.unescape(_TAG.sub("", text)))


def _clean(text: str) -> str:
    return " ".join(_NOTES.sub("", text).split())


def _seconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(thousandths) / 1000
