"""A dialogue of a corpus as a transcript: text and roles are given, times are made up."""

from __future__ import annotations

import hashlib

from consultation.provenance import Quality, provenance
from consultation.transcript import RoleSource, Segment, Speaker, Transcript, Turn, Word
from evaluation.corpora.dialogue import Dialogue

WORD_SECONDS = 0.4


def as_transcript(dialogue: Dialogue) -> Transcript:
    """Each turn is a segment, one after the other; every word takes ``WORD_SECONDS``."""
    ids = {speaker: f"S{n}" for n, speaker in enumerate(dialogue.roles, start=1)}
    segments, turns, now = [], [], 0.0
    for number, line in enumerate(dialogue.lines, start=1):
        words = []
        for text in line.text.split():
            end = round(now + WORD_SECONDS, 3)
            words.append(Word(text=text, start=now, end=end, probability=1))
            now = end
        speaker = ids[line.speaker]
        segments.append(Segment(id=f"s{number:04d}", speaker=speaker, words=tuple(words)))
        turns.append(Turn(speaker=speaker, start=words[0].start, end=words[-1].end))
    # Made at no time: the same dialogue gives the same transcript, and a run can be taken up.
    said = "\n".join(f"{line.speaker}: {line.text}" for line in dialogue.lines)
    return Transcript(
        language=dialogue.language,
        language_probability=1.0,
        speakers=tuple(
            Speaker(id=ids[speaker], role=role, confidence=1.0, source=RoleSource.hint)
            for speaker, role in dialogue.roles.items()
        ),
        turns=tuple(turns),
        segments=tuple(segments),
        provenance=provenance(
            language=dialogue.language,
            quality=Quality.standard,
            settings_sha256=hashlib.sha256(b"").hexdigest(),
            input_sha256=hashlib.sha256(said.encode()).hexdigest(),
            models=(),
        ).model_copy(update={"created": "1970-01-01T00:00:00+00:00"}),
    )
