"""What a worker does beside its jobs, each on a thread of its own: filling the windows of batches,
delivering webhooks, removing what nobody waits for and what is old. All of it is in rows, so that
any worker goes on where another one ended; and none of it is on the thread of the lease, which a
slow bucket or receiver must not keep from beating."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from jobs.erasure import erase_forsaken
from jobs.feeder import Feeder
from jobs.metrics import WorkerMetrics
from jobs.push.pusher import Pusher
from jobs.queue import Enqueuer
from jobs.retention import EVERY_SECONDS, Retention
from jobs.service_settings import ServiceSettings
from jobs.store.store import Store
from jobs.uploads import Uploads
from jobs.webhooks.courier import Courier

log = logging.getLogger("anamnese.worker")
_AFTER_ERROR = 5.0
_FEED_SECONDS = 0.5
_FORSAKEN_SECONDS = 60.0


class Chore:
    def __init__(self, name: str, look: Callable[[], int], pause: float) -> None:
        """``look`` says how much it did; when it did something, it is called again at once."""
        self._name, self._look, self._pause = name, look, pause

    def start(self, stopping: threading.Event) -> None:
        """Until ``stopping``; the thread does not keep the process."""
        threading.Thread(target=self._run, args=(stopping,), name=self._name, daemon=True).start()

    def _run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            pause = self._pause
            try:
                if self._look():
                    pause = 0.0
            except Exception as error:  # noqa: BLE001 - its text may quote; a chore must not end
                log.warning("%s: %s", self._name, getattr(error, "code", type(error).__name__))
                pause = _AFTER_ERROR
            stopping.wait(pause)


def feeder(store: Store, enqueuer: Enqueuer, settings: ServiceSettings, who: str) -> Feeder:
    return Feeder(
        store,
        enqueuer,
        window=settings.batch_window,
        upload_limit=settings.upload_limit_mb << 20,
        who=who,
        claim_seconds=3 * settings.lease_seconds,
    )


def chores(
    store: Store,
    enqueuer: Enqueuer,
    settings: ServiceSettings,
    who: str,
    metrics: WorkerMetrics,
) -> list[Chore]:
    """Those of one worker."""
    return [
        Chore("batches", partial(_feed, feeder(store, enqueuer, settings, who)), _FEED_SECONDS),
        Chore("webhooks", Courier(store, settings).look, settings.poll_seconds),
        Chore("pushes", Pusher(store, settings, metrics.pushed).look, settings.poll_seconds),
        Chore("forsaken", partial(_forsaken, store, enqueuer, settings), _FORSAKEN_SECONDS),
        Chore("retention", Retention(store, enqueuer, settings).turn, EVERY_SECONDS / 4),
    ]


def _feed(feeder: Feeder) -> int:
    """It fills the window in one look. What became free meanwhile is filled together by the next
    one: an item at a time, it would cost as much as the items themselves."""
    feeder.look()
    return 0


def _forsaken(store: Store, enqueuer: Enqueuer, settings: ServiceSettings) -> int:
    """What nobody waits for, or goes on sending. The next look is soon enough for more."""
    erase_forsaken(store, enqueuer)
    Uploads(store, enqueuer, settings).remove_expired()
    return 0
