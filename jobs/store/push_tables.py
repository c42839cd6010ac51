"""Tables of what is sent to an EHR: which revision of which note, and each try. Ids, states, times
and codes only; the document is built when it is sent."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jobs.store.tables import SERIAL, Base


class Push(Base):
    __tablename__ = "pushes"
    __table_args__ = (
        UniqueConstraint("consultation_id", "template", "revision", "target", name="pushes_once"),
        Index("pushes_due", "status", "next_at"),
    )
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    template: Mapped[str] = mapped_column(String(100))
    revision: Mapped[int]
    """Signed."""
    target: Mapped[str] = mapped_column(String(10))
    """fhir or mllp"""
    status: Mapped[str] = mapped_column(String(20))
    """pending, accepted or failed"""
    tries: Mapped[int]
    """Begun, since it was asked for."""
    under_way: Mapped[bool]
    """A worker has it, or had it and was killed."""
    next_at: Mapped[int] = mapped_column(BigInteger)
    """Not tried before; moved on while a worker tries, so that others leave it alone."""
    created: Mapped[int] = mapped_column(BigInteger)
    finished: Mapped[int | None] = mapped_column(BigInteger)


class PushAttempt(Base):
    """A try whose end is known: of one whose worker was killed there is none."""

    __tablename__ = "push_attempts"
    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    push_id: Mapped[str] = mapped_column(ForeignKey("pushes.id", ondelete="CASCADE"), index=True)
    at: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int]
    answer: Mapped[str | None] = mapped_column(String(10))
    """HTTP status, or the code of an HL7 acknowledgement."""
    error: Mapped[str | None] = mapped_column(String(60))
    """A code of ours where there was none."""
