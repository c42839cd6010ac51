"""Tables of the life of what is stored: whose it is, when it goes, and who sees to it."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from jobs.store.tables import Base


class OrganisationKey(Base):
    """A random key for hashes that are looked up, itself encrypted with the key ring: so hashes
    stay what they are when the ring is rotated, and are worth nothing without the ring."""

    __tablename__ = "organisation_keys"
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(40))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class ConsultationLife(Base):
    """Beside a consultation of which more is known than that it exists."""

    __tablename__ = "consultation_lives"
    consultation_id: Mapped[str] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True
    )
    org_id: Mapped[str] = mapped_column(String(40))
    patient: Mapped[str | None] = mapped_column(String(64), index=True)
    """HMAC of the caller's reference to the patient; the reference itself is nowhere."""
    audio_due: Mapped[int | None] = mapped_column(BigInteger)
    """From then on the recording goes, whatever its age: it was signed off."""


class Removal(Base):
    """What nobody may use any more, and that is outside of our rows: a recording, and what the
    engine knows of jobs. Kept until both say that it is gone, whatever is killed or away."""

    __tablename__ = "removals"
    consultation_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(String(40))
    jobs: Mapped[str] = mapped_column(Text)
    """Ids of jobs that were erased, separated by spaces."""
    created: Mapped[int] = mapped_column(BigInteger, index=True)


class Schedule(Base):
    """Work that one worker of all does from time to time."""

    __tablename__ = "schedules"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due: Mapped[int] = mapped_column(BigInteger)
