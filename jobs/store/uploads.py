"""Rows of uploads that may be resumed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.errors import NotFound
from jobs.store.crypto import key_of, seal, unseal
from jobs.store.keys import KeyRing
from jobs.store.resumable_file import Mark
from jobs.store.tables import is_id, new_id, now_ms
from jobs.store.upload_tables import Upload


class Gone(NotFound):
    code = "upload_expired"
    hint = "Begin again: POST /v1/uploads."


def create(
    session: Session,
    ring: KeyRing,
    *,
    org_id: str,
    consultation_id: str,
    length: int,
    fields: bytes,
    mark: Mark,
    expires: int,
) -> Upload:
    upload_id = new_id("upl")
    sealed = seal(fields, _context(org_id, upload_id), ring)
    row = Upload(
        id=upload_id,
        org_id=org_id,
        consultation_id=consultation_id,
        length=length,
        size=mark.size,
        chunks=mark.chunks,
        position=mark.position,
        key_id=key_of(sealed),
        fields=sealed,
        created=now_ms(),
        expires=expires,
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, org_id: str, upload_id: str, *, for_update: bool = False) -> Upload:
    """Raises NotFound, also for another organisation's, and Gone."""
    query = select(Upload).where(Upload.org_id == org_id, Upload.id == upload_id)
    query = query.with_for_update() if for_update else query
    row = session.scalar(query) if is_id(upload_id) else None
    if row is None:
        raise NotFound("there is no such upload")
    if row.expires < now_ms():
        raise Gone("the upload expired")
    return row


def fields_of(row: Upload, ring: KeyRing) -> bytes:
    """Raises Damaged, KeysMissing."""
    return unseal(row.fields, _context(row.org_id, row.id), ring)


def mark_of(row: Upload) -> Mark:
    return Mark(row.size, row.chunks, row.position)


def expired(session: Session) -> Sequence[Upload]:
    rows = session.scalars(select(Upload).where(Upload.expires < now_ms()).limit(200)).all()
    for row in rows:
        session.expunge(row)
    return rows


def holds(session: Session, consultation_id: str) -> bool:
    """Whether a file of this name is on its way."""
    query = select(Upload.id).where(Upload.consultation_id == consultation_id)
    return session.scalar(query) is not None


def _context(org_id: str, upload_id: str) -> str:
    return f"upload|{org_id}|{upload_id}"
