"""A transcript in the formats of OpenAI's ``/v1/audio/transcriptions``.

They have no place for what was said but not recognised, nor for corrections; the consultation has
(``/v1/consultations``). Times are seconds. What recognition does not tell is not made up:
``tokens`` is empty, and ``no_speech_prob`` is 0 because windows without speech give no segment.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Collection
from string import ascii_uppercase
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

from consultation.export.subtitles import to_srt, to_vtt
from consultation.transcript import Role, Segment, Transcript

Format = Literal["json", "text", "srt", "verbose_json", "vtt", "diarized_json"]
Granularity = Literal["word", "segment"]
_LANGUAGES = {"fr": "french", "en": "english"}
"""verbose_json says it so; elsewhere in the API languages are ISO 639-1."""
_LEAST = 1e-6
"""Probability below which a logarithm says nothing."""


class Usage(BaseModel):
    type: Literal["duration"] = "duration"
    seconds: float


class Transcription(BaseModel):
    text: str
    usage: Usage


class VerboseWord(BaseModel):
    word: str
    start: float
    end: float


class VerboseSegment(BaseModel):
    id: int
    seek: int
    """Start in hundredths of a second."""
    start: float
    end: float
    text: str
    tokens: list[int] = []
    temperature: float = 0.0
    avg_logprob: float
    """Mean over words."""
    compression_ratio: float
    """Bytes of the text over bytes of it compressed."""
    no_speech_prob: float = 0.0


class Verbose(BaseModel):
    task: Literal["transcribe"] = "transcribe"
    language: str
    duration: float
    text: str
    words: list[VerboseWord] | None = None
    segments: list[VerboseSegment] | None = None
    usage: Usage


class DiarizedSegment(BaseModel):
    type: Literal["transcript.text.segment"] = "transcript.text.segment"
    id: str
    start: float
    end: float
    text: str
    speaker: str
    """A, B…, in order of first speech."""
    role: Role
    """Beside what OpenAI gives: who the speaker is."""


class Diarized(BaseModel):
    task: Literal["transcribe"] = "transcribe"
    duration: float
    text: str
    segments: list[DiarizedSegment]
    usage: Usage


JSON_TYPES = (Transcription, Verbose, Diarized)
MEDIA: dict[Format, str] = {
    "json": "application/json",
    "verbose_json": "application/json",
    "diarized_json": "application/json",
    "text": "text/plain",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
}


def described() -> dict[str, Any]:
    """JSON Schema of ``JSON_TYPES``, for OpenAPI's components."""
    adapter = TypeAdapter(Transcription | Verbose | Diarized)
    template = "#/components/schemas/{model}"
    found: dict[str, Any] = adapter.json_schema(ref_template=template)["$defs"]
    return found


def render(transcript: Transcript, form: Format, granularities: Collection[Granularity]) -> str:
    """The body of the answer."""
    text = " ".join(segment.text for segment in transcript.segments)
    if form == "text":
        return text + "\n"
    if form == "srt":
        return to_srt(transcript)
    if form == "vtt":
        return to_vtt(transcript)
    seconds = transcript.recording.duration if transcript.recording else 0.0
    usage = Usage(seconds=seconds)
    if form == "json":
        return Transcription(text=text, usage=usage).model_dump_json()
    if form == "diarized_json":
        return _diarized(transcript, text, usage).model_dump_json()
    spoken = [word for segment in transcript.segments for word in segment.words]
    words = [VerboseWord(word=word.text, start=word.start, end=word.end) for word in spoken]
    segments = [_verbose(number, one) for number, one in enumerate(transcript.segments)]
    return Verbose(
        language=_LANGUAGES.get(transcript.language, transcript.language),
        duration=seconds,
        text=text,
        words=words if "word" in granularities else None,
        segments=segments if "segment" in granularities else None,
        usage=usage,
    ).model_dump_json(exclude_none=True)


def _verbose(number: int, segment: Segment) -> VerboseSegment:
    logs = [math.log(max(word.probability, _LEAST)) for word in segment.words]
    raw = segment.text.encode()
    return VerboseSegment(
        id=number,
        seek=round(segment.start * 100),
        start=segment.start,
        end=segment.end,
        text=segment.text,
        avg_logprob=round(sum(logs) / len(logs), 4),
        compression_ratio=round(len(raw) / len(zlib.compress(raw)), 4),
    )


def _diarized(transcript: Transcript, text: str, usage: Usage) -> Diarized:
    order = list(dict.fromkeys(segment.speaker for segment in transcript.segments))
    letters = {
        speaker: ascii_uppercase[n] if n < len(ascii_uppercase) else speaker
        for n, speaker in enumerate(order)
    }
    return Diarized(
        duration=usage.seconds,
        text=text,
        segments=[
            DiarizedSegment(
                id=segment.id,
                start=segment.start,
                end=segment.end,
                text=segment.text,
                speaker=letters[segment.speaker],
                role=transcript.role(segment),
            )
            for segment in transcript.segments
        ],
        usage=usage,
    )
