"""Rows of notes' revisions, of document contexts and of transcripts' edits: sealed as artefacts
are, each only where it belongs."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jobs.errors import Damaged
from jobs.store.crypto import key_of, seal, unseal
from jobs.store.keys import KeyRing
from jobs.store.note_tables import DocumentContext, NoteRevision, TranscriptEdit
from jobs.store.tables import Consultation, now_ms

AI, PERSON, TRANSCRIPT = "ai", "person", "transcript"
"""What makes a revision; a changed transcript, where quotes had to follow."""


@dataclass(frozen=True)
class Revision:
    """One revision, opened."""

    content: bytes
    revision: int
    source: str
    state: str
    created: int
    created_by: str
    job_id: str | None


@dataclass(frozen=True)
class Kept:
    """A document context, opened."""

    content: bytes
    version: int


def hold(session: Session, org_id: str, consultation_id: str) -> None:
    """Until the transaction ends, nobody else changes a note of this consultation."""
    session.execute(
        select(Consultation.id)
        .where(Consultation.org_id == org_id, Consultation.id == consultation_id)
        .with_for_update(key_share=True)
    )


def add(
    session: Session,
    ring: KeyRing,
    *,
    org_id: str,
    consultation_id: str,
    template: str,
    revision: int,
    content: bytes,
    source: str,
    state: str,
    by: str,
    job_id: str | None = None,
) -> None:
    """The database refuses a number that there is."""
    body = _seal(content, _revision(org_id, consultation_id, template, revision), ring)
    session.add(
        NoteRevision(
            consultation_id=consultation_id,
            template=template,
            revision=revision,
            org_id=org_id,
            source=source,
            state=state,
            job_id=job_id,
            created=now_ms(),
            created_by=by,
            key_id=key_of(body),
            body=body,
        )
    )
    session.flush()


def newest(
    session: Session,
    ring: KeyRing,
    org_id: str,
    consultation_id: str,
    template: str,
    *,
    source: str | None = None,
    states: Sequence[str] = (),
) -> Revision | None:
    """Of this source and these states, where they are given. None where there is none such, as of a
    note that nobody touched. Raises Damaged, KeysMissing."""
    query = select(NoteRevision).where(
        NoteRevision.org_id == org_id,
        NoteRevision.consultation_id == consultation_id,
        NoteRevision.template == template,
    )
    if source is not None:
        query = query.where(NoteRevision.source == source)
    if states:
        query = query.where(NoteRevision.state.in_(states))
    row = session.scalar(query.order_by(NoteRevision.revision.desc()).limit(1))
    return _open(row, ring) if row is not None else None


def last(session: Session, org_id: str, consultation_id: str, template: str) -> int:
    """The newest revision's number; 0 where nobody touched the note yet."""
    return (
        session.scalar(
            select(func.max(NoteRevision.revision)).where(
                NoteRevision.org_id == org_id,
                NoteRevision.consultation_id == consultation_id,
                NoteRevision.template == template,
            )
        )
        or 0
    )


def at(
    session: Session,
    ring: KeyRing,
    org_id: str,
    consultation_id: str,
    template: str,
    revision: int,
) -> Revision | None:
    row = session.get(NoteRevision, (consultation_id, template, revision))
    return _open(row, ring) if row is not None and row.org_id == org_id else None


def lines(
    session: Session, org_id: str, consultation_id: str, template: str
) -> Sequence[NoteRevision]:
    """Closed, oldest first."""
    return session.scalars(
        select(NoteRevision)
        .where(
            NoteRevision.org_id == org_id,
            NoteRevision.consultation_id == consultation_id,
            NoteRevision.template == template,
        )
        .order_by(NoteRevision.revision)
    ).all()


def put_context(
    session: Session,
    ring: KeyRing,
    *,
    org_id: str,
    consultation_id: str,
    content: bytes,
    by: str,
) -> int:
    """Write or replace; the version, from 1 on."""
    row = session.get(DocumentContext, consultation_id, with_for_update=True)
    if row is None:
        row = DocumentContext(consultation_id=consultation_id, org_id=org_id, version=0)
        session.add(row)
    row.version += 1
    row.created, row.created_by = now_ms(), by
    row.body = seal(content, _context(org_id, consultation_id, row.version), ring)
    row.key_id = key_of(row.body)
    session.flush()
    return row.version


def document_context(
    session: Session, ring: KeyRing, org_id: str, consultation_id: str
) -> Kept | None:
    row = session.get(DocumentContext, consultation_id)
    if row is None or row.org_id != org_id:
        return None
    return Kept(unseal(row.body, context_of_document(row), ring), row.version)


def add_edit(
    session: Session,
    ring: KeyRing,
    *,
    org_id: str,
    consultation_id: str,
    before: bytes,
    change: bytes,
    by: str,
) -> None:
    """Args: before: the whole transcript, kept when this is the first change."""
    last = session.scalar(
        select(func.max(TranscriptEdit.number)).where(
            TranscriptEdit.consultation_id == consultation_id
        )
    )
    pieces = [change] if last is not None else [before, change]
    for number, content in enumerate(pieces, start=0 if last is None else last + 1):
        body = _seal(content, _edit(org_id, consultation_id, number), ring)
        session.add(
            TranscriptEdit(
                consultation_id=consultation_id,
                number=number,
                org_id=org_id,
                created=now_ms(),
                created_by=by,
                key_id=key_of(body),
                body=body,
            )
        )
    session.flush()


def edits(session: Session, ring: KeyRing, org_id: str, consultation_id: str) -> list[bytes]:
    """The transcript as it was recognised, then each change; empty when nobody changed it."""
    rows = session.scalars(
        select(TranscriptEdit)
        .where(TranscriptEdit.org_id == org_id, TranscriptEdit.consultation_id == consultation_id)
        .order_by(TranscriptEdit.number)
    )
    return [_unseal(row.body, context_of_edit(row), ring) for row in rows]


def forget(session: Session, org_id: str, consultation_id: str, *tables: type) -> int:
    """All rows of these tables that the consultation has; how many."""
    gone = 0
    for table in tables:
        gone += len(
            session.execute(
                delete(table)
                .where(
                    table.org_id == org_id,  # type: ignore[attr-defined]
                    table.consultation_id == consultation_id,  # type: ignore[attr-defined]
                )
                .returning(table.created)  # type: ignore[attr-defined]
            ).all()
        )
    return gone


def context_of_revision(row: NoteRevision) -> str:
    return _revision(row.org_id, row.consultation_id, row.template, row.revision)


def context_of_document(row: DocumentContext) -> str:
    return _context(row.org_id, row.consultation_id, row.version)


def context_of_edit(row: TranscriptEdit) -> str:
    return _edit(row.org_id, row.consultation_id, row.number)


def _revision(org_id: str, consultation_id: str, template: str, revision: int) -> str:
    return "|".join(("note", org_id, consultation_id, template, str(revision)))


def _context(org_id: str, consultation_id: str, version: int) -> str:
    return "|".join(("document-context", org_id, consultation_id, str(version)))


def _edit(org_id: str, consultation_id: str, number: int) -> str:
    return "|".join(("transcript-edit", org_id, consultation_id, str(number)))


def _seal(content: bytes, context: str, ring: KeyRing) -> bytes:
    return seal(zlib.compress(content), context, ring)


def _unseal(body: bytes, context: str, ring: KeyRing) -> bytes:
    try:
        return zlib.decompress(unseal(body, context, ring))
    except zlib.error:
        raise Damaged("something stored is not what anamnese wrote") from None


def _open(row: NoteRevision, ring: KeyRing) -> Revision:
    return Revision(
        content=_unseal(row.body, context_of_revision(row), ring),
        revision=row.revision,
        source=row.source,
        state=row.state,
        created=row.created,
        created_by=row.created_by,
        job_id=row.job_id,
    )
