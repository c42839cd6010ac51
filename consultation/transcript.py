"""Who said what, when: the types of a diarised transcript."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from consultation.audio import Recording
from consultation.author import Author
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


class CorrectionState(StrEnum):
    applied = "applied"
    """The segment holds the correction."""
    undecided = "undecided"
    """More than one name sounds like these words: they stand as they were recognised."""
    undone = "undone"
    """A reader put the recognised words back."""


class Correction(Record):
    """Words that code took for a misspelt name, and what it did about it: never in silence.

    ``words[first:first + count]`` of the segment are the correction, if it is applied, and the
    recognised words otherwise.
    """

    id: str = Field(pattern=r"^c\d{4,}$")
    segment: str
    first: int = Field(ge=0)
    count: int = Field(ge=1)
    original: tuple[Word, ...] = Field(min_length=1)
    """As they were recognised, with their own times and probabilities."""
    corrected: tuple[str, ...] = Field(min_length=1)
    """The name; several, best first, when it is undecided."""
    score: float = Field(ge=0, le=1)
    """How alike the words and the first name sound."""
    kind: Literal["drug", "term", "vocabulary", "person"]
    """From the drug lexicon, the list of terms, this recording's vocabulary, or by a person."""
    state: CorrectionState
    author: Author | None = Field(default=None, exclude_if=lambda author: author is None)
    """Of one by a person; left out otherwise."""

    @property
    def heard(self) -> str:
        """What was recognised, for readers: without the punctuation around it."""
        return " ".join(word.text for word in self.original).strip(" ,.;:!?…")


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
    corrections: tuple[Correction, ...] = ()
    """Names that were corrected, or could not be decided; in order of segments and words."""
    timed: bool = Field(default=True, exclude_if=lambda timed: timed is True)
    """False for a text without times: those of its words only give their order. Left out when
    true."""
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
        self._check_corrections()
        return self

    def _check_corrections(self) -> None:
        if len({correction.id for correction in self.corrections}) != len(self.corrections):
            raise ValueError("two corrections have the same id")
        by_id = {segment.id: segment for segment in self.segments}
        places: set[tuple[str, int]] = set()
        for correction in self.corrections:
            segment = by_id.get(correction.segment)
            end = correction.first + correction.count
            if segment is None or end > len(segment.words):
                raise ValueError(f"correction {correction.id} is of no words of the transcript")
            words = segment.words[correction.first : end]
            if correction.state is not CorrectionState.applied and words != correction.original:
                raise ValueError(f"correction {correction.id} does not hold the recognised words")
            covered = {(segment.id, k) for k in range(correction.first, end)}
            if covered & places:
                raise ValueError(f"correction {correction.id} overlaps another")
            places |= covered

    def sha256(self) -> str:
        """Of the JSON: what a summary says it was made from."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def speaker(self, speaker_id: str) -> Speaker:
        return next(speaker for speaker in self.speakers if speaker.id == speaker_id)

    def role(self, segment: Segment) -> Role:
        return self.speaker(segment.speaker).role

    def corrections_of(self, segment_id: str) -> tuple[Correction, ...]:
        """In order of words."""
        of = [c for c in self.corrections if c.segment == segment_id]
        return tuple(sorted(of, key=lambda correction: correction.first))

    def segment(self, segment_id: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.id == segment_id), None)
