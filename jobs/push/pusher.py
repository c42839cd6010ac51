"""Sends what is in the outbox of signed notes: at least once, with growing pauses, up to a limit;
not twice for a receiver that knows a document by its number."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from consultation.errors import AnamneseError
from jobs.errors import NotFound
from jobs.notes import NotSigned
from jobs.push import fhir, mllp
from jobs.push.document import fhir_bundle, hl7_message
from jobs.push.outcome import Outcome
from jobs.service_settings import ServiceSettings
from jobs.store import pushes
from jobs.store.database import DatabaseAway
from jobs.store.push_tables import Push
from jobs.store.store import Store
from jobs.store.tables import now_ms
from jobs.webhooks.courier import pause
from jobs.webhooks.guarded import Resolve, resolve

log = logging.getLogger("anamnese.push")
_AT_ONCE = 4


class Pusher:
    def __init__(
        self,
        store: Store,
        settings: ServiceSettings,
        counted: Callable[[str, str], None] = lambda _target, _outcome: None,
        resolve: Resolve = resolve,
    ) -> None:
        """``counted``: told the target and the verdict of every try."""
        self._store, self._settings = store, settings
        self._counted, self._resolve = counted, resolve

    def look(self) -> int:
        """One round; how many were tried. Raises DatabaseAway."""
        targets = self._settings.push_targets
        if not targets:
            return 0
        with self._store.database.read() as session:
            if not pushes.is_due(session, targets):
                return 0
        # Longer than a try: when this worker is killed, another one sends it again afterwards.
        claim_ms = int(self._settings.push_timeout * 2000) + 60_000
        with self._store.database.write() as session:
            rows = pushes.due(session, targets, _AT_ONCE, claim_ms)
            for row in rows:
                session.refresh(row)
                session.expunge(row)
        if rows:
            with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="push") as pool:
                list(pool.map(self._deliver, rows))
        return len(rows)

    def _deliver(self, row: Push) -> None:
        at, began = now_ms(), time.monotonic()
        outcome = self._try(row)
        status, next_at = self._after(row, outcome)
        with self._store.database.write() as session:
            pushes.tried(
                session,
                row.id,
                at=at,
                duration_ms=round((time.monotonic() - began) * 1000),
                answer=outcome.answer,
                error=outcome.error,
                status=status,
                next_at=next_at,
            )
        self._counted(row.target, outcome.verdict)
        if status != "accepted":
            said = outcome.error or outcome.answer
            log.warning("push %s to %s: %s, %s", row.id, row.target, said, status)

    def _try(self, row: Push) -> Outcome:
        settings = self._settings
        try:
            if row.target == "fhir":
                bundle = fhir_bundle(self._store, settings, row)
                return fhir.send(bundle, settings, self._resolve)
            message = hl7_message(self._store, settings, row)
            return mllp.send(message, settings, self._resolve)
        except DatabaseAway:
            raise
        except NotSigned as error:
            return Outcome("failed", error=error.code)
        except NotFound:
            return Outcome("failed", error="gone")
        except AnamneseError as error:
            return Outcome("again", error=error.code)
        except Exception as error:  # noqa: BLE001 - its text may quote; the others must go on
            log.error("push %s: %s", row.id, type(error).__name__)
            return Outcome("again", error="document_failed")

    def _after(self, row: Push, outcome: Outcome) -> tuple[str, int]:
        if outcome.verdict != "again":
            return outcome.verdict, 0
        if row.tries >= self._settings.push_attempts:
            return "failed", 0
        wait = pause(row.tries, self._settings.push_retry_seconds)
        return "pending", now_ms() + int(1000 * wait)
