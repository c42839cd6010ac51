"""Uploads that may be resumed: begun, gone on with, finished as a consultation or as documents of a
record, or removed.

One writer at a time holds a lock beside the file, which ends with the process that holds it. The
row tells how much is on the disk; behind that, the file itself is asked (``resumable_file``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.orm import Session

from consultation.errors import EmptyFile, InputError, StorageError
from jobs.errors import Conflict, KeysMissing, NotFound
from jobs.files import storage_errors
from jobs.intake import Incoming, add_consultation
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import audio, job_rows, uploads
from jobs.store.audio import AudioFolder
from jobs.store.audit import Actor
from jobs.store.record_tables import PREFIX
from jobs.store.resumable_file import Mark, ResumableWriter
from jobs.store.sealed_file import Opener, head_of, next_chunk, part_of
from jobs.store.store import Store
from jobs.store.tables import Job, new_id, now_ms
from jobs.store.upload_tables import Upload
from jobs.upload_fields import Becomes, Documents, UploadFields

WAIT_SECONDS = 10.0
"""For a writer of the same upload to let go."""


class Busy(Conflict):
    code = "upload_busy"
    hint = "Another request sends to this upload: try again in a moment."


@dataclass
class Held:
    """An upload that nobody else writes to. ``writer`` is None once all is there."""

    row: Upload
    writer: ResumableWriter | None


class Uploads:
    """Where recordings are in a bucket, they arrive in a folder of their own first: an object
    cannot be gone on with. That folder is the same for all processes that take uploads."""

    def __init__(
        self,
        store: Store,
        enqueuer: Enqueuer,
        settings: ServiceSettings,
        documents: Documents | None = None,
    ) -> None:
        self._store, self._enqueuer, self._settings = store, enqueuer, settings
        self._documents = documents
        self._lasts_ms = int(settings.upload_hours * 3600 * 1000)
        self._final = isinstance(store.audio, AudioFolder)
        self._arriving = (
            store.audio
            if isinstance(store.audio, AudioFolder)
            else AudioFolder(settings.data_folder / "arriving", store.ring)
        )

    def create(self, actor: Actor, length: int, fields: UploadFields) -> Upload:
        consultation_id = new_id("con" if fields.form is None else PREFIX)
        path = self._arriving.path(actor.org_id, consultation_id)
        where = audio.context(actor.org_id, consultation_id)
        writer = ResumableWriter(path, where, self._store.ring)
        try:
            mark = writer.mark()
            writer.close()
            with self._store.database.write() as session:
                return uploads.create(
                    session,
                    self._store.ring,
                    org_id=actor.org_id,
                    consultation_id=consultation_id,
                    length=length,
                    fields=fields.to_json().encode(),
                    mark=mark,
                    expires=now_ms() + self._lasts_ms,
                )
        except BaseException:
            writer.discard()
            raise

    def look(self, org_id: str, upload_id: str) -> Upload:
        """Raises NotFound, Gone."""
        with self._store.database.read() as session:
            row = uploads.find(session, org_id, upload_id)
            session.expunge(row)
            return row

    @contextmanager
    def hold(self, actor: Actor, upload_id: str, wait: float = WAIT_SECONDS) -> Iterator[Held]:
        """Raises NotFound, Gone, Busy, Damaged. What was torn is cut off; what was all there is
        finished, so that an upload whose last answer was lost becomes a job all the same."""
        row = self.look(actor.org_id, upload_id)
        path = self._arriving.path(row.org_id, row.consultation_id)
        lock = FileLock(_lock_of(path), thread_local=False)
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            raise Busy("another request sends to this upload") from None
        try:
            # Again: it may have been finished or removed while this one waited.
            row = self.look(actor.org_id, upload_id)
            held = Held(row, self._open(row, path))
            try:
                if held.writer is None and row.job_id is None:
                    self._make_job(actor, held)
                elif held.writer is not None and held.writer.size >= row.length:
                    self.finish(actor, held)
                yield held
            finally:
                if held.writer is not None:
                    held.writer.close()
        finally:
            lock.release()
            if not part_of(path).exists():
                _lock_of(path).unlink(missing_ok=True)

    def _open(self, row: Upload, path: Path) -> ResumableWriter | None:
        if row.job_id is not None or path.exists():
            return None
        where = audio.context(row.org_id, row.consultation_id)
        try:
            return ResumableWriter.resume(path, where, self._store.ring, uploads.mark_of(row))
        except (StorageError, KeysMissing) as error:
            raise uploads.Gone("what was received cannot be gone on with") from error

    def save(self, held: Held) -> None:
        """What was written is on the disk, and the row says so. Raises DiskFull, DatabaseAway."""
        assert held.writer is not None
        mark = held.writer.mark()
        self._write(held, mark)

    def rollback(self, held: Held, mark: Mark) -> None:
        """Forget what came after ``mark``."""
        assert held.writer is not None
        held.writer.rollback(mark)
        held.writer = None
        self._write(held, mark)

    def arrived(self, held: Held) -> Iterator[bytes]:
        """What the row says is on the disk. Raises Damaged, StorageError."""
        row, left = held.row, held.row.chunks
        path = self._arriving.path(row.org_id, row.consultation_id)
        with storage_errors(), part_of(path).open("rb") as file:
            key_id, head = head_of(file)
            where = audio.context(row.org_id, row.consultation_id)
            opener = Opener(self._store.ring.key(key_id), head, where)
            for number in range(left):
                sealed = next_chunk(file)
                if sealed is None:
                    return
                yield opener.open(sealed, number, None)

    def conclude(self, actor: Actor, held: Held, least: int = 0) -> Job:
        """Of a length that was left open: what has arrived is all. Raises EmptyFile when that is
        no more than ``least`` bytes; the upload is removed then."""
        assert held.writer is not None
        mark = held.writer.mark()
        if mark.size <= least:
            held.writer.close()
            held.writer = None
            self._remove(held.row)
            raise EmptyFile("the recording holds no bytes")
        self._write(held, mark, length=mark.size)
        return self.finish(actor, held)

    def _write(self, held: Held, mark: Mark, length: int | None = None) -> None:
        with self._store.database.write() as session:
            row = uploads.find(session, held.row.org_id, held.row.id, for_update=True)
            row.size, row.chunks, row.position = mark.size, mark.chunks, mark.position
            row.length = row.length if length is None else length
            row.expires = now_ms() + self._lasts_ms
        held.row = row

    def finish(self, actor: Actor, held: Held) -> Job:
        """All bytes are there: the file is whole, then there is a job."""
        assert held.writer is not None
        held.writer.finish()
        held.writer = None
        return self._make_job(actor, held)

    def _make_job(self, actor: Actor, held: Held) -> Job:
        row = held.row
        sent = UploadFields.model_validate_json(uploads.fields_of(row, self._store.ring))
        if sent.form is None:
            becomes: Becomes = self._recording(actor, row, sent)
        elif self._documents is not None:
            content = self._arriving.read(row.org_id, row.consultation_id)
            becomes = self._documents(actor, row.consultation_id, sent, content)
        else:
            raise Conflict("documents are not taken here")
        try:
            with becomes as make, self._store.database.write() as session:
                row = uploads.find(session, row.org_id, row.id, for_update=True)
                if row.job_id is not None:
                    job = job_rows.find(session, row.org_id, row.job_id)
                else:
                    job = make(session)
                    row.size, row.job_id, row.fields = row.length, job.id, b""
                held.row = row
        except (InputError, NotFound):
            # It will never be anything else: what to do is told once, and nothing is kept.
            if sent.form is not None:
                self._remove(held.row)
            raise
        if sent.form is not None or not self._final:
            self._arriving.delete(held.row.org_id, held.row.consultation_id)
        return job

    @contextmanager
    def _recording(
        self, actor: Actor, row: Upload, sent: UploadFields
    ) -> Iterator[Callable[[Session], Job]]:
        incoming = Incoming(
            id=row.consultation_id,
            content=sent.options,
            template=sent.template,
            priority=sent.priority,
            audio_bytes=row.length,
            patient=sent.patient,
            context=sent.context,
        )
        if not self._final:
            self._send(row)
        yield lambda session: add_consultation(
            session, self._store, self._enqueuer, self._settings, actor, incoming
        )

    def _send(self, row: Upload) -> None:
        """From the folder to the bucket; may be done twice. Raises AudioAway, Damaged."""
        writer = self._store.audio.writer(row.org_id, row.consultation_id)
        try:
            for content in self._arriving.read(row.org_id, row.consultation_id):
                writer.write(content)
            writer.finish()
        except BaseException:
            writer.discard()
            raise

    def terminate(self, actor: Actor, upload_id: str) -> None:
        """Raises NotFound; Conflict when it is a consultation already."""
        with self.hold(actor, upload_id) as held:
            if held.row.job_id is not None:
                raise Conflict(
                    "the upload is finished", hint="DELETE the consultation that it became."
                )
            self._remove(held.row)

    def remove_expired(self) -> int:
        """Abandoned uploads, and what is known of finished ones; how many."""
        with self._store.database.read() as session:
            rows = uploads.expired(session)
        removed = 0
        for row in rows:
            path = self._arriving.path(row.org_id, row.consultation_id)
            lock = FileLock(_lock_of(path), thread_local=False)
            with suppress(Timeout, OSError), lock.acquire(timeout=0):
                self._remove(row)
                _lock_of(path).unlink(missing_ok=True)
                removed += 1
        return removed

    def _remove(self, row: Upload) -> None:
        path = self._arriving.path(row.org_id, row.consultation_id)
        with self._store.database.write() as session:
            now = session.get(Upload, row.id, with_for_update=True)
            if now is None or now.expires != row.expires:
                return
            session.delete(now)
            finished = now.job_id is not None
        if not (finished and self._final):
            part_of(path).unlink(missing_ok=True)
            path.unlink(missing_ok=True)


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")
