"""Tables of records: the documents of one patient, and what was made from them.

A record has a row among the consultations too (``rec_…`` there): whose it is, its jobs, its
encrypted pieces and its erasure are kept in the same tables, by the same code, as theirs.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from jobs.store.tables import Base

PREFIX = "rec"


def is_record(owner_id: str) -> bool:
    """Whether this id, of whatever owns jobs and pieces, is a record's."""
    return owner_id.startswith(f"{PREFIX}_")


class RecordRow(Base):
    __tablename__ = "records"
    id: Mapped[str] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True
    )
    org_id: Mapped[str] = mapped_column(String(40), index=True)
    documents: Mapped[int] = mapped_column(default=0)
    """The last number that was given to a document; numbers are never given again."""
    versions: Mapped[int] = mapped_column(default=0)
    """The last number that was given to a synthesis."""
    changed: Mapped[int] = mapped_column(BigInteger, index=True)
    """When a document or a synthesis last came or went: retention counts from there."""


class RecordDocument(Base):
    __tablename__ = "record_documents"
    __table_args__ = (Index("record_documents_digest", "record_id", "digest"),)
    record_id: Mapped[str] = mapped_column(
        ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    org_id: Mapped[str] = mapped_column(String(40), index=True)
    parent: Mapped[int | None]
    """The document that this one was attached to, whose bytes hold it."""
    status: Mapped[str] = mapped_column(String(20))
    """pending, read or refused."""
    code: Mapped[str | None] = mapped_column(String(60))
    """Why it was refused."""
    digest: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the bytes: the same file is not taken twice. None: it has none of its own."""
    size: Mapped[int] = mapped_column(BigInteger)
    added: Mapped[int] = mapped_column(BigInteger)
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """``About``, encrypted: names of files name patients."""


class RecordSynthesis(Base):
    __tablename__ = "record_syntheses"
    record_id: Mapped[str] = mapped_column(
        ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    org_id: Mapped[str] = mapped_column(String(40), index=True)
    template: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(10))
    as_of: Mapped[str] = mapped_column(String(10))
    documents: Mapped[str] = mapped_column(Text)
    """Numbers of the documents that it was made from, separated by spaces."""
    job_id: Mapped[str] = mapped_column(String(40))
    created: Mapped[int] = mapped_column(BigInteger)
