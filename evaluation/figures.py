"""What was measured of one recording."""

from __future__ import annotations

from consultation.provenance import Step
from consultation.wire import Record, Seconds, ms
from evaluation.attribution import RoleCounts
from evaluation.der import DiarizationErrors, SpeakerTime
from evaluation.drugs import DrugCounts, Found
from evaluation.notes import NoteCounts
from evaluation.wer import Errors


class GapCounts(Record):
    """Speech that the transcript says it has no words for."""

    gaps: int
    seconds: float


class Figures(Record):
    """One recording, or several pooled; None where there is no reference for a measure."""

    id: str
    language: str
    """Of the reference."""
    error: str | None = None
    """Code of the error that stopped it; then there is nothing else."""
    detected: str | None = None
    """The language that was detected; None in a pool."""
    duration: Seconds = ms("duration", default=0.0)
    words: Errors | None = None
    characters: Errors | None = None
    cp: Errors | None = None
    tcp: Errors | None = None
    aligned_words: int = 0
    misattributed_words: int = 0
    speakers: DiarizationErrors | None = None
    """None in a pool, where ``strict`` and ``collar`` say as much."""
    strict: SpeakerTime | None = None
    collar: SpeakerTime | None = None
    jaccard: float | None = None
    """Mean over recordings in a pool."""
    speaker_count_error: float | None = None
    """Speakers too many; the mean of absolute values in a pool."""
    roles: RoleCounts | None = None
    drugs: DrugCounts | None = None
    numbers: Found | None = None
    gaps: GapCounts | None = None
    note: NoteCounts | None = None
    steps: tuple[Step, ...] = ()
