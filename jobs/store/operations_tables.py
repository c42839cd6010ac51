"""Tables for those who run the service: what each worker can do, and where a job's trace begins."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from jobs.store.tables import Base, WorkerLease, now_ms


class WorkerReport(Base):
    """What a worker says that it has; gone with its lease."""

    __tablename__ = "worker_reports"
    worker: Mapped[str] = mapped_column(
        ForeignKey("worker_leases.id", ondelete="CASCADE"), primary_key=True
    )
    weights: Mapped[str] = mapped_column(String(20))
    """ok or missing"""
    language_model: Mapped[str] = mapped_column(String(20))
    """ok, or missing: no weights, no server, or it does not answer"""
    at: Mapped[int] = mapped_column(BigInteger)


class JobTrace(Base):
    """The span in which a job was made, so that the work on it belongs to the same trace."""

    __tablename__ = "job_traces"
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    traceparent: Mapped[str] = mapped_column(String(55))
    """As W3C writes it: numbers only."""


def report(session: Session, worker: str, *, weights: str, language_model: str) -> None:
    """In place of what this worker said before; nothing when its lease is gone."""
    if session.get(WorkerLease, worker) is None:
        return
    at = now_ms()
    session.merge(
        WorkerReport(worker=worker, weights=weights, language_model=language_model, at=at)
    )


def reports(session: Session, seconds: float) -> list[tuple[str, str]]:
    """Weights and language model, of each worker that was heard of lately."""
    since = now_ms() - int(seconds * 1000)
    query = (
        select(WorkerReport.weights, WorkerReport.language_model)
        .join(WorkerLease, WorkerLease.id == WorkerReport.worker)
        .where(WorkerLease.seen >= since)
    )
    return [(weights, model) for weights, model in session.execute(query)]


def start_trace(session: Session, job_id: str, traceparent: str) -> None:
    """The first one stays."""
    if session.get(JobTrace, job_id) is None:
        session.add(JobTrace(job_id=job_id, traceparent=traceparent))


def trace_of(session: Session, job_id: str) -> str | None:
    return session.scalar(select(JobTrace.traceparent).where(JobTrace.job_id == job_id))
