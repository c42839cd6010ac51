"""What a worker's child does for one job: read by id, run the models, store by id.

Results are written under the fence that the step began with, in one transaction, or not at all. A
task that finds its result already stored returns at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pydantic import Field
from sqlalchemy.orm import Session

from consultation.engines import Diarizer, LanguageModel, Progress, Recognizer
from consultation.provenance import Step, StepClock
from consultation.settings import Settings
from consultation.transcript import Transcript
from consultation.wire import Record
from jobs.digests import transcript_digest
from jobs.durable_engines import DurableDiarizer, DurableRecognizer
from jobs.errors import NotFound
from jobs.files import storage_errors, temporary_folder
from jobs.notes import rewritten
from jobs.store import artefacts, job_rows
from jobs.store.artefacts import DIARIZATION, OPTIONS, RECOGNITION, SUMMARY, TRANSCRIPT, WAVEFORM
from jobs.store.store import Store
from jobs.store.tables import Job
from prompts.library import default_template
from summarize.consultation import summarize
from transcribe.audio import decode
from transcribe.peaks import peaks
from transcribe.pipeline import TranscribeOptions, transcribe

Admit = Callable[[float], None]
"""Told the seconds of a decoded recording; returns when there is memory to work on it."""


class Models(Protocol):
    """Loaded when first asked for, kept for the jobs that follow."""

    def recognizer(self) -> Recognizer: ...
    def diarizer(self) -> Diarizer: ...
    def language_model(self) -> LanguageModel: ...


class JobOptions(Record):
    """What came with a recording; clinical (names in the vocabulary), so stored encrypted."""

    transcribe: TranscribeOptions = Field(default_factory=TranscribeOptions)
    consent: str | None = None
    """The caller's reference to the patient's agreement."""


def _at_once(_: float) -> None:
    """Nothing to wait for."""


def transcribe_job(
    store: Store,
    settings: Settings,
    models: Models,
    job_id: str,
    fence: int,
    progress: Progress,
    admit: Admit,
) -> tuple[Step, ...]:
    """Recording → transcript; what it took. Raises AnamneseError; NotFound when the job was
    erased."""
    job, options = _begun(store, job_id)
    if _stored(store, job, TRANSCRIPT):
        return ()
    digest = transcript_digest(settings, options.transcribe)
    load, save = _kept(store, job, fence)
    clock = StepClock()
    with temporary_folder() as work:
        with clock.step("decode"):
            recording = work / "recording"
            _decrypt(store, job, recording)
            decoded = decode(
                recording,
                work,
                max_seconds=settings.max_duration_hours * 3600,
                allow_truncated=options.transcribe.allow_truncated,
                progress=progress,
            )
            recording.unlink()
        admit(decoded.recording.duration)
        loud = peaks(decoded.waveform)
        transcript = transcribe(
            decoded,
            DurableRecognizer(models.recognizer, digest, load, save),
            DurableDiarizer(models.diarizer, digest, load, save),
            options.transcribe.here(settings),
            clock,
            quality=settings.transcript_quality,
            settings_sha256=digest,
            progress=progress,
        )

    def keep(session: Session) -> None:
        held = job_rows.held(session, job_id, fence)
        _put(session, store, held, TRANSCRIPT, transcript.to_json().encode())
        _put(session, store, held, WAVEFORM, loud.to_json().encode())
        artefacts.forget(session, job.org_id, job.consultation_id, RECOGNITION, DIARIZATION)

    store.database.persist(keep)
    return transcript.provenance.steps


def summarize_job(
    store: Store,
    settings: Settings,
    models: Models,
    job_id: str,
    fence: int,
    progress: Progress,
    _admit: Admit = _at_once,
) -> tuple[Step, ...]:
    """Stored transcript → note; what it took. Raises AnamneseError."""
    job, _ = _begun(store, job_id)
    transcript = read_transcript(store, job.org_id, job.consultation_id)
    template = job.template or default_template(transcript.language)
    done = _stored(store, job, SUMMARY, template)
    if done is not None and done.job_id == job_id:
        return ()
    summary = summarize(
        transcript, models.language_model(), settings, template=template, progress=progress
    )

    def keep(session: Session) -> None:
        held = job_rows.held(session, job_id, fence)
        rewritten(session, store.ring, held, summary)
        _put(session, store, held, SUMMARY, summary.to_json().encode(), template)

    store.database.persist(keep)
    # The transcript's are told with it, and were counted when it was made.
    return tuple(s for s in summary.provenance.steps if s not in transcript.provenance.steps)


def read_transcript(store: Store, org_id: str, consultation_id: str) -> Transcript:
    """Raises NotFound."""
    with store.database.read() as session:
        stored = artefacts.get(
            session, store.ring, org_id=org_id, consultation_id=consultation_id, kind=TRANSCRIPT
        )
    content = artefacts.require(stored, "transcript of this consultation").content
    return Transcript.model_validate_json(content)


def _begun(store: Store, job_id: str) -> tuple[Job, JobOptions]:
    with store.database.read() as session:
        job = session.get(Job, job_id)
        if job is None:
            raise NotFound("the job was erased")
        session.expunge(job)
    kept = _stored(store, job, OPTIONS)
    options = JobOptions.model_validate_json(kept.content) if kept else JobOptions()
    return job, options


def _stored(store: Store, job: Job, kind: str, name: str = "") -> artefacts.Stored | None:
    with store.database.read() as session:
        return artefacts.get(
            session,
            store.ring,
            org_id=job.org_id,
            consultation_id=job.consultation_id,
            kind=kind,
            name=name,
        )


def _put(
    session: Session, store: Store, job: Job, kind: str, content: bytes, name: str = ""
) -> None:
    artefacts.put(
        session,
        store.ring,
        org_id=job.org_id,
        consultation_id=job.consultation_id,
        kind=kind,
        name=name,
        content=content,
        job_id=job.id,
    )


def _kept(
    store: Store, job: Job, fence: int
) -> tuple[Callable[[str, str], bytes | None], Callable[[str, str, bytes], None]]:
    def load(kind: str, name: str) -> bytes | None:
        kept = _stored(store, job, kind, name)
        return kept.content if kept else None

    def save(kind: str, name: str, content: bytes) -> None:
        def keep(session: Session) -> None:
            held = job_rows.held(session, job.id, fence)
            _put(session, store, held, kind, content, name)

        store.database.persist(keep)

    return load, save


def _decrypt(store: Store, job: Job, path: Path) -> None:
    """For the decoder, into a folder that is removed whatever happens."""
    with storage_errors():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            for content in store.audio.read(job.org_id, job.consultation_id):
                file.write(content)
