"""What webhooks are to be told, written in the transaction of what happened: neither is kept
without the other. Ids, states and times only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.store.record_tables import is_record
from jobs.store.tables import Job, new_id, now_ms
from jobs.store.webhook_tables import Webhook, WebhookDelivery

EVENTS = ("job.completed", "job.failed", "job.cancelled", "batch.completed", "note.signed")


class _Batch(Protocol):
    id: Any
    org_id: Any


def job_over(session: Session, job: Job) -> None:
    """The job's state is final."""
    data: dict[str, object] = {
        "job_id": job.id,
        "record_id" if is_record(job.consultation_id) else "consultation_id": job.consultation_id,
        "status": job.status,
    }
    if job.error_code is not None:
        data["error_code"] = job.error_code
    _tell(session, job.org_id, f"job.{job.status}", data, job.consultation_id)


def batch_over(session: Session, batch: _Batch, counts: dict[str, int]) -> None:
    _tell(session, batch.org_id, "batch.completed", {"batch_id": batch.id, "items": counts}, None)


def note_signed(
    session: Session, org_id: str, consultation_id: str, template: str, revision: int
) -> None:
    data: dict[str, object] = {
        "consultation_id": consultation_id,
        "template": template,
        "revision": revision,
    }
    _tell(session, org_id, "note.signed", data, consultation_id)


def _tell(
    session: Session,
    org_id: str,
    event: str,
    data: dict[str, object],
    consultation_id: str | None,
) -> None:
    listening = session.execute(
        select(Webhook.id, Webhook.events).where(
            Webhook.org_id == org_id, Webhook.disabled.is_(None)
        )
    ).all()
    at = now_ms()
    stamp = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    for webhook_id, events in listening:
        if event not in events.split():
            continue
        payload = json.dumps({"type": event, "timestamp": stamp, "data": data})
        session.add(
            WebhookDelivery(
                id=new_id("dlv"),
                org_id=org_id,
                webhook_id=webhook_id,
                consultation_id=consultation_id,
                event=event,
                payload=payload,
                status="pending",
                tries=0,
                next_at=at,
                created=at,
            )
        )
