"""Files of a record → readings, each stored as soon as it is there.

A reading holds for the readers that made it: after a change of ``records/`` each file is read again
with the next synthesis. A reader that cannot any more read what an earlier one could does not take
the reading away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy.orm import Session

from consultation.documents import RefusedDocument, SourceDocument
from consultation.engines import Progress
from consultation.errors import InputError
from jobs.errors import NotFound, StorageQuota
from jobs.record_pieces import print_key
from jobs.record_work import RecordWork
from jobs.service_settings import ServiceSettings
from jobs.store import pseudonyms, quotas, records
from jobs.store.record_tables import RecordDocument, RecordRow
from jobs.store.records import BYTES, MAP, READING, About, Document
from records.archive import members
from records.formats import is_archive
from records.limits import DEFAULT as LIMITS
from records.read import read_record
from records.repeats import print_of
from records.version import readers_sha256

_COPIES = ("an exact copy of ", "almost the same words as ")
"""Beginnings of what ``with_repeats`` warns of."""


def read_all(work: RecordWork, ocr: str | None, progress: Progress) -> None:
    """What is pending, and what other readers read: archives are opened first, so that the count is
    of documents."""
    language = work.options().language
    wanted = [one for one in work.documents() if _to_read(one)]
    archives = False
    for one in wanted:
        data = work.content(BYTES, str(one.number)) if one.status == "pending" else None
        if data is not None and is_archive(data):
            _open(work, one, data)
            archives = True
    if archives:
        wanted = [one for one in work.documents() if _to_read(one)]
    for number, one in enumerate(wanted, 1):
        _read(work, one, language, ocr)
        progress("read", number, len(wanted))


def _to_read(one: Document) -> bool:
    """Attached documents are read with what they are attached to."""
    if one.status == "pending":
        return True
    return one.status == "read" and one.parent is None and one.about.read_by != readers_sha256()


def _open(work: RecordWork, one: Document, data: bytes) -> None:
    """Each file of an archive becomes a document; the archive itself goes."""
    ring = work.store.ring

    def keep(session: Session) -> None:
        row = work.locked(session)
        for member in members(data, LIMITS):
            about = About(
                file=f"{one.about.file}/{member.name}",
                hint=member.error.hint if member.error else None,
            )
            code = member.error.code if member.error else None
            digest = _digest(work, session, member.data) if not code else None
            if digest is not None and records.known(session, row.id, digest):
                continue
            records.add_document(
                session, ring, row, about, digest=digest, code=code,
                content=None if code else member.data,
                status="refused" if code else "pending",
            )  # fmt: skip
        quotas.check(session, ServiceSettings(), work.org, 0, None)
        records.remove_document(session, row, one.number)

    try:
        work.persist(keep)
    except (InputError, StorageQuota) as error:
        _refuse(work, one, error.code, error.hint)


def _read(work: RecordWork, one: Document, language: str | None, ocr: str | None) -> None:
    data = work.content(BYTES, str(one.number))
    if data is None:
        return  # removed meanwhile
    found = read_record([(one.about.file, data)], language=language, ocr=ocr)
    if not found.documents:
        why = found.refused[0] if found.refused else None
        _refuse(work, one, why.code if why else "empty_file", why.hint if why else "")
        return
    first, *attached = found.documents

    def keep(session: Session) -> None:
        row = work.locked(session)
        stored = records.document_row(session, work.org, work.id, one.number)
        if stored.status != one.status:
            return
        stored.status = "read"
        records.set_about(stored, _about(first, one.about.file), work.store.ring)
        _put(work, session, row, first, one.number)
        _attach(work, session, row, one.number, attached, found.refused)

    try:
        work.persist(keep)
    except NotFound:
        # The document alone went, or all of it: the next thing that is written tells.
        return


def _attach(
    work: RecordWork,
    session: Session,
    row: RecordRow,
    parent: int,
    attached: Sequence[SourceDocument],
    refused: Sequence[RefusedDocument],
) -> None:
    """Those that are there already keep their numbers, which evidence names."""
    ring = work.store.ring
    there: dict[str, list[RecordDocument]] = {}
    for known in records.attached(session, row, parent):
        there.setdefault(records.opened(known, ring).about.file, []).append(known)
    for document in attached:
        about = _about(document, document.file)
        same = there.get(document.file)
        if same:
            inside = same.pop(0)
            inside.status, inside.code = "read", None
            records.set_about(inside, about, ring)
        else:
            inside = records.add_document(
                session, ring, row, about, content=None, parent=parent, status="read"
            )
        _put(work, session, row, document, inside.number)
    for why in refused:
        if not there.get(why.file):
            records.add_document(
                session, ring, row, About(file=why.file, hint=why.hint),
                content=None, parent=parent, status="refused", code=why.code,
            )  # fmt: skip


def _refuse(work: RecordWork, one: Document, code: str, hint: str) -> None:
    """What was read before stays as it was read."""

    def keep(session: Session) -> None:
        work.locked(session)
        row = records.document_row(session, work.org, work.id, one.number)
        update: dict[str, object] = {"read_by": readers_sha256()}
        if row.status != "read":
            row.status, row.code = "refused", code
            update["hint"] = hint
        records.set_about(row, one.about.model_copy(update=update), work.store.ring)

    work.persist(keep)


def _put(
    work: RecordWork, session: Session, row: RecordRow, read: SourceDocument, number: int
) -> None:
    document, ring = _numbered(read, number), work.store.ring
    content = document.model_dump_json(by_alias=True, exclude_defaults=True).encode()
    records.put(session, ring, row, READING, str(number), content, work.job.id)
    name, content = f"{number}.{print_key(number)}", print_of(document).to_bytes()
    records.put(session, ring, row, MAP, name, content, work.job.id)


def _digest(work: RecordWork, session: Session, data: bytes) -> str:
    return pseudonyms.content(session, work.store.ring, work.org, hashlib.sha256(data).hexdigest())


def _about(read: SourceDocument, file: str) -> About:
    return About(
        file=file, title=read.title, kind=read.kind.value, date=read.date, pages=read.pages,
        language=read.language, format=read.format.value, warnings=read.warnings,
        read_by=readers_sha256(),
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
