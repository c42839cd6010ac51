"""Who said what, when: the types of a diarised transcript."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from consultation.audio import Recording
from consultation.provenance import Provenance
from consultation.wire import Record, Seconds, ms


class Role(StrEnum):
    clinician = "clinician"
    patient = "patient"
    companion = "companion"
    unknown = "unknown"


class RoleSource(StrEnum):
    """Where a role came from."""

    channel = "channel"
    hint = "hint"
    model = "model"
    none = "none"


class Word(Record):
    """One recognised word; ``text`` carries its punctuation and no surrounding space."""

    text: str = Field(min_length=1)
    start: Seconds = ms("start")
    end: Seconds = ms("end")
    probability: float = Field(ge=0, le=1)


class Turn(Record):
    """One line of RTTM: a speaker speaks; turns of two speakers may overlap."""

    speaker: str
    start: Seconds = ms("start")
    end: Seconds = ms("end")


class Segment(Record):
    """One speaker's run of words; the unit that a statement cites."""

    id: str = Field(pattern=r"^s\d{4,}$")
    speaker: str
    words: tuple[Word, ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        """The words joined by one space; character offsets of evidence count in this string."""
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return max(word.end for word in self.words)


class Speaker(Record):
    """One voice (or channel), the role it was given, and why."""

    id: str
    role: Role = Role.unknown
    confidence: float = Field(default=0.0, ge=0, le=1)
    """Probability of the role; 0 when nothing is known."""
    source: RoleSource = RoleSource.none
    name: str | None = None
    """A name that a user gave; never guessed."""


class GapReason(StrEnum):
    no_words = "no_words"
    """Speech was detected and no word was recognised."""
    rejected = "rejected"
    """Words were recognised and refused as invented (loops, compression, no probability)."""


class Gap(Record):
    """Speech that is missing from the transcript: reported, never dropped in silence."""

    start: Seconds = ms("start")
    end: Seconds = ms("end")
    reason: GapReason


class Transcript(Record):
    """A diarised transcript. Segments are in order of time; every speaker id is in ``speakers``."""

    schema_version: str = "1"
    language: str
    """ISO 639-1."""
    language_probability: float = Field(ge=0, le=1)
    recording: Recording | None = None
    """None when the transcript was supplied as text."""
    speakers: tuple[Speaker, ...]
    turns: tuple[Turn, ...]
    """From the diariser, overlaps kept; one line of RTTM each."""
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...] = ()
    provenance: Provenance

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = {speaker.id for speaker in self.speakers}
        if len(known) != len(self.speakers):
            raise ValueError("two speakers have the same id")
        used = {segment.speaker for segment in self.segments} | {t.speaker for t in self.turns}
        if not used <= known:
            raise ValueError(f"segments or turns name unknown speakers: {sorted(used - known)}")
        ids = [segment.id for segment in self.segments]
        if len(set(ids)) != len(ids):
            raise ValueError("two segments have the same id")
        return self

    def sha256(self) -> str:
        """Of the JSON: what a summary says it was made from."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def speaker(self, speaker_id: str) -> Speaker:
        return next(speaker for speaker in self.speakers if speaker.id == speaker_id)

    def role(self, segment: Segment) -> Role:
        return self.speaker(segment.speaker).role

    def segment(self, segment_id: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.id == segment_id), None)
