"""The tables of batches. What names a file or a person is in ``body``, encrypted."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from jobs.store.tables import Base


class Batch(Base):
    __tablename__ = "batches"
    __table_args__ = (
        Index("batches_page", "org_id", "created", "id"),
        UniqueConstraint("org_id", "key_sha256"),
    )
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    created: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20), index=True)
    """preparing (its items are being written), running, completed or cancelled"""
    total: Mapped[int]
    """Items that it was made with; an erased consultation takes its item along."""
    keep_audio: Mapped[bool]
    """Whether stored copies of recordings outlive their item's completion."""
    fed_by: Mapped[str | None] = mapped_column(String(200))
    fed_until: Mapped[int | None] = mapped_column(BigInteger)
    """Until then, others leave the filling of its window to ``fed_by``. Only saves work twice."""
    finished: Mapped[int | None] = mapped_column(BigInteger)
    key_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the Idempotency-Key that it was made under."""
    request_sha256: Mapped[str | None] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """The folder that the items' paths are in; empty where there is none."""


class BatchItem(Base):
    __tablename__ = "batch_items"
    __table_args__ = (
        Index("batch_items_status", "batch_id", "status", "number"),
        Index("batch_items_content", "batch_id", "content_sha256"),
    )
    batch_id: Mapped[str] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, in the order of the manifest."""
    org_id: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20))
    """waiting, active (it has a job), completed, failed, cancelled or duplicate"""
    consultation_id: Mapped[str | None] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), index=True
    )
    """What is erased leaves no item behind: its source would name it."""
    job_id: Mapped[str | None] = mapped_column(String(40))
    same_as: Mapped[int | None]
    """Of a duplicate: the item that is done for both."""
    stamp: Mapped[str | None] = mapped_column(String(60))
    """Size and time of the recording when it was taken in; None where the batch took none."""
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the content together with its options."""
    attempts: Mapped[int]
    """How often it was begun."""
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_hint: Mapped[str | None] = mapped_column(String(500))
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """Where it comes from and its options: jobs/batch_source.py."""
