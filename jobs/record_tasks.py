"""What a worker's child does for a synthesis: read what was not read yet, map, reduce, store.

Each document that was read, and what rules found in each, is stored at once and encrypted: a step
that is killed goes on where it was, and a document that is added later is the only one that is read
then. All of it is written under the fence that the step began with, or not at all.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from consultation.documents import PatientRecord, RefusedDocument, SourceDocument
from consultation.engines import Progress
from consultation.errors import AnamneseError, InputError
from consultation.provenance import Step, StepClock
from consultation.research import require_research
from consultation.settings import Settings
from consultation.wire import Record
from jobs.errors import NotFound, StorageQuota
from jobs.record_pieces import Kept, Pieces, number_of, print_key
from jobs.record_research import Function, ResearchAsked, function_of, research
from jobs.service_settings import ServiceSettings
from jobs.store import artefacts, job_rows, pseudonyms, quotas, records
from jobs.store.artefacts import OPTIONS
from jobs.store.record_tables import RecordRow, RecordSynthesis
from jobs.store.records import BYTES, MAP, READING, RESEARCH, SYNTHESIS, About, Document
from jobs.store.store import Store
from jobs.store.tables import Job, now_ms
from jobs.tasks import Admit, Models
from prompts.syntheses import DEFAULT
from records.archive import members
from records.formats import is_archive
from records.limits import DEFAULT as LIMITS
from records.read import read_record
from records.repeats import Print, print_of, with_repeats
from summarize.record_facts.map import map_key
from summarize.synthesis import synthesize, uses_model, wants_model

Result = TypeVar("Result")
_COPIES = ("an exact copy of ", "almost the same words as ")
"""Beginnings of what ``with_repeats`` warns of."""


class NothingToRead(InputError):
    code = "no_readable_document"
    hint = "GET the record: each document tells why it was refused."


class RecordChanged(AnamneseError):
    """A document went while it was being read: what cites it is not kept."""

    code = "record_changed"
    retryable = True
    hint = "It is made again from the documents that are left."


class RecordOptions(Record):
    """What came with a record; stored encrypted."""

    language: str | None = None
    consent: str | None = None
    """The caller's reference to the patient's agreement."""


class Asked(Record):
    """What one synthesis was asked for, beside its template."""

    as_of: str
    research: ResearchAsked | None = None


def synthesise_job(
    store: Store,
    settings: Settings,
    models: Models,
    job_id: str,
    fence: int,
    progress: Progress,
    _admit: Admit,
) -> tuple[Step, ...]:
    """Stored documents → a new version of the synthesis, or what a research function says of them;
    what it took. Raises AnamneseError."""
    work = _Work(store, job_id, fence)
    function = function_of(work.job.template)
    if function is not None:
        require_research(settings)
    if work.done():
        return ()
    clock = StepClock()
    with clock.step("read"):
        work.read_all(settings, progress)
        kept = Kept(work.pieces, work.put_map)
        record = work.record(kept.print_of)
    if not record.documents:
        raise NothingToRead("no document of the record could be read")
    keys = {one.id: map_key(one) for one in record.documents}
    for one in record.documents:
        kept.belong(keys[one.id], int(one.id[1:]))
    numbers = {int(one.id[1:]) for one in record.documents}
    if function is not None:
        content = _said(function, record, work, settings, kept, clock)

        def keep_said(session: Session) -> None:
            row = work.locked_with(session, numbers)
            records.put(session, store.ring, row, RESEARCH, job_id, content, job_id)

        work.persist(keep_said)
        return tuple(clock.steps)
    model = models.language_model() if wants_model(settings) else None
    made = synthesize(
        record,
        model if uses_model(model, settings) else None,
        settings,
        template=work.job.template or DEFAULT,
        as_of=work.asked().as_of,
        cache=kept,
        keys=keys,
        progress=progress,
    )

    def keep(session: Session) -> None:
        row = work.locked_with(session, numbers)
        row.versions += 1
        row.changed = now_ms()
        session.add(
            RecordSynthesis(
                record_id=row.id, version=row.versions, org_id=row.org_id, template=made.template,
                language=made.language, as_of=made.as_of, job_id=job_id, created=now_ms(),
                documents=" ".join(str(one) for one in sorted(numbers)),
            )
        )  # fmt: skip
        content = made.to_json().encode()
        records.put(session, store.ring, row, SYNTHESIS, str(row.versions), content, job_id)
        # What older rules found, and what was found in documents that are gone.
        records.forget_others(session, row, MAP, kept.used)

    work.persist(keep)
    return (*clock.steps, *made.provenance.steps)


def _said(
    function: Function,
    record: PatientRecord,
    work: _Work,
    settings: Settings,
    kept: Kept,
    clock: StepClock,
) -> bytes:
    asked = work.asked()
    with clock.step("research"):
        wanted = asked.research or ResearchAsked()
        made = research(function, record, wanted, asked.as_of, settings, kept)
    return made.to_json().encode()


class _Work:
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

    def read_all(self, settings: Settings, progress: Progress) -> None:
        """What is pending: archives are opened first, so that the count is of documents."""
        language = self.options().language
        pending = [one for one in self.documents() if one.status == "pending"]
        archives = False
        for one in pending:
            data = self.content(BYTES, str(one.number))
            if data is not None and is_archive(data):
                self._open(one, data)
                archives = True
        if archives:
            pending = [one for one in self.documents() if one.status == "pending"]
        for number, one in enumerate(pending, 1):
            self._read(one, language, settings.ocr_command)
            progress("read", number, len(pending))

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

    def _open(self, one: Document, data: bytes) -> None:
        """Each file of an archive becomes a document; the archive itself goes."""

        def keep(session: Session) -> None:
            row = self.locked(session)
            for member in members(data, LIMITS):
                about = About(
                    file=f"{one.about.file}/{member.name}",
                    hint=member.error.hint if member.error else None,
                )
                code = member.error.code if member.error else None
                digest = self._digest(session, member.data) if not code else None
                if digest is not None and records.known(session, row.id, digest):
                    continue
                records.add_document(
                    session, self.store.ring, row, about, digest=digest, code=code,
                    content=None if code else member.data,
                    status="refused" if code else "pending",
                )  # fmt: skip
            quotas.check(session, ServiceSettings(), self.org, 0, None)
            records.remove_document(session, row, one.number)

        try:
            self.persist(keep)
        except (InputError, StorageQuota) as error:
            self._refuse(one, error.code, error.hint)

    def _read(self, one: Document, language: str | None, ocr: str | None) -> None:
        data = self.content(BYTES, str(one.number))
        if data is None:
            return  # removed meanwhile
        found = read_record([(one.about.file, data)], language=language, ocr=ocr)
        if not found.documents:
            why = found.refused[0] if found.refused else None
            self._refuse(one, why.code if why else "empty_file", why.hint if why else "")
            return
        first, *attached = found.documents

        def keep(session: Session) -> None:
            row = self.locked(session)
            stored = records.document_row(session, self.org, self.id, one.number)
            if stored.status != "pending":
                return
            name = one.about.file
            stored.status = "read"
            records.set_about(stored, _about(first, name), self.store.ring)
            self._put(session, row, first, one.number)
            for document in attached:
                inside = records.add_document(
                    session, self.store.ring, row, _about(document, document.file),
                    content=None, parent=one.number, status="read",
                )  # fmt: skip
                self._put(session, row, document, inside.number)
            for why in found.refused:
                records.add_document(
                    session, self.store.ring, row, About(file=why.file, hint=why.hint),
                    content=None, parent=one.number, status="refused", code=why.code,
                )  # fmt: skip

        try:
            self.persist(keep)
        except NotFound:
            # The document alone went, or all of it: the next thing that is written tells.
            return

    def _refuse(self, one: Document, code: str, hint: str) -> None:
        def keep(session: Session) -> None:
            self.locked(session)
            row = records.document_row(session, self.org, self.id, one.number)
            row.status, row.code = "refused", code
            about = one.about.model_copy(update={"hint": hint})
            records.set_about(row, about, self.store.ring)

        self.persist(keep)

    def _put(self, session: Session, row: RecordRow, read: SourceDocument, number: int) -> None:
        document = _numbered(read, number)
        content = document.model_dump_json(by_alias=True, exclude_defaults=True).encode()
        records.put(session, self.store.ring, row, READING, str(number), content, self.job.id)
        name, content = f"{number}.{print_key(number)}", print_of(document).to_bytes()
        records.put(session, self.store.ring, row, MAP, name, content, self.job.id)

    def _digest(self, session: Session, data: bytes) -> str:
        return pseudonyms.content(
            session, self.store.ring, self.org, hashlib.sha256(data).hexdigest()
        )


def _about(read: SourceDocument, file: str) -> About:
    return About(
        file=file, title=read.title, kind=read.kind.value, date=read.date, pages=read.pages,
        language=read.language, format=read.format.value, warnings=read.warnings,
    )  # fmt: skip


def _numbered(read: SourceDocument, number: int) -> SourceDocument:
    """Under the id that it has in this record; copies are looked for later, over all."""
    name = records.document_id(number)
    evidence = read.date_evidence
    paragraphs = tuple(
        one.model_copy(update={"repeats": None}) if one.repeats else one for one in read.paragraphs
    )
    return read.model_copy(
        update={
            "id": name,
            "date_evidence": evidence.model_copy(update={"source": name}) if evidence else None,
            "paragraphs": paragraphs,
            "warnings": tuple(one for one in read.warnings if not one.startswith(_COPIES)),
        }
    )
