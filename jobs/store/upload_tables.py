"""Tables of what is on its way: uploads that may be resumed, and answers that somebody awaits."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from jobs.store.tables import Base


class Upload(Base):
    __tablename__ = "uploads"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    consultation_id: Mapped[str] = mapped_column(String(40), unique=True)
    """What it becomes; its file has this name."""
    length: Mapped[int] = mapped_column(BigInteger)
    """Bytes that were announced."""
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes that are on the disk for certain: in ``chunks`` sealed chunks, which end at
    ``position`` of the file."""
    chunks: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    key_id: Mapped[str] = mapped_column(String(40))
    fields: Mapped[bytes] = mapped_column(LargeBinary)
    """What came with it, sealed; empty once there is a job."""
    job_id: Mapped[str | None] = mapped_column(String(40))
    created: Mapped[int] = mapped_column(BigInteger)
    expires: Mapped[int] = mapped_column(BigInteger, index=True)


class Awaited(Base):
    """A consultation that is erased when its answer was given, or when nobody waits any more."""

    __tablename__ = "awaited"
    consultation_id: Mapped[str] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True
    )
    org_id: Mapped[str] = mapped_column(String(40))
    expires: Mapped[int] = mapped_column(BigInteger, index=True)
    """Moved on as long as somebody waits."""
