"""Delivers what is in the outbox: at least once, with growing pauses, up to a limit."""

from __future__ import annotations

import logging
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from jobs.service_settings import ServiceSettings
from jobs.store import webhooks
from jobs.store.store import Store
from jobs.store.tables import DAY_MS, HOUR_MS, now_ms
from jobs.store.webhook_tables import Webhook
from jobs.store.webhooks import Target
from jobs.webhooks.guarded import Resolve, resolve
from jobs.webhooks.sending import Limits, Outcome, send

log = logging.getLogger("anamnese.webhooks")
_AT_ONCE = 8
"""One receiver that does not answer must not keep the others waiting."""
_LONGEST_SECONDS = 8 * 3600.0
_PRUNE_MS = HOUR_MS


@dataclass(frozen=True)
class _Parcel:
    delivery_id: str
    webhook_id: str
    tries: int
    payload: bytes
    target: Target


class Courier:
    def __init__(self, store: Store, settings: ServiceSettings, resolve: Resolve = resolve) -> None:
        self._store, self._settings, self._resolve = store, settings, resolve
        self._limits = Limits(
            settings.webhook_networks, settings.webhook_http, settings.webhook_timeout
        )
        self._pruned = 0

    def look(self) -> int:
        """One round; how many were tried. Raises DatabaseAway."""
        self._prune()
        with self._store.database.read() as session:
            if not webhooks.is_due(session):
                return 0
        parcels = self._take()
        if parcels:
            with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhooks") as pool:
                list(pool.map(self._deliver, parcels))
        return len(parcels)

    def _take(self) -> list[_Parcel]:
        # Longer than a try: when this worker is killed, another one sends it again afterwards.
        claim_ms = int(self._settings.webhook_timeout * 3000) + 60_000
        parcels = []
        with self._store.database.write() as session:
            for row in webhooks.due(session, _AT_ONCE, claim_ms):
                hook = session.get(Webhook, row.webhook_id)
                if hook is None or hook.disabled is not None:
                    row.status, row.finished = "failed", now_ms()
                    continue
                parcels.append(
                    _Parcel(
                        row.id,
                        row.webhook_id,
                        row.tries,
                        row.payload.encode(),
                        webhooks.target(hook, self._store.ring),
                    )
                )
        return parcels

    def _deliver(self, parcel: _Parcel) -> None:
        at = now_ms()
        outcome = send(
            parcel.target.url,
            parcel.target.secret,
            parcel.delivery_id,
            parcel.payload,
            self._limits,
            self._resolve,
        )
        status, next_at = self._after(parcel, outcome)
        with self._store.database.write() as session:
            webhooks.tried(
                session,
                parcel.delivery_id,
                at=at,
                duration_ms=outcome.duration_ms,
                status_code=outcome.status_code,
                error=outcome.error,
                status=status,
                next_at=next_at,
            )
            if outcome.gone:
                webhooks.disable(session, parcel.webhook_id)
        if status != "delivered":
            said = outcome.error or outcome.status_code
            log.warning("delivery %s: %s, %s", parcel.delivery_id, said, status)

    def _after(self, parcel: _Parcel, outcome: Outcome) -> tuple[str, int]:
        if outcome.delivered:
            return "delivered", 0
        tries = parcel.tries + 1
        if outcome.gone or tries >= self._settings.webhook_attempts:
            return "failed", 0
        return "pending", now_ms() + int(1000 * pause(tries, self._settings.webhook_retry_seconds))

    def _prune(self) -> None:
        at = now_ms()
        if at - self._pruned > _PRUNE_MS:
            self._pruned = at
            with self._store.database.write() as session:
                webhooks.prune(session, at - self._settings.webhook_log_days * DAY_MS)


def pause(tries: int, first: float) -> float:
    """Seconds before the next try: four times as long each time, up to eight hours; a part of it
    by chance, so that what failed together does not come back together."""
    whole = min(first * 4.0 ** min(tries - 1, 30), _LONGEST_SECONDS)
    return whole * random.uniform(0.7, 1.3)  # noqa: S311 - nothing secret
