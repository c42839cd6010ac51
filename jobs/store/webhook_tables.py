"""The tables of webhooks: who is told, what was to be told (the outbox), and each try."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from jobs.store.tables import SERIAL, Base


class Webhook(Base):
    __tablename__ = "webhooks"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    created: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(40))
    events: Mapped[str] = mapped_column(String(400))
    """Separated by spaces."""
    disabled: Mapped[int | None] = mapped_column(BigInteger)
    """Since when: its receiver said that it is gone."""
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """Address and secret, encrypted: an address may hold a token."""


class WebhookDelivery(Base):
    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("webhook_deliveries_due", "status", "next_at"),
        Index("webhook_deliveries_page", "webhook_id", "created", "id"),
    )
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Also the ``webhook-id`` header: the same in every try, and when it is replayed."""
    org_id: Mapped[str] = mapped_column(String(40))
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    consultation_id: Mapped[str | None] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), index=True
    )
    event: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(String(1000))
    """JSON as it is sent: ids, states and times."""
    status: Mapped[str] = mapped_column(String(20))
    """pending, delivered or failed"""
    tries: Mapped[int]
    """Since it was made or replayed."""
    next_at: Mapped[int] = mapped_column(BigInteger)
    """Not tried before; moved on while a worker tries, so that others leave it alone."""
    created: Mapped[int] = mapped_column(BigInteger)
    finished: Mapped[int | None] = mapped_column(BigInteger)


class WebhookAttempt(Base):
    __tablename__ = "webhook_attempts"
    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    delivery_id: Mapped[str] = mapped_column(
        ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int]
    status_code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(60))
    """A code of ours where there was no answer."""
