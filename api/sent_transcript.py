"""A transcript that is sent instead of a recording: our JSON, or a dialogue as text."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.problem import UnsupportedMedia
from api.wire import TranscriptToSummarise
from consultation.errors import InvalidTranscript
from consultation.transcript import Transcript
from jobs.text_transcript import transcript_from_text

TEXTS = ("text/plain", "text/vtt", "application/x-subrip")
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": TranscriptToSummarise.model_json_schema()},
            **{media: {"schema": {"type": "string", "minLength": 1}} for media in TEXTS},
        },
    }
}


async def sent_transcript(
    request: Request,
    language: Annotated[
        Literal["fr", "en"] | None, Query(description="Of a text; not of JSON.")
    ] = None,
    template: Annotated[
        str | None, Query(max_length=100, description="For a text; not for JSON.")
    ] = None,
) -> TranscriptToSummarise:
    """Raises RequestValidationError, UnsupportedMedia, InvalidTranscript."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if media in TEXTS:
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidTranscript("the text is not UTF-8", hint="Send it as UTF-8.") from None
        return TranscriptToSummarise(text=text, language=language, template=template)
    if media != "application/json":
        known = ", ".join(("application/json", *TEXTS))
        raise UnsupportedMedia("this type of content is not read here", hint=f"Known: {known}.")
    if language is not None or template is not None:
        raise RequestValidationError([{"loc": ("query",), "type": "extra", "msg": ""}])
    try:
        return TranscriptToSummarise.model_validate_json(body)
    except ValidationError as error:
        places = [{"loc": ("body", *e["loc"]), "type": e["type"]} for e in error.errors()]
        raise RequestValidationError(places) from None


def read_sent(sent: TranscriptToSummarise) -> Transcript:
    """Raises InvalidTranscript, UnsupportedLanguage."""
    if (sent.transcript is None) == (sent.text is None):
        raise InvalidTranscript("transcript, text: one of them", hint="Send one, not both.")
    if sent.text is not None:
        return transcript_from_text(sent.text, sent.language)
    try:
        return Transcript.model_validate(sent.transcript)
    except ValidationError as error:
        places = sorted({".".join(str(part)[:40] for part in e["loc"]) for e in error.errors()})
        raise InvalidTranscript(
            "transcript: not one",
            hint=f"See docs/schema/transcript.json; wrong at: {', '.join(places[:5])}"[:300],
        ) from None
