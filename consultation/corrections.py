"""Corrections of a transcript, put in and taken back."""

from __future__ import annotations

from collections.abc import Sequence

from consultation.transcript import Correction, CorrectionState, Segment, Transcript, Word


def replaced(segment: Segment, first: int, count: int, words: Sequence[Word]) -> Segment:
    """The segment with ``count`` words from ``first`` replaced."""
    kept = (*segment.words[:first], *words, *segment.words[first + count :])
    return segment.model_copy(update={"words": kept})


def undo(transcript: Transcript, correction_id: str) -> Transcript:
    """The transcript with the recognised words back in their place, and the correction marked.

    Undoing what is not applied changes nothing but the mark. Raises KeyError for an unknown id.
    """
    found = next((c for c in transcript.corrections if c.id == correction_id), None)
    if found is None:
        raise KeyError(correction_id)
    back = found.state is CorrectionState.applied
    shift = len(found.original) - found.count if back else 0
    corrections = tuple(_after_undo(c, found, shift) for c in transcript.corrections)
    segments = transcript.segments
    if back:
        segments = tuple(
            replaced(segment, found.first, found.count, found.original)
            if segment.id == found.segment
            else segment
            for segment in segments
        )
    changed = transcript.model_copy(update={"segments": segments, "corrections": corrections})
    return Transcript.model_validate(changed.model_dump(by_alias=False))


def undo_all(transcript: Transcript) -> Transcript:
    """The words as they were recognised, everywhere."""
    for correction in transcript.corrections:
        transcript = undo(transcript, correction.id)
    return transcript


def _after_undo(correction: Correction, undone: Correction, shift: int) -> Correction:
    if correction.id == undone.id:
        update: dict[str, object] = {"state": CorrectionState.undone}
        if undone.state is CorrectionState.applied:
            update["count"] = len(undone.original)
        return correction.model_copy(update=update)
    if correction.segment == undone.segment and correction.first > undone.first:
        return correction.model_copy(update={"first": correction.first + shift})
    return correction
