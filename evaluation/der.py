"""Diarisation error rates, by pyannote.metrics.

A collar of 0.25 s leaves 0.25 s on each side of every boundary of the reference out, as NIST's
md-eval does; pyannote.metrics takes its whole width, 0.5 s. Overlapping speech is always scored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Protocol

from pydantic import Field, computed_field

from consultation.wire import Record
from evaluation.libraries import library

COLLAR = 0.25
"""Seconds on each side of a boundary of the reference."""


class Timed(Protocol):
    """A speaker's turn, with times in seconds; None where they are not known."""

    @property
    def speaker(self) -> str: ...

    @property
    def start(self) -> float | None: ...

    @property
    def end(self) -> float | None: ...


class SpeakerTime(Record):
    """Seconds of speech, added over speakers, that went wrong."""

    speech: float = Field(ge=0)
    """Of the reference; two who speak at once count twice."""
    missed: float = Field(ge=0)
    false_alarm: float = Field(ge=0)
    confusion: float = Field(ge=0)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def rate(self) -> float | None:
        """DER; may exceed 1. None for a reference without speech."""
        if not self.speech:
            return None
        return (self.missed + self.false_alarm + self.confusion) / self.speech


class DiarizationErrors(Record):
    strict: SpeakerTime
    """Without a collar."""
    collar: SpeakerTime
    """With a collar of 0.25 s."""
    jaccard: float | None
    """JER: mean over the reference's speakers; a quiet one counts as much as a talkative one."""
    reference_speakers: int
    found_speakers: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def speaker_count_error(self) -> int:
        """Positive: more were found than there are."""
        return self.found_speakers - self.reference_speakers


def diarization_errors(
    reference: Sequence[Timed], hypothesis: Sequence[Timed], duration: float
) -> DiarizationErrors:
    """Args: turns, overlaps kept; the whole recording of ``duration`` seconds is scored.

    Speakers are matched so that the error is least. Raises EngineMissing.
    """
    core = library("pyannote.core")
    diarization = library("pyannote.metrics.diarization")
    said, heard = _annotation(core, reference), _annotation(core, hypothesis)
    last = max((turn.end or 0.0 for turn in chain(reference, hypothesis)), default=0.0)
    uem = core.Timeline([core.Segment(0.0, max(duration, last))])

    def errors(collar: float) -> SpeakerTime:
        metric = diarization.DiarizationErrorRate(collar=2 * collar)
        parts = metric(said, heard, uem=uem, detailed=True)
        return SpeakerTime(
            speech=parts["total"],
            missed=parts["missed detection"],
            false_alarm=parts["false alarm"],
            confusion=parts["confusion"],
        )

    jaccard = diarization.JaccardErrorRate()(said, heard, uem=uem) if said.labels() else None
    return DiarizationErrors(
        strict=errors(0.0),
        collar=errors(COLLAR),
        jaccard=None if jaccard is None else float(jaccard),
        reference_speakers=len(said.labels()),
        found_speakers=len(heard.labels()),
    )


def pooled_time(times: Iterable[SpeakerTime]) -> SpeakerTime | None:
    """All errors over all speech. None when there are none."""
    known = list(times)
    if not known:
        return None
    return SpeakerTime(
        speech=sum(one.speech for one in known),
        missed=sum(one.missed for one in known),
        false_alarm=sum(one.false_alarm for one in known),
        confusion=sum(one.confusion for one in known),
    )


def _annotation(core: Any, turns: Sequence[Timed]) -> Any:
    annotation = core.Annotation()
    for number, turn in enumerate(turns):
        if turn.start is not None and turn.end is not None and turn.end > turn.start:
            annotation[core.Segment(turn.start, turn.end), number] = turn.speaker
    return annotation
