"""Records of one organisation: made, listed, their documents and syntheses by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from consultation.wire import Record
from jobs.errors import NotFound
from jobs.store import artefacts, consultations
from jobs.store.crypto import key_of, seal, unseal
from jobs.store.keys import KeyRing
from jobs.store.record_tables import RecordDocument, RecordRow, RecordSynthesis, is_record
from jobs.store.tables import Artefact, Consultation, is_id, now_ms

BYTES, READING, MAP, SYNTHESIS = "document", "reading", "map", "synthesis"
"""Kinds of artefacts: a document as it came, as it was read, what rules found in it, a version."""
RESEARCH = "research"
"""What a research function said, by the id of its job."""


class About(Record):
    """What is known of a document; clinical, so encrypted."""

    file: str
    title: str = ""
    kind: str | None = None
    date: str | None = None
    pages: int | None = None
    language: str | None = None
    format: str | None = None
    warnings: tuple[str, ...] = ()
    hint: str | None = None
    """Of a refused one."""
    read_by: str = ""
    """sha256 of the readers that read it: by others it is read anew."""


@dataclass(frozen=True)
class Document:
    """A row, opened."""

    number: int
    parent: int | None
    status: str
    code: str | None
    digest: str | None
    size: int
    added: int
    about: About

    @property
    def id(self) -> str:
        return document_id(self.number)


def document_id(number: int) -> str:
    """What evidence names as its source, and addresses too."""
    return f"d{number:03d}"


def create(session: Session, *, org_id: str, record_id: str, by: str) -> RecordRow:
    consultations.create(session, org_id=org_id, consultation_id=record_id, by=by, audio_bytes=None)
    row = RecordRow(id=record_id, org_id=org_id, documents=0, versions=0, changed=now_ms())
    session.add(row)
    session.flush()
    return row


def find(session: Session, org_id: str, record_id: str, *, lock: bool = False) -> RecordRow:
    """Raises NotFound, also for another organisation's. ``lock``: until the transaction ends."""
    query = select(RecordRow).where(RecordRow.org_id == org_id, RecordRow.id == record_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query) if is_id(record_id) and is_record(record_id) else None
    if row is None:
        raise NotFound("there is no such record")
    return row


def page(
    session: Session, org_id: str, *, limit: int, after: tuple[int, str] | None
) -> Sequence[Consultation]:
    """Their rows among the consultations, newest first."""
    query = (
        select(Consultation)
        .join(RecordRow, RecordRow.id == Consultation.id)
        .where(Consultation.org_id == org_id)
    )
    if after is not None:
        query = query.where(tuple_(Consultation.created, Consultation.id) < after)
    query = query.order_by(Consultation.created.desc(), Consultation.id.desc()).limit(limit)
    return session.scalars(query).all()


def due(session: Session, *, older_than: int, limit: int) -> Sequence[tuple[str, str]]:
    """(organisation, record) of those that nothing came to since."""
    query = select(RecordRow.org_id, RecordRow.id).where(RecordRow.changed < older_than)
    return [(org, one) for org, one in session.execute(query.limit(limit))]


def add_document(
    session: Session,
    ring: KeyRing,
    record: RecordRow,
    about: About,
    *,
    content: bytes | None,
    digest: str | None = None,
    parent: int | None = None,
    status: str = "pending",
    code: str | None = None,
) -> RecordDocument:
    """``record`` is locked. ``content`` None: it is within its parent's bytes, or was lost."""
    record.documents += 1
    record.changed = now_ms()
    row = RecordDocument(
        record_id=record.id,
        number=record.documents,
        org_id=record.org_id,
        parent=parent,
        status=status,
        code=code,
        digest=digest,
        size=len(content or b""),
        added=now_ms(),
    )
    set_about(row, about, ring)
    session.add(row)
    session.flush()
    if content is not None:
        put(session, ring, record, BYTES, str(row.number), content)
        session.flush()
        # A hundred files in one transaction are not kept in memory until its end.
        for piece in [one for one in session if isinstance(one, Artefact)]:
            session.expunge(piece)
    return row


def known(session: Session, record_id: str, digest: str) -> bool:
    """Whether the record has this file already."""
    query = select(RecordDocument.number).where(
        RecordDocument.record_id == record_id, RecordDocument.digest == digest
    )
    return session.scalar(query.limit(1)) is not None


def documents(session: Session, ring: KeyRing, org_id: str, record_id: str) -> list[Document]:
    """In order of number."""
    query = select(RecordDocument).where(
        RecordDocument.org_id == org_id, RecordDocument.record_id == record_id
    )
    return [opened(row, ring) for row in session.scalars(query.order_by(RecordDocument.number))]


def numbers(session: Session, org_id: str, record_id: str) -> set[int]:
    """Of the documents that are there."""
    return set(
        session.scalars(
            select(RecordDocument.number).where(
                RecordDocument.org_id == org_id, RecordDocument.record_id == record_id
            )
        )
    )


def attached(session: Session, record: RecordRow, parent: int) -> Sequence[RecordDocument]:
    """To this document, in order of number."""
    query = select(RecordDocument).where(
        RecordDocument.record_id == record.id, RecordDocument.parent == parent
    )
    return session.scalars(query.order_by(RecordDocument.number)).all()


def document_row(session: Session, org_id: str, record_id: str, number: int) -> RecordDocument:
    """Raises NotFound."""
    row = session.get(RecordDocument, (record_id, number))
    if row is None or row.org_id != org_id:
        raise NotFound("there is no such document in this record")
    return row


def has(session: Session, record_id: str, number: int) -> bool:
    return session.get(RecordDocument, (record_id, number)) is not None


def remove_document(session: Session, record: RecordRow, number: int) -> None:
    """With what is attached to it, and everything that was made from any of them: what rules
    found, each synthesis that cites it, and all that research functions said. ``record`` is
    locked."""
    attached = select(RecordDocument.number).where(
        RecordDocument.record_id == record.id, RecordDocument.parent == number
    )
    gone = {number, *session.scalars(attached)}
    session.execute(
        delete(RecordDocument).where(
            RecordDocument.record_id == record.id, RecordDocument.number.in_(gone)
        )
    )
    names = [str(one) for one in gone]
    _forget(session, record, (BYTES, READING), names)
    for one in (0, *gone):
        session.execute(
            delete(Artefact).where(
                Artefact.consultation_id == record.id,
                Artefact.kind == MAP,
                Artefact.name.like(f"{one}.%"),
            )
        )
    artefacts.forget(session, record.org_id, record.id, RESEARCH)
    told = [
        row for row in syntheses(session, record.org_id, record.id)
        if gone & {int(one) for one in row.documents.split()}
    ]  # fmt: skip
    _forget(session, record, (SYNTHESIS,), [str(row.version) for row in told])
    for row in told:
        session.delete(row)
    record.changed = now_ms()
    session.flush()


def syntheses(session: Session, org_id: str, record_id: str) -> Sequence[RecordSynthesis]:
    """Oldest first."""
    query = select(RecordSynthesis).where(
        RecordSynthesis.org_id == org_id, RecordSynthesis.record_id == record_id
    )
    return session.scalars(query.order_by(RecordSynthesis.version)).all()


def put(
    session: Session,
    ring: KeyRing,
    record: RecordRow,
    kind: str,
    name: str,
    content: bytes,
    job_id: str | None = None,
) -> None:
    artefacts.put(
        session, ring, org_id=record.org_id, consultation_id=record.id, kind=kind, name=name,
        content=content, job_id=job_id,
    )  # fmt: skip


def get(
    session: Session, ring: KeyRing, org_id: str, record_id: str, kind: str, name: str
) -> bytes | None:
    found = artefacts.get(
        session, ring, org_id=org_id, consultation_id=record_id, kind=kind, name=name
    )
    return found.content if found else None


def forget_others(session: Session, record: RecordRow, kind: str, kept: set[str]) -> None:
    """Remove the pieces of this kind that have other names."""
    names = select(Artefact.name).where(
        Artefact.consultation_id == record.id, Artefact.kind == kind
    )
    _forget(session, record, (kind,), [one for one in session.scalars(names) if one not in kept])


def opened(row: RecordDocument, ring: KeyRing) -> Document:
    return Document(
        row.number, row.parent, row.status, row.code, row.digest, row.size, row.added,
        About.model_validate_json(unseal(row.body, context_of(row), ring)),
    )  # fmt: skip


def set_about(row: RecordDocument, about: About, ring: KeyRing) -> None:
    row.body = seal(about.to_json().encode(), context_of(row), ring)
    row.key_id = key_of(row.body)


def context_of(row: RecordDocument) -> str:
    return f"record document|{row.org_id}|{row.record_id}|{row.number}"


def _forget(
    session: Session, record: RecordRow, kinds: tuple[str, ...], names: Sequence[str]
) -> None:
    for start in range(0, len(names), 500):
        session.execute(
            delete(Artefact).where(
                Artefact.consultation_id == record.id,
                Artefact.kind.in_(kinds),
                Artefact.name.in_(names[start : start + 500]),
            )
        )
