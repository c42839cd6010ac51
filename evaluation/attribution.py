"""Whether words went to the right voice, and voices to the right role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field, computed_field

from consultation.transcript import Role, Transcript
from consultation.wire import Record
from evaluation.libraries import library
from evaluation.normalise import normalise
from evaluation.reference import ReferenceTurn
from evaluation.wer import Errors

COLLAR = 5.0
"""Seconds by which a word may be misplaced in tcpWER."""


class SpokenErrors(Record):
    """Words heard wrong or given to the wrong speaker."""

    cp: Errors
    """cpWER: WER of each speaker's words under the best matching of speakers (meeteval)."""
    tcp: Errors | None
    """tcpWER: the same, and a word may not match one further than 5 s away; None without times."""
    aligned_words: int
    """Words of the hypothesis that stand for a word of the reference, right or not."""
    misattributed_words: int
    """Those of them that another speaker said."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def wder(self) -> float | None:
        """Word diarisation error rate (Shafey et al., 2019): misattributed over aligned words."""
        return self.misattributed_words / self.aligned_words if self.aligned_words else None


class RoleCounts(Record):
    """Turns of the reference, by what was made of their speaker's role."""

    right: int = Field(ge=0)
    wrong: int = Field(ge=0)
    abstained: int = Field(ge=0)
    """The transcript says unknown."""
    unheard: int = Field(ge=0)
    """No word was recognised in that time."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def accuracy(self) -> float | None:
        """Right over right and wrong: abstaining is not an error, and is counted apart."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None


def spoken_errors(
    reference: Sequence[ReferenceTurn], transcript: Transcript, language: str
) -> SpokenErrors:
    """Args: turns with text, in order; their times are used when all have them.

    Raises UnsupportedLanguage or EngineMissing.
    """
    said = [
        _row(turn.speaker, turn.text or "", turn.start, turn.end, language) for turn in reference
    ]
    heard = [_row(s.speaker, s.text, s.start, s.end, language) for s in transcript.segments]
    cp = _cp(said, heard)
    timed = all(turn.start is not None for turn in reference)
    aligned, wrong = _misattributed(said, heard, dict(cp.assignment or ()))
    return SpokenErrors(
        cp=_errors(cp),
        tcp=_tcp(said, heard) if timed else None,
        aligned_words=aligned,
        misattributed_words=wrong,
    )


def cp_errors(
    said: Sequence[tuple[str, str]], heard: Sequence[tuple[str, str]], language: str
) -> Errors:
    """cpWER alone, of (speaker, text) in order. Raises UnsupportedLanguage or EngineMissing."""
    first, second = (
        [_row(speaker, text, None, None, language) for speaker, text in rows]
        for rows in (said, heard)
    )
    return _errors(_cp(first, second))


def role_counts(
    reference: Iterable[ReferenceTurn], roles: Mapping[str, Role], transcript: Transcript
) -> RoleCounts:
    """Each turn of the reference (with times) is judged by the speaker with most words in it.

    Turns of a speaker who is not in ``roles`` are left out.
    """
    counts = dict.fromkeys(("right", "wrong", "abstained", "unheard"), 0)
    for turn in reference:
        if turn.speaker not in roles or turn.start is None or turn.end is None:
            continue
        found = _role_between(transcript, turn.start, turn.end)
        if found is None:
            counts["unheard"] += 1
        elif found is Role.unknown:
            counts["abstained"] += 1
        else:
            counts["right" if found is roles[turn.speaker] else "wrong"] += 1
    return RoleCounts(**counts)


def pooled_roles(counts: Iterable[RoleCounts]) -> RoleCounts | None:
    """None when there are none."""
    known = list(counts)
    if not known:
        return None
    return RoleCounts(
        right=sum(one.right for one in known),
        wrong=sum(one.wrong for one in known),
        abstained=sum(one.abstained for one in known),
        unheard=sum(one.unheard for one in known),
    )


def _row(
    speaker: str, text: str, start: float | None, end: float | None, language: str
) -> dict[str, Any]:
    """A segment as meeteval reads it."""
    row: dict[str, Any] = {
        "session_id": "-",
        "speaker": speaker,
        "words": normalise(text, language),
    }
    return row if start is None else row | {"start_time": start, "end_time": end}


def _cp(said: list[dict[str, Any]], heard: list[dict[str, Any]]) -> Any:
    seglst = library("meeteval.io.seglst").SegLST
    # Without times the order of the lists is the order of the words.
    return library("meeteval.wer.wer.cp").cp_word_error_rate(
        seglst([_untimed(row) for row in said]),
        seglst([_untimed(row) for row in heard]),
        reference_sort=False,
        hypothesis_sort=False,
    )


def _tcp(said: list[dict[str, Any]], heard: list[dict[str, Any]]) -> Errors:
    seglst = library("meeteval.io.seglst").SegLST
    module = library("meeteval.wer.wer.time_constrained")
    return _errors(
        module.time_constrained_minimum_permutation_word_error_rate(
            seglst(said), seglst(heard), collar=COLLAR
        )
    )


def _untimed(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("session_id", "speaker", "words")}


def _errors(rate: Any) -> Errors:
    return Errors(
        reference=rate.length,
        substitutions=rate.substitutions,
        insertions=rate.insertions,
        deletions=rate.deletions,
    )


def _misattributed(
    said: list[dict[str, Any]], heard: list[dict[str, Any]], assignment: Mapping[Any, Any]
) -> tuple[int, int]:
    """(aligned words, those of another speaker); ``assignment`` is reference → hypothesis."""
    reference = [(word, row["speaker"]) for row in said for word in row["words"].split()]
    hypothesis = [(word, row["speaker"]) for row in heard for word in row["words"].split()]
    if not reference or not hypothesis:
        return 0, 0
    alignment = library("jiwer").process_words(
        " ".join(word for word, _ in reference), " ".join(word for word, _ in hypothesis)
    )
    aligned = wrong = 0
    for chunk in alignment.alignments[0]:
        if chunk.type not in ("equal", "substitute"):
            continue
        for i, j in zip(
            range(chunk.ref_start_idx, chunk.ref_end_idx),
            range(chunk.hyp_start_idx, chunk.hyp_end_idx),
            strict=True,
        ):
            aligned += 1
            wrong += assignment.get(reference[i][1]) != hypothesis[j][1]
    return aligned, wrong


def _role_between(transcript: Transcript, start: float, end: float) -> Role | None:
    """Role of the speaker with most seconds of words between two times; None without words."""
    seconds: dict[str, float] = {}
    for segment in transcript.segments:
        if segment.start >= end or segment.end <= start:
            continue
        overlap = sum(
            max(0.0, min(word.end, end) - max(word.start, start)) for word in segment.words
        )
        seconds[segment.speaker] = seconds.get(segment.speaker, 0.0) + overlap
    if not any(seconds.values()):
        return None
    speaker = max(seconds, key=lambda name: seconds[name])
    return transcript.speaker(speaker).role
