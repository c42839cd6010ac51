"""Webhooks: registered, listed, removed; what was delivered, and again."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Hooker, actor
from api.problem import responses
from api.service import Used
from api.wire import from_cursor, iso, next_cursor
from jobs.store import audit, webhooks
from jobs.store.webhook_tables import Webhook, WebhookAttempt, WebhookDelivery
from jobs.webhooks.address import check_url
from jobs.webhooks.sending import new_secret

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
Event = Literal["job.completed", "job.failed", "job.cancelled", "batch.completed", "note.signed"]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class NewWebhook(_Wire):
    url: str = Field(max_length=1000)
    """https, and a public address unless the service's settings say otherwise."""
    events: list[Event] = Field(min_length=1, max_length=20)


class WebhookOut(_Wire):
    id: str
    url: str
    events: list[Event]
    created: str
    disabled: str | None
    """Since when: its receiver answered 410."""


class WebhookMade(WebhookOut):
    secret: str
    """Shown this once: what signatures are checked with."""


class Webhooks(_Wire):
    items: list[WebhookOut]


class DeliveryOut(_Wire):
    id: str
    """The header ``webhook-id``; the same in every try."""
    event: Event
    status: Literal["pending", "delivered", "failed"]
    tries: int
    created: str
    next: str | None
    """When it is tried again."""
    payload: dict[str, Any]


class DeliveryPage(_Wire):
    items: list[DeliveryOut]
    next_cursor: str | None


class AttemptOut(_Wire):
    at: str
    duration_ms: int
    status_code: int | None
    error: str | None
    """Where there was no answer: address_refused, dns_failed, connect_failed, tls_failed, timeout
    or bad_answer."""


class DeliveryDetail(DeliveryOut):
    attempts: list[AttemptOut]


@router.post("", status_code=201, responses=responses(409))
def create(
    wanted: NewWebhook, request: Request, response: Response, used: Used, who: Hooker
) -> WebhookMade:
    """Have events of this organisation sent to an address, signed as Standard Webhooks."""
    settings = used.settings
    url = check_url(wanted.url, http=settings.webhook_http, allowed=settings.webhook_networks)
    secret = new_secret()
    with used.store.database.write() as session:
        used.store.database.lock(session, int(who.org_id[-15:], 16))
        row = webhooks.create(
            session,
            used.store.ring,
            org_id=who.org_id,
            by=who.key_id,
            url=url,
            secret=secret,
            events=list(wanted.events),
        )
        audit.append(used.store.database, session, actor(request, who), "webhook.create", row.id)
    response.headers["Location"] = f"/v1/webhooks/{row.id}"
    return WebhookMade(**_shown(row, url), secret=secret)


@router.get("", responses=responses())
def index(used: Used, who: Hooker) -> Webhooks:
    with used.store.database.read() as session:
        rows = webhooks.listed(session, who.org_id)
        return Webhooks(items=[_out(row, used) for row in rows])


@router.get("/{webhook_id}", responses=responses(404))
def show(webhook_id: str, used: Used, who: Hooker) -> WebhookOut:
    with used.store.database.read() as session:
        return _out(webhooks.find(session, who.org_id, webhook_id), used)


@router.delete("/{webhook_id}", status_code=204, responses=responses(404))
def remove(webhook_id: str, request: Request, used: Used, who: Hooker) -> Response:
    """Nothing is sent there any more; its delivery log goes too."""
    with used.store.database.write() as session:
        webhooks.remove(session, who.org_id, webhook_id)
        audit.append(
            used.store.database, session, actor(request, who), "webhook.remove", webhook_id
        )
    return Response(status_code=204)


@router.get("/{webhook_id}/deliveries", responses=responses(404))
def deliveries(
    webhook_id: str,
    used: Used,
    who: Hooker,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> DeliveryPage:
    """Newest first, a page at a time."""
    with used.store.database.read() as session:
        webhooks.find(session, who.org_id, webhook_id)
        rows = webhooks.deliveries(
            session, who.org_id, webhook_id, limit=limit + 1, after=from_cursor(cursor)
        )
        items = [DeliveryOut(**_delivery(row)) for row in rows[:limit]]
        more = next_cursor(rows, limit)
    return DeliveryPage(items=items, next_cursor=more)


@router.get("/{webhook_id}/deliveries/{delivery_id}", responses=responses(404))
def delivery(webhook_id: str, delivery_id: str, used: Used, who: Hooker) -> DeliveryDetail:
    """With each try: when, how long it took, and what was answered."""
    with used.store.database.read() as session:
        row = webhooks.delivery(session, who.org_id, webhook_id, delivery_id)
        tries = [_attempt(one) for one in webhooks.attempts(session, row.id)]
        return DeliveryDetail(**_delivery(row), attempts=tries)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=202,
    responses=responses(404, 409),
)
def replay(
    webhook_id: str, delivery_id: str, request: Request, used: Used, who: Hooker
) -> DeliveryOut:
    """Send it again, under the same id. 409 while it is being tried."""
    with used.store.database.write() as session:
        row = webhooks.replay(session, who.org_id, webhook_id, delivery_id)
        audit.append(
            used.store.database, session, actor(request, who), "webhook.replay", webhook_id
        )
        return DeliveryOut(**_delivery(row))


def _out(row: Webhook, used: Used) -> WebhookOut:
    return WebhookOut(**_shown(row, webhooks.target(row, used.store.ring).url))


def _shown(row: Webhook, url: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": url,
        "events": row.events.split(),
        "created": iso(row.created),
        "disabled": iso(row.disabled) if row.disabled else None,
    }


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "event": row.event,
        "status": row.status,
        "tries": row.tries,
        "created": iso(row.created),
        "next": iso(row.next_at) if row.status == "pending" else None,
        "payload": json.loads(row.payload),
    }


def _attempt(row: WebhookAttempt) -> AttemptOut:
    return AttemptOut(
        at=iso(row.at),
        duration_ms=row.duration_ms,
        status_code=row.status_code,
        error=row.error,
    )
