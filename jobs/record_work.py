"""One job's hold on its record: what is stored of it, and what is written under its fence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from consultation.documents import PatientRecord, RefusedDocument, SourceDocument
from consultation.errors import AnamneseError
from jobs.errors import NotFound
from jobs.record_options import Asked, RecordOptions
from jobs.record_pieces import Pieces, number_of
from jobs.store import artefacts, job_rows, records
from jobs.store.artefacts import OPTIONS
from jobs.store.record_tables import RecordRow
from jobs.store.records import MAP, RESEARCH, Document
from jobs.store.store import Store
from jobs.store.tables import Job
from records.repeats import Print, with_repeats

Result = TypeVar("Result")


class RecordChanged(AnamneseError):
    """A document went while it was being read: what cites it is not kept."""

    code = "record_changed"
    retryable = True
    hint = "It is made again from the documents that are left."


class RecordWork:
    """One job's hold on its record."""

    def __init__(self, store: Store, job_id: str, fence: int) -> None:
        self.store, self.fence = store, fence
        with store.database.read() as session:
            job = session.get(Job, job_id)
            if job is None:
                raise NotFound("the job was erased")
            session.expunge(job)
        self.job, self.org, self.id = job, job.org_id, job.consultation_id
        self.pieces = Pieces(store, self.org, self.id)

    def done(self) -> bool:
        """A try before this one stored the result, and ended before it could say so."""
        with self.store.database.read() as session:
            if self.job.id in artefacts.names(session, self.org, self.id, RESEARCH):
                return True
            made = records.syntheses(session, self.org, self.id)
            return any(one.job_id == self.job.id for one in made)

    def persist(self, keep: Callable[[Session], Result]) -> Result:
        return self.store.database.persist(keep)

    def locked(self, session: Session) -> RecordRow:
        """Raises Cancelled, NotFound, LostJob."""
        job_rows.held(session, self.job.id, self.fence)
        return records.find(session, self.org, self.id, lock=True)

    def locked_with(self, session: Session, numbers: set[int]) -> RecordRow:
        """As ``locked``. Raises RecordChanged when one of these documents is gone."""
        row = self.locked(session)
        if not numbers <= records.numbers(session, row.org_id, row.id):
            raise RecordChanged("a document was removed meanwhile")
        return row

    def content(self, kind: str, name: str) -> bytes | None:
        with self.store.database.read() as session:
            return records.get(session, self.store.ring, self.org, self.id, kind, name)

    def options(self) -> RecordOptions:
        content = self.content(OPTIONS, "")
        return RecordOptions.model_validate_json(content) if content else RecordOptions()

    def asked(self) -> Asked:
        with self.store.database.read() as session:
            kept = artefacts.get(
                session, self.store.ring, org_id=self.org, consultation_id=self.id,
                kind=OPTIONS, name=self.job.id,
            )  # fmt: skip
        return Asked.model_validate_json(artefacts.require(kept, "order").content)

    def documents(self) -> list[Document]:
        with self.store.database.read() as session:
            return records.documents(session, self.store.ring, self.org, self.id)

    def record(self, print_of: Callable[[SourceDocument], Print]) -> PatientRecord:
        """All that was read, copies found over all of it."""
        there = self.documents()
        read = tuple(self.pieces.readings([one.number for one in there if one.status == "read"]))
        refused = tuple(
            RefusedDocument(file=one.about.file, code=one.code, hint=one.about.hint or "")
            for one in there
            if one.status != "read" and one.code is not None
        )
        spoken = Counter(one.language for one in read).most_common(1)
        language = self.options().language or (spoken[0][0] if spoken else "fr")
        return PatientRecord(
            language=language, documents=with_repeats(read, print_of), refused=refused
        )

    def put_map(self, name: str, content: bytes) -> None:
        """Raises RecordChanged: not of a document that went meanwhile."""

        def keep(session: Session) -> None:
            row = self.locked(session)
            number = number_of(name)
            if number is not None and not records.has(session, row.id, number):
                raise RecordChanged("a document was removed meanwhile")
            records.put(session, self.store.ring, row, MAP, name, content, self.job.id)

        self.persist(keep)
