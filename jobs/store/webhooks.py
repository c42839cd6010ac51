"""Rows of webhooks and their deliveries.

pending ─► delivered | failed ─► pending again, when it is replayed
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from consultation.errors import InvalidOption
from jobs.errors import Conflict, NotFound
from jobs.store.crypto import key_of, seal, unseal
from jobs.store.keys import KeyRing
from jobs.store.outbox import EVENTS
from jobs.store.tables import is_id, new_id, now_ms
from jobs.store.webhook_tables import Webhook, WebhookAttempt, WebhookDelivery

MOST = 20
"""Of one organisation: every state change is written once for each."""


@dataclass(frozen=True)
class Target:
    url: str
    secret: str

    def __repr__(self) -> str:
        return "Target(…)"


def create(
    session: Session,
    ring: KeyRing,
    *,
    org_id: str,
    by: str,
    url: str,
    secret: str,
    events: Sequence[str],
) -> Webhook:
    """Raises InvalidOption, Conflict."""
    if not events or set(events) - set(EVENTS):
        raise InvalidOption("events: not what can happen", hint=f"Of {', '.join(EVENTS)}.")
    if len(listed(session, org_id)) >= MOST:
        raise Conflict(f"there are {MOST} webhooks already", hint="Remove one.")
    webhook_id = new_id("whk")
    content = json.dumps({"url": url, "secret": secret}).encode()
    body = seal(content, context(org_id, webhook_id), ring)
    row = Webhook(
        id=webhook_id,
        org_id=org_id,
        created=now_ms(),
        created_by=by,
        events=" ".join(sorted(set(events))),
        key_id=key_of(body),
        body=body,
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, org_id: str, webhook_id: str) -> Webhook:
    """Raises NotFound, also for another organisation's."""
    query = select(Webhook).where(Webhook.org_id == org_id, Webhook.id == webhook_id)
    row = session.scalar(query) if is_id(webhook_id) else None
    if row is None:
        raise NotFound("there is no such webhook")
    return row


def listed(session: Session, org_id: str) -> Sequence[Webhook]:
    return session.scalars(
        select(Webhook).where(Webhook.org_id == org_id).order_by(Webhook.created, Webhook.id)
    ).all()


def remove(session: Session, org_id: str, webhook_id: str) -> None:
    """And its deliveries. Raises NotFound."""
    find(session, org_id, webhook_id)
    session.execute(delete(Webhook).where(Webhook.id == webhook_id))


def target(row: Webhook, ring: KeyRing) -> Target:
    content = json.loads(unseal(row.body, context(row.org_id, row.id), ring))
    return Target(content["url"], content["secret"])


def context(org_id: str, webhook_id: str) -> str:
    return f"webhook|{org_id}|{webhook_id}"


def due(session: Session, limit: int, claim_ms: int) -> Sequence[WebhookDelivery]:
    """Those whose time has come, put off by ``claim_ms`` so that others leave them alone."""
    at = now_ms()
    rows = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.status == "pending", WebhookDelivery.next_at <= at)
        .order_by(WebhookDelivery.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.next_at = at + claim_ms
    session.flush()
    return rows


def is_due(session: Session) -> bool:
    """Looked at without a lock, because most of the time nothing is."""
    query = select(WebhookDelivery.id).where(
        WebhookDelivery.status == "pending", WebhookDelivery.next_at <= now_ms()
    )
    return session.scalar(query.limit(1)) is not None


def tried(
    session: Session,
    delivery_id: str,
    *,
    at: int,
    duration_ms: int,
    status_code: int | None,
    error: str | None,
    status: str,
    next_at: int,
) -> WebhookDelivery | None:
    """None when it was removed in the meantime."""
    row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if row is None:
        return None
    session.add(
        WebhookAttempt(
            delivery_id=delivery_id,
            at=at,
            duration_ms=duration_ms,
            status_code=status_code,
            error=error,
        )
    )
    row.tries += 1
    row.status, row.next_at = status, next_at
    row.finished = None if status == "pending" else now_ms()
    return row


def disable(session: Session, webhook_id: str) -> None:
    """What waits for it is given up."""
    row = session.get(Webhook, webhook_id, with_for_update=True)
    if row is None:
        return
    row.disabled = row.disabled or now_ms()
    waiting = session.scalars(
        select(WebhookDelivery).where(
            WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.status == "pending"
        )
    )
    for delivery in waiting:
        delivery.status, delivery.finished = "failed", now_ms()


def deliveries(
    session: Session,
    org_id: str,
    webhook_id: str,
    *,
    limit: int,
    after: tuple[int, str] | None,
) -> Sequence[WebhookDelivery]:
    """Newest first; ``after`` is the (created, id) of the last one of the page before."""
    query = select(WebhookDelivery).where(
        WebhookDelivery.org_id == org_id, WebhookDelivery.webhook_id == webhook_id
    )
    if after is not None:
        query = query.where(tuple_(WebhookDelivery.created, WebhookDelivery.id) < after)
    order = (WebhookDelivery.created.desc(), WebhookDelivery.id.desc())
    return session.scalars(query.order_by(*order).limit(limit)).all()


def delivery(session: Session, org_id: str, webhook_id: str, delivery_id: str) -> WebhookDelivery:
    """Raises NotFound."""
    query = select(WebhookDelivery).where(
        WebhookDelivery.org_id == org_id,
        WebhookDelivery.webhook_id == webhook_id,
        WebhookDelivery.id == delivery_id,
    )
    row = session.scalar(query) if is_id(webhook_id) and is_id(delivery_id) else None
    if row is None:
        raise NotFound("there is no such delivery")
    return row


def attempts(session: Session, delivery_id: str) -> Sequence[WebhookAttempt]:
    """Oldest first."""
    return session.scalars(
        select(WebhookAttempt)
        .where(WebhookAttempt.delivery_id == delivery_id)
        .order_by(WebhookAttempt.id)
    ).all()


def replay(session: Session, org_id: str, webhook_id: str, delivery_id: str) -> WebhookDelivery:
    """Sent again, under the same id, with all its tries. Raises NotFound, Conflict."""
    hook = find(session, org_id, webhook_id)
    row = delivery(session, org_id, webhook_id, delivery_id)
    if hook.disabled is not None:
        raise Conflict("the webhook is disabled", hint="Its receiver said that it is gone.")
    if row.status == "pending":
        raise Conflict("the delivery is being tried already", hint="Wait until it is over.")
    row.status, row.tries, row.next_at, row.finished = "pending", 0, now_ms(), None
    session.flush()
    return row


def prune(session: Session, before: int) -> None:
    """Deliveries that were over so long ago."""
    session.execute(
        delete(WebhookDelivery).where(
            WebhookDelivery.status.in_(("delivered", "failed")),
            WebhookDelivery.finished < before,
        )
    )
