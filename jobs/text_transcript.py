"""A dialogue that was written elsewhere, as a transcript: to have a note without a recording."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from clinical.stopwords import STOPWORDS
from clinical.text import fold
from consultation.dialogue_text import WORD_SECONDS, Said, read_dialogue
from consultation.errors import InvalidTranscript, UnsupportedLanguage
from consultation.provenance import Quality, provenance
from consultation.speaker_names import folded, role_of
from consultation.transcript import Role, RoleSource, Segment, Speaker, Transcript, Turn, Word
from transcribe.roles import attribute

DIALOGUES = frozenset({".txt", ".vtt", ".srt"})
"""Ends of names of dialogues as text."""
TRANSCRIPTS = DIALOGUES | {".json"}
_PAUSE = 2.0
_LONGEST = 60.0
"""Seconds: subtitles of one speaker are one segment up to such a pause and such a length."""
_GENERIC = re.compile(r"(locuteur|locutrice|speaker|intervenante?|s) ?\d{1,2}")


def parse_transcript(content: bytes, suffix: str, language: str | None = None) -> Transcript:
    """A transcript.json of ours, or a dialogue as text, WebVTT or SubRip; ``language`` is of those.

    Raises InvalidTranscript or UnsupportedLanguage.
    """
    if suffix.lower() != ".json" and not content.lstrip().startswith(b"{"):
        try:
            return transcript_from_text(content.decode("utf-8-sig"), language)
        except UnicodeDecodeError:
            raise InvalidTranscript("the text is not UTF-8", hint="Save it as UTF-8.") from None
    try:
        return Transcript.model_validate_json(content)
    except ValidationError as error:
        # The places only: a message of pydantic would quote what was said.
        places = sorted({".".join(str(part) for part in e["loc"]) for e in error.errors()})
        raise InvalidTranscript(
            f"not a transcript; wrong at: {', '.join(places[:5])}",
            hint="See docs/schema/transcript.json.",
        ) from None


def transcript_from_text(text: str, language: str | None = None) -> Transcript:
    """Roles come from the names that speakers have there, otherwise from what they say.

    Where the text has no times, the transcript says so (``timed``), and nothing that is made of it
    shows any. Raises InvalidTranscript or UnsupportedLanguage.
    """
    said = read_dialogue(text)
    spoken = language or _language(" ".join(one.text for one in said))
    if spoken not in STOPWORDS:
        raise UnsupportedLanguage("language: not one that is supported")
    runs, timed = _timed(said)
    ids: dict[str, str] = {}
    labels: dict[str, str] = {}
    for run in runs:
        speaker = ids.setdefault(folded(run.label), f"S{len(ids) + 1}")
        labels.setdefault(speaker, run.label)
    segments = tuple(
        Segment(id=f"s{number:04d}", speaker=ids[folded(run.label)], words=tuple(run.words))
        for number, run in enumerate(runs, start=1)
    )
    return Transcript(
        language=spoken,
        language_probability=1.0,
        speakers=_speakers(segments, spoken, labels),
        turns=tuple(Turn(speaker=s.speaker, start=s.start, end=s.end) for s in segments),
        segments=segments,
        timed=timed,
        provenance=provenance(
            language=spoken,
            quality=Quality.standard,
            settings_sha256=hashlib.sha256(b"").hexdigest(),
            input_sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            models=(),
        ),
    )


@dataclass
class _Run:
    label: str
    words: list[Word] = field(default_factory=list)


def _timed(said: Sequence[Said]) -> tuple[list[_Run], bool]:
    starts = [one.start for one in said if one.start is not None]
    if len(starts) < len(said) or starts != sorted(starts):
        return list(_in_order(said)), False
    runs: list[_Run] = []
    for number, one in enumerate(said):
        start = starts[number]
        following = starts[number + 1] if number + 1 < len(said) else float("inf")
        texts = one.text.split()
        end = one.end if one.end is not None else min(following, start + WORD_SECONDS * len(texts))
        last = runs[-1] if runs and one.end is not None else None
        if last is None or not _goes_on(last, one.label, start):
            last = _Run(one.label)
            runs.append(last)
        last.words += _spread(texts, start, end)
    return runs, True


def _goes_on(run: _Run, label: str, start: float) -> bool:
    same = folded(run.label) == folded(label)
    return same and start - run.words[-1].end <= _PAUSE and start - run.words[0].start <= _LONGEST


def _in_order(said: Sequence[Said]) -> Iterator[_Run]:
    """Made-up times, so that the order is one."""
    now = 0.0
    for one in said:
        texts = one.text.split()
        end = now + WORD_SECONDS * len(texts)
        yield _Run(one.label, _spread(texts, now, end))
        now = end


def _spread(texts: Sequence[str], start: float, end: float) -> list[Word]:
    """Evenly over the time that there is."""
    each = (end - start) / len(texts)
    return [
        Word(
            text=text,
            start=round(start + number * each, 3),
            end=round(start + (number + 1) * each, 3),
            probability=1,
        )
        for number, text in enumerate(texts)
    ]


def _speakers(
    segments: Sequence[Segment], language: str, labels: dict[str, str]
) -> tuple[Speaker, ...]:
    roles = {speaker: role_of(label) for speaker, label in labels.items()}
    known: dict[str, tuple[Role, RoleSource]] = {
        speaker: (role, RoleSource.hint)
        for speaker, role in roles.items()
        if role is not None and role is not Role.unknown
    }
    # Subtitles that name nobody are several people's: what they say is no one's role.
    known |= {s: (Role.unknown, RoleSource.none) for s, label in labels.items() if not label}
    return tuple(
        one.model_copy(update={"name": _name(labels[one.id])})
        for one in attribute(segments, language, known=known)
    )


def _name(label: str) -> str | None:
    """A person's name, where the label is one; a role or a number is none."""
    words = folded(label).split()
    plain = not words or len(words) == 1 or _GENERIC.fullmatch(" ".join(words))
    return None if plain and (not words or role_of(label) is not None) else label


def _language(text: str) -> str:
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", fold(text))
    own = {
        one: STOPWORDS[one] - frozenset().union(*(STOPWORDS[o] for o in STOPWORDS if o != one))
        for one in STOPWORDS
    }
    counts = sorted(((sum(word in own[one] for word in words), one) for one in own), reverse=True)
    if counts[0][0] <= 2 * counts[1][0]:
        raise UnsupportedLanguage(
            "language: cannot be told from the text", hint="Say it: language=fr or en."
        )
    return counts[0][1]
