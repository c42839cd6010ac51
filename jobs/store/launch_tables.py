"""The tables of launches from an EHR: those that wait for the person to come back, and those that
became a session. No token of an EHR is in any row."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from jobs.store.tables import Base


class LaunchStart(Base):
    __tablename__ = "launch_starts"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of ``state``."""
    browser: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the cookie that the browser got which began it."""
    expires: Mapped[int] = mapped_column(BigInteger, index=True)
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """Issuer, verifier and nonce, encrypted."""


class Launch(Base):
    __tablename__ = "launches"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    created: Mapped[int] = mapped_column(BigInteger)
    person: Mapped[str] = mapped_column(String(40))
    """``usr_`` and a hash, as in the audit log."""
    role: Mapped[str] = mapped_column(String(20))
    patient: Mapped[str] = mapped_column(String(64), index=True)
    """Hash of the reference, to erase by."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the secret: first of the cookie that the page trades in, then of its session."""
    opened: Mapped[bool]
    """Whether the page has traded it in; once."""
    session_until: Mapped[int] = mapped_column(BigInteger)
    expires: Mapped[int] = mapped_column(BigInteger, index=True)
    """Until then a recording that was begun in the session is still filed with its patient."""
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """Patient, encounter, clinician, encrypted."""
