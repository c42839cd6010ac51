"""HTTP's own types. Times are UTC, ISO 8601."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from consultation.errors import InvalidOption
from consultation.transcript import Role
from consultation.word_edits import CorrectionEdit, SegmentEdit, WordEdit
from jobs.store.artefacts import SUMMARY, TRANSCRIPT, Listed
from jobs.store.record_tables import is_record
from jobs.store.tables import AuditEntry, Consultation, Job, is_id
from jobs.store.upload_tables import Upload

JobStatus = Literal["queued", "processing", "completed", "failed", "cancelled"]
PartStatus = Literal["pending", "processing", "ready", "failed", "cancelled", "not_wanted"]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class JobError(Wire):
    code: str
    hint: str


class Artefacts(Wire):
    transcript: PartStatus
    summary: PartStatus


class JobOut(Wire):
    id: str
    consultation_id: str | None
    """None for a job of a record."""
    record_id: str | None
    """Of the record that a synthesis is made of."""
    kind: Literal["consultation", "summary", "transcript", "synthesis"]
    status: JobStatus
    artefacts: Artefacts
    template: str | None
    step: str | None
    """What is being done: decode, recognise, diarise, summarise…; read, map of a record."""
    progress: float
    """Of the step, from 0 to 1."""
    error: JobError | None
    """Of a failed job; of one that runs, what made the step be tried again."""
    created: str
    started: str | None
    finished: str | None


class SummaryOut(Wire):
    template: str
    version: int
    created: str


class ConsultationOut(Wire):
    id: str
    created: str
    has_audio: bool
    transcript_version: int | None
    """One more with every change of names and roles; None until it is ready."""
    summaries: list[SummaryOut]
    jobs: list[JobOut]


class Accepted(Wire):
    """202: what was asked for is queued."""

    consultation_id: str
    job: JobOut


class UploadOut(Wire):
    id: str
    length: int
    offset: int
    """Bytes that are known to be kept; HEAD tells exactly."""
    expires: str
    consultation_id: str
    """Of the consultation, or record, that it becomes with its last byte."""
    job: JobOut | None


class ConsultationLine(Wire):
    id: str
    created: str
    has_audio: bool


class ConsultationPage(Wire):
    items: list[ConsultationLine]
    next_cursor: str | None
    """Give it as ``cursor`` for the next page; None on the last one."""


class SpeakerOut(Wire):
    id: str
    role: Role
    confidence: float
    source: str
    name: str | None


class Speakers(Wire):
    speakers: list[SpeakerOut]


class SpeakerChange(Wire):
    role: Role | None = None
    name: str | None = Field(default=None, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    """Empty takes a name away."""


class SpeakerChanges(Wire):
    speakers: dict[str, SpeakerChange] = Field(min_length=1, max_length=20)
    """By speaker id (S1, S2…)."""


class TranscriptChanges(Wire):
    """All or none. Places of words are those before the request."""

    words: list[WordEdit] = Field(default=[], max_length=500)
    corrections: list[CorrectionEdit] = Field(default=[], max_length=500)
    segments: list[SegmentEdit] = Field(default=[], max_length=5000)


class NewSummary(Wire):
    template: str | None = Field(default=None, max_length=100)
    """See /v1/templates; the language's usual one when not given."""


class TranscriptToSummarise(Wire):
    """Either ``transcript`` or ``text``."""

    transcript: dict[str, Any] | None = None
    """A transcript.json as anamnese writes it: docs/schema/transcript.json."""
    text: str | None = None
    """A dialogue: lines such as ``Médecin : …``, WebVTT or SubRip."""
    language: Literal["fr", "en"] | None = None
    """Of ``text``; told from its words when not given."""
    template: str | None = Field(default=None, max_length=100)
    consent: str | None = Field(default=None, min_length=1, max_length=200)
    """Your reference to the patient's agreement, stored encrypted."""
    patient: str | None = Field(default=None, min_length=1, max_length=200)
    """Your reference to the patient, kept as a keyed hash only: to erase by."""


class TemplateOut(Wire):
    language: str
    name: str
    title: str


class Templates(Wire):
    items: list[TemplateOut]


class AuditLine(Wire):
    seq: int
    at: str
    actor: str
    action: str
    subject: str
    request_id: str
    sha256: str


class AuditPage(Wire):
    items: list[AuditLine]
    next_after: int | None


class Health(Wire):
    status: Literal["ok", "degraded", "failing"]
    checks: dict[str, str]


def job_out(job: Job) -> JobOut:
    record = is_record(job.consultation_id)
    error = JobError(code=job.error_code, hint=job.error_hint or "") if job.error_code else None
    return JobOut.model_validate(
        {
            "id": job.id,
            "consultation_id": None if record else job.consultation_id,
            "record_id": job.consultation_id if record else None,
            "kind": job.kind,
            "status": job.status,
            "artefacts": Artefacts.model_validate(
                {"transcript": job.transcript_status, "summary": job.summary_status}
            ),
            "template": job.template,
            "step": job.step,
            "progress": job.progress,
            "error": error,
            "created": iso(job.created),
            "started": iso(job.started) if job.started else None,
            "finished": iso(job.finished) if job.finished else None,
        }
    )


def consultation_out(
    row: Consultation, artefacts: tuple[Listed, ...], jobs: list[JobOut]
) -> ConsultationOut:
    transcript = next((a.version for a in artefacts if a.kind == TRANSCRIPT), None)
    summaries = [
        SummaryOut(template=a.name, version=a.version, created=iso(a.created))
        for a in artefacts
        if a.kind == SUMMARY
    ]
    return ConsultationOut(
        id=row.id,
        created=iso(row.created),
        has_audio=row.audio_bytes is not None,
        transcript_version=transcript,
        summaries=summaries,
        jobs=jobs,
    )


def upload_out(row: Upload, job: JobOut | None) -> UploadOut:
    return UploadOut(
        id=row.id,
        length=row.length,
        offset=row.size,
        expires=iso(row.expires),
        consultation_id=(job and job.record_id) or row.consultation_id,
        job=job,
    )


def audit_line(entry: AuditEntry) -> AuditLine:
    return AuditLine(
        seq=entry.seq,
        at=iso(entry.at),
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        request_id=entry.request_id,
        sha256=entry.sha256,
    )


def iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def to_cursor(created: int, consultation_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([created, consultation_id]).encode()).decode()


def next_cursor(rows: Sequence[Any], limit: int) -> str | None:
    """Of a page whose rows were asked for with one more than ``limit``: None when that is all."""
    return to_cursor(rows[limit - 1].created, rows[limit - 1].id) if len(rows) > limit else None


def from_cursor(text: str | None) -> tuple[int, str] | None:
    """Raises InvalidOption for what is no cursor of ours."""
    if text is None:
        return None
    try:
        created, consultation_id = json.loads(base64.b64decode(text, b"-_", validate=True))
        if type(created) is int and 0 <= created < 2**53 and is_id(consultation_id):
            return created, consultation_id
    except (ValueError, binascii.Error, TypeError, RecursionError):
        pass
    raise InvalidOption("this is no cursor", hint="Send next_cursor as it was given.")
