"""Our own transcripts and notes, as documents of a record."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from consultation.document_errors import UnknownFormat
from consultation.documents import DocumentFormat, ParagraphKind
from consultation.summary import Summary
from consultation.transcript import Transcript
from records.blocks import Block, Reading

_WHO = {
    "fr": {"clinician": "Médecin", "patient": "Patient", "companion": "Accompagnant"},
    "en": {"clinician": "Clinician", "patient": "Patient", "companion": "Companion"},
}


def read_ours(content: Any) -> Reading:
    """Raises UnknownFormat when it is neither."""
    keys = set(content) if isinstance(content, dict) else set()
    try:
        if {"segments", "speakers"} <= keys:
            return _transcript(Transcript.model_validate(content))
        if {"sections", "transcript_sha256"} <= keys:
            return _summary(Summary.model_validate(content))
    except ValidationError:
        raise UnknownFormat("JSON that is no transcript or note of this version") from None
    raise UnknownFormat("JSON that is no FHIR, transcript or note")


def _transcript(transcript: Transcript) -> Reading:
    who = _WHO.get(transcript.language, _WHO["en"])
    blocks = tuple(
        Block(f"{who.get(transcript.role(one), one.speaker)} : {one.text}")
        for one in transcript.segments
    )
    return Reading(
        DocumentFormat.transcript,
        blocks,
        language=transcript.language,
        made=_day(transcript.provenance.created),
    )


def _summary(summary: Summary) -> Reading:
    """Statements only: what was refused or left out is no part of the note."""
    blocks = [Block(summary.title, ParagraphKind.heading)]
    for section in summary.sections:
        if section.statements:
            blocks.append(Block(section.heading, ParagraphKind.heading))
            blocks.extend(Block(one.text, ParagraphKind.item) for one in section.statements)
    return Reading(
        DocumentFormat.summary,
        tuple(blocks),
        title=summary.title,
        language=summary.language,
        made=_day(summary.provenance.created),
    )


def _day(created: str) -> str | None:
    return created[:10] if re.match(r"\d{4}-\d\d-\d\d", created) else None
