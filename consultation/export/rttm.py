"""RTTM, the field's format for speaker turns (NIST RT-09)."""

from __future__ import annotations

import re

from consultation.export.origin import transcript_label
from consultation.transcript import Transcript


def to_rttm(transcript: Transcript, uri: str = "consultation") -> str:
    """One line a turn, overlaps kept; white space in ``uri`` becomes ``_``.

    First a comment, that a machine made it: one field, because readers that know no comments
    (pyannote.database) want a number in the fourth.
    """
    uri = re.sub(r"\s+", "_", uri.strip()) or "consultation"
    label = transcript_label(transcript).replace(" ", "_")
    return (f";;{label}\n" if label else "") + "".join(
        f"SPEAKER {uri} 1 {turn.start:.3f} {turn.end - turn.start:.3f} <NA> <NA> "
        f"{turn.speaker} <NA> <NA>\n"
        for turn in transcript.turns
    )
