"""How much one organisation may store and have waiting: counted in the database, in the
transaction that adds to it, so that it holds over all processes."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jobs.errors import StorageQuota, TooManyUnfinished
from jobs.identity_settings import IdentitySettings
from jobs.store.database import Database
from jobs.store.record_tables import RecordDocument
from jobs.store.tables import Consultation, Job


def check(
    session: Session, settings: IdentitySettings, org_id: str, adding: int, priority: int | None
) -> None:
    """Raises StorageQuota or TooManyUnfinished. ``adding``: bytes. ``priority`` None: not known
    yet, so that only what is stored is looked at."""
    if settings.quota_stored_gb is not None:
        most = int(settings.quota_stored_gb * (1 << 30))
        if stored(session, org_id) + adding > most:
            raise StorageQuota("the organisation has no room for what was sent")
    if priority is not None and unfinished(session, org_id, priority) >= settings.quota_unfinished:
        raise TooManyUnfinished("too many jobs of the organisation wait")


def admit(
    database: Database,
    session: Session,
    settings: IdentitySettings,
    org_id: str,
    adding: int,
    priority: int,
) -> None:
    """As ``check``, exactly: two that add at once wait for each other until the transaction
    ends."""
    number = int(hashlib.sha256(f"quota {org_id}".encode()).hexdigest()[:15], 16)
    database.lock(session, number)
    check(session, settings, org_id, adding, priority)


def stored(session: Session, org_id: str) -> int:
    """Bytes of recordings and of documents of records, as they came."""
    total = select(func.sum(Consultation.audio_bytes)).where(Consultation.org_id == org_id)
    documents = select(func.sum(RecordDocument.size)).where(RecordDocument.org_id == org_id)
    return int(session.scalar(total) or 0) + int(session.scalar(documents) or 0)


def unfinished(session: Session, org_id: str, priority: int) -> int:
    """Recordings and syntheses that wait or are worked on."""
    count = (
        select(func.count())
        .select_from(Job)
        .where(
            Job.org_id == org_id,
            Job.kind.in_(("consultation", "transcript", "synthesis")),
            Job.priority == priority,
            Job.status.in_(("queued", "processing")),
        )
    )
    return session.scalar(count) or 0
