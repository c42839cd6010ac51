"""Tables for who administers: people whom an identity provider named, and what workers run with."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from jobs.store.tables import Base


class Person(Base):
    """Somebody who came with a token of the identity provider. Accounts are the provider's; here
    is a keyed hash, and whether this service lets them in."""

    __tablename__ = "people"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """``usr_`` and a keyed hash of issuer and subject: see ``pseudonyms.py``."""
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[str | None] = mapped_column(String(20))
    """That of the last token. None: seen by an older version, which did not note it."""
    first_seen: Mapped[int] = mapped_column(BigInteger)
    last_seen: Mapped[int] = mapped_column(BigInteger)
    """To the hour: not every request is worth a write."""
    blocked: Mapped[int | None] = mapped_column(BigInteger)
    """Since when every token of this person is refused."""
    blocked_by: Mapped[str | None] = mapped_column(String(40))


class WorkerModels(Base):
    """Names of the models that a worker is set to use; gone with its lease."""

    __tablename__ = "worker_models"
    worker: Mapped[str] = mapped_column(
        ForeignKey("worker_leases.id", ondelete="CASCADE"), primary_key=True
    )
    names: Mapped[str] = mapped_column(Text)
    """Separated by spaces: names of weights, and of the model that a server was asked for."""


class WorkerCard(Base):
    """Memory of a graphics card that a worker sees; gone with its lease."""

    __tablename__ = "worker_cards"
    worker: Mapped[str] = mapped_column(
        ForeignKey("worker_leases.id", ondelete="CASCADE"), primary_key=True
    )
    device: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    used_bytes: Mapped[int] = mapped_column(BigInteger)
    total_bytes: Mapped[int] = mapped_column(BigInteger)
