"""The tables. Every row of an organisation carries ``org_id``; times are milliseconds, UTC."""

from __future__ import annotations

import re
import secrets
import time

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SERIAL = BigInteger().with_variant(Integer, "sqlite")


_ID = re.compile(r"[a-z]{3}_[0-9a-f]{32}")


def is_id(text: str) -> bool:
    """Whether it could be one of ours; what is not never reaches a database."""
    return _ID.fullmatch(text) is not None


HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def new_id(prefix: str) -> str:
    """``con_`` and 128 random bits: nothing can be guessed from another one."""
    return f"{prefix}_{secrets.token_hex(16)}"


class Base(DeclarativeBase):
    pass


class Organisation(Base):
    __tablename__ = "organisations"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created: Mapped[int] = mapped_column(BigInteger)


class ApiKey(Base):
    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[str] = mapped_column(String(400))
    """Separated by spaces; never more than the role has."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of a secret of 256 random bits, for which a slow hash adds nothing."""
    previous_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the secret before the last rotation, which is taken until ``previous_until``."""
    previous_until: Mapped[int | None] = mapped_column(BigInteger)
    last_used: Mapped[int | None] = mapped_column(BigInteger)
    """To the hour: not every request is worth a write."""
    created: Mapped[int] = mapped_column(BigInteger)
    expires: Mapped[int | None] = mapped_column(BigInteger)
    revoked: Mapped[int | None] = mapped_column(BigInteger)


class Consultation(Base):
    __tablename__ = "consultations"
    __table_args__ = (Index("consultations_page", "org_id", "created", "id"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    created: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(40))
    audio_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """As received; None where there is no recording, or no longer."""


class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    consultation_id: Mapped[str] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(20))
    """consultation (from a recording), summary (from a stored transcript) or transcript (from a
    recording, without a note); synthesis, of a record."""
    template: Mapped[str | None] = mapped_column(String(100))
    priority: Mapped[int]
    status: Mapped[str] = mapped_column(String(20), index=True)
    transcript_status: Mapped[str] = mapped_column(String(20))
    summary_status: Mapped[str] = mapped_column(String(20))
    step: Mapped[str | None] = mapped_column(String(40))
    progress: Mapped[float] = mapped_column(default=0.0)
    """Of the step, 0 to 1."""
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_hint: Mapped[str | None] = mapped_column(String(500))
    owner: Mapped[str | None] = mapped_column(String(200))
    fence: Mapped[int] = mapped_column(default=0)
    """One more each time a worker begins a step; results of an older one are refused."""
    attempts: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(BigInteger)
    updated: Mapped[int] = mapped_column(BigInteger)
    started: Mapped[int | None] = mapped_column(BigInteger)
    finished: Mapped[int | None] = mapped_column(BigInteger)


class JobEvent(Base):
    __tablename__ = "job_events"
    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    org_id: Mapped[str] = mapped_column(String(40))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    at: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(20))
    step: Mapped[str | None] = mapped_column(String(40))
    progress: Mapped[float]


class Artefact(Base):
    __tablename__ = "artefacts"
    __table_args__ = (UniqueConstraint("consultation_id", "kind", "name"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    job_id: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    """options, recognition, diarization, transcript, summary"""
    name: Mapped[str] = mapped_column(String(100))
    """The template of a summary, the digest of an intermediate result; else empty."""
    version: Mapped[int]
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[int] = mapped_column(BigInteger)


class WorkerLease(Base):
    __tablename__ = "worker_leases"
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    beat: Mapped[int] = mapped_column(BigInteger)
    started: Mapped[int] = mapped_column(BigInteger)
    seen: Mapped[int] = mapped_column(BigInteger)
    """For people; who is alive is decided by whether ``beat`` moves."""


class AuditEntry(Base):
    __tablename__ = "audit_log"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    org_id: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    request_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))


class IdempotencyRecord(Base):
    __tablename__ = "idempotency_records"
    org_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    job_id: Mapped[str] = mapped_column(String(40))
    created: Mapped[int] = mapped_column(BigInteger, index=True)
