"""Transcripts for tests, from lines of text."""

from __future__ import annotations

from consultation.provenance import Quality, provenance
from consultation.transcript import Gap, Role, Segment, Speaker, Transcript, Turn, Word

ROLES = {"D": Role.clinician, "P": Role.patient, "C": Role.companion, "X": Role.unknown}


def transcript(
    *lines: str, language: str = "fr", gaps: tuple[Gap, ...] = (), each: float = 0.5
) -> Transcript:
    """``D: Bonjour.`` is a clinician's segment; D, P, C and X speak; half a second a word."""
    ids: dict[str, str] = {}
    segments, turns, now = [], [], 0.0
    for number, line in enumerate(lines, start=1):
        who, text = line.split(": ", 1)
        speaker = ids.setdefault(who, f"S{len(ids) + 1}")
        words = []
        for token in text.split():
            words.append(
                Word(text=token, start=round(now, 3), end=round(now + each, 3), probability=0.9)
            )
            now += each
        segments.append(Segment(id=f"s{number:04d}", speaker=speaker, words=tuple(words)))
        turns.append(Turn(speaker=speaker, start=words[0].start, end=words[-1].end))
        now += each
    return Transcript(
        language=language,
        language_probability=1.0,
        speakers=tuple(
            Speaker(id=speaker, role=ROLES[who], confidence=1.0) for who, speaker in ids.items()
        ),
        turns=tuple(turns),
        segments=tuple(segments),
        gaps=gaps,
        provenance=provenance(
            language=language,
            quality=Quality.draft,
            settings_sha256="0" * 64,
            input_sha256="0" * 64,
            models=(),
        ),
    )
