"""An item of a batch → a consultation in the store, and a job: when the item's turn has come.

A recording is encrypted into the store here and not before, so that a folder of 50,000 of them is
never copied at once. What cannot be taken in is an error of the item, and the batch goes on; only
what concerns all items (the disk is full, the database is away) is raised.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from consultation.errors import EmptyFile, InputError
from jobs import record_intake
from jobs.batch_records import take_record
from jobs.batch_turn import Taken, Turn
from jobs.errors import NotFound
from jobs.intake import Incoming, create_consultation, start_job
from jobs.queue import Enqueuer
from jobs.record_options import RecordOptions
from jobs.source_files import (
    SourceMissing,
    SourceTooLarge,
    inside,
    next_chunk,
    read_transcript,
    source_errors,
)
from jobs.store import artefacts, batch_items, consultations, job_rows
from jobs.store.artefacts import TRANSCRIPT
from jobs.store.audit import Actor
from jobs.store.batch_tables import Batch, BatchItem
from jobs.store.store import Store
from jobs.store.tables import Job, new_id
from jobs.text_transcript import TRANSCRIPTS, parse_transcript
from prompts.syntheses import DEFAULT

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Leftovers:
    """To be removed when the transaction is kept."""

    recordings: tuple[str, ...] = ()
    """Consultations whose stored recording goes."""
    jobs: tuple[str, ...] = ()
    """Jobs that the engine is to forget."""


class Intake:
    def __init__(self, store: Store, enqueuer: Enqueuer, limit: int) -> None:
        """``limit``: most bytes of a recording."""
        self._store, self._enqueuer, self._limit = store, enqueuer, limit

    def take(self, org_id: str, folder: Path, turn: Turn) -> Taken:
        """Read one item; a recording goes into the store. Raises DiskFull, StorageError."""
        source = turn.source
        try:
            if source.path is not None and source.record:
                return take_record(inside(folder, source.path, folders=True), turn, self._limit)
            if source.path is not None:
                path = inside(folder, source.path)
                if path.suffix.lower() in TRANSCRIPTS:
                    return _transcript(turn, read_transcript(path), path.suffix)
                return self._recording(org_id, path, turn)
            if source.transcript is not None:
                return _transcript(turn, source.transcript.encode(), ".json")
            return Taken(turn)
        except InputError as error:
            return Taken(turn, error=error)

    def _recording(self, org_id: str, path: Path, turn: Turn) -> Taken:
        with source_errors():
            found = path.stat()
        stamp = f"{found.st_size}:{found.st_mtime_ns}"
        if turn.consultation_id is not None and turn.stamp == stamp:
            # Tried again, and the file is the same: what was finished of it is kept.
            return Taken(turn, stamp=stamp)
        if found.st_size == 0:
            raise EmptyFile("the recording holds no bytes")
        if found.st_size > self._limit:
            raise SourceTooLarge(f"the recording is larger than {self._limit >> 20} MiB")
        consultation_id = new_id("con")
        digest = hashlib.sha256()
        with source_errors():
            file = path.open("rb")
        with file:
            writer = self._store.audio.writer(org_id, consultation_id)
            try:
                while content := next_chunk(file.read, _CHUNK):
                    if writer.size + len(content) > self._limit:
                        raise SourceTooLarge("the recording grew while it was read")
                    digest.update(content)
                    writer.write(content)
                writer.finish()
            except BaseException:
                writer.discard()
                raise
        return Taken(
            turn,
            consultation_id,
            audio_bytes=writer.size,
            stamp=stamp,
            content_sha256=turn.source.options_digest(digest.hexdigest()),
        )

    def discard(self, org_id: str, taken: Taken) -> None:
        """Nothing came of it."""
        if taken.audio_bytes is not None and taken.consultation_id is not None:
            self._store.audio.delete(org_id, taken.consultation_id)

    def must_wait(self, session: Session, item: BatchItem, taken: Taken) -> bool:
        """Its consultation is being transcribed by a job of its own: not twice at one time."""
        wanted = taken.turn.source.consultation_id
        if wanted is None or taken.error is not None:
            return False
        return any(
            job.status not in job_rows.FINAL and job.transcript_status != "ready"
            for job in consultations.jobs(session, item.org_id, wanted)
        )

    def begin(self, session: Session, batch: Batch, item: BatchItem, taken: Taken) -> Leftovers:
        """Consultation and job, in the caller's transaction, or the item's error."""
        unused = (taken.consultation_id,) if taken.audio_bytes and taken.consultation_id else ()
        item.attempts += 1
        error = taken.error
        if error is None and taken.content_sha256 is not None:
            twin = batch_items.twin(session, item, taken.content_sha256)
            if twin is not None:
                item.status, item.same_as = "duplicate", twin
                return Leftovers(unused)
        if error is None:
            try:
                return self._start(session, batch, item, taken)
            except InputError as refused:
                error = refused
        item.status, item.error_code, item.error_hint = "failed", error.code, error.hint[:500]
        return Leftovers(unused)

    def _start(self, session: Session, batch: Batch, item: BatchItem, taken: Taken) -> Leftovers:
        org_id, source = item.org_id, taken.turn.source
        earlier = item.job_id
        replaced = item.consultation_id if taken.consultation_id is not None else None
        consultation_id = taken.consultation_id or item.consultation_id or source.consultation_id
        if source.record:
            job = self._record(session, batch, item, taken)
            return self._active(session, item, taken, job, replaced, earlier)
        kind = _kind(session, org_id, consultation_id, taken)
        assert consultation_id is not None
        if taken.consultation_id is not None:
            incoming = Incoming(
                taken.consultation_id,
                taken.transcript or source.options,
                audio_bytes=taken.audio_bytes,
                patient=source.patient,
                beside=source.options,
            )
            create_consultation(session, self._store, org_id, batch.created_by, incoming)
        job = start_job(
            session,
            self._enqueuer,
            org_id=org_id,
            consultation_id=consultation_id,
            kind=kind,
            template=source.template,
            priority=job_rows.BATCH,
        )
        return self._active(session, item, taken, job, replaced, earlier)

    def _record(self, session: Session, batch: Batch, item: BatchItem, taken: Taken) -> Job:
        """The documents, or what an earlier attempt kept of them, and a job."""
        source = taken.turn.source
        intake = record_intake.Intake(
            self._store, self._enqueuer, None, Actor(item.org_id, batch.created_by)
        )
        wanted = record_intake.Wanted(
            source.template or DEFAULT, source.as_of, priority=job_rows.BATCH
        )
        if taken.consultation_id is None:
            stored = item.consultation_id or source.consultation_id
            try:
                return intake.synthesis(session, stored or "", wanted)
            except NotFound:
                raise SourceMissing(
                    "there is no such record", hint="It may have been erased."
                ) from None
        options = RecordOptions(
            language=source.options.transcribe.language, consent=source.options.consent
        )
        return intake.record(
            session, taken.consultation_id, taken.documents, wanted, options, source.patient
        )

    def _active(
        self,
        session: Session,
        item: BatchItem,
        taken: Taken,
        job: Job,
        replaced: str | None,
        earlier: str | None,
    ) -> Leftovers:
        org_id, ring, source = item.org_id, self._store.ring, taken.turn.source
        item.status, item.job_id, item.consultation_id = "active", job.id, job.consultation_id
        item.error_code = item.error_hint = item.same_as = None
        item.stamp = taken.stamp or item.stamp
        item.content_sha256 = taken.content_sha256 or item.content_sha256
        if source.transcript is not None:
            kept = source.model_copy(update={"transcript": None})
            batch_items.set_source(item, kept.model_dump_json(exclude_defaults=True).encode(), ring)
        if replaced is None:
            return Leftovers()
        # First the item lets go of it: what is erased takes its item along.
        session.flush()
        consultations.erase(session, org_id, replaced)
        return Leftovers((replaced,), (earlier,) if earlier else ())


def _kind(
    session: Session, org_id: str, consultation_id: str | None, taken: Taken
) -> job_rows.Kind:
    """Whether there is a transcript already. Raises SourceMissing."""
    if taken.transcript is not None:
        return "summary"
    if taken.consultation_id is not None:
        return "consultation"
    if consultation_id is None:
        raise SourceMissing("there is nothing to take in")
    try:
        row = consultations.find(session, org_id, consultation_id)
    except NotFound:
        raise SourceMissing(
            "there is no such consultation", hint="It may have been erased."
        ) from None
    kinds = {one.kind for one in artefacts.listed(session, org_id, consultation_id)}
    if TRANSCRIPT in kinds:
        return "summary"
    if row.audio_bytes is None:
        raise SourceMissing(
            "the consultation has neither recording nor transcript",
            hint="Send the recording again.",
        )
    return "consultation"


def _transcript(turn: Turn, content: bytes, suffix: str) -> Taken:
    transcript = parse_transcript(content, suffix, turn.source.options.transcribe.language)
    # Of what was given: a transcript that is made of a text says when that was.
    given = transcript.sha256() if suffix == ".json" else hashlib.sha256(content).hexdigest()
    return Taken(
        turn,
        new_id("con"),
        transcript=transcript,
        content_sha256=turn.source.options_digest(given),
    )
