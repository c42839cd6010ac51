"""One recording's results against its references."""

from __future__ import annotations

from consultation.summary import Summary
from consultation.transcript import Transcript
from evaluation.attribution import role_counts, spoken_errors
from evaluation.der import diarization_errors
from evaluation.drugs import drug_counts, number_counts
from evaluation.figures import Figures, GapCounts
from evaluation.notes import note_counts
from evaluation.reference import Reference
from evaluation.wer import character_errors, word_errors


def measure(
    name: str, reference: Reference, transcript: Transcript, summary: Summary | None = None
) -> Figures:
    """Every figure that the references allow; texts are read by the reference's language.

    Raises UnsupportedLanguage or EngineMissing.
    """
    language = reference.language
    heard = "\n".join(segment.text for segment in transcript.segments)
    recording = transcript.recording
    duration = recording.duration if recording else 0.0
    text, spoken, timed = reference.text, reference.spoken, reference.timed
    said = spoken_errors(spoken, transcript, language) if spoken else None
    who = diarization_errors(timed, transcript.turns, duration) if timed else None
    known = [turn for turn in timed if turn.speaker in reference.roles]
    steps = transcript.provenance.steps + (summary.provenance.steps if summary else ())
    return Figures(
        id=name,
        language=language,
        detected=transcript.language,
        duration=duration,
        words=word_errors(text, heard, language) if text is not None else None,
        characters=character_errors(text, heard, language) if text is not None else None,
        cp=said.cp if said else None,
        tcp=said.tcp if said else None,
        aligned_words=said.aligned_words if said else 0,
        misattributed_words=said.misattributed_words if said else 0,
        speakers=who,
        strict=who.strict if who else None,
        collar=who.collar if who else None,
        jaccard=who.jaccard if who else None,
        speaker_count_error=who.speaker_count_error if who else None,
        roles=role_counts(known, reference.roles, transcript) if known else None,
        drugs=drug_counts(text, heard, language) if text is not None else None,
        numbers=number_counts(text, heard, language) if text is not None else None,
        gaps=GapCounts(
            gaps=len(transcript.gaps),
            seconds=round(sum(gap.end - gap.start for gap in transcript.gaps), 3),
        ),
        note=note_counts(summary) if summary else None,
        steps=steps,
    )
