"""Whether there is room for one more, on the disk and in the queues; asked before any reading."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from api.problem import TooBusy
from consultation.errors import DiskFull
from jobs.service_settings import ServiceSettings
from jobs.store import census, quotas
from jobs.store.database import Database

_COUNT_SECONDS = 1.0
"""How long a count of what waits is believed."""
LOOK_BYTES = 16 << 20
"""An upload looks at the disk again after so many bytes."""


class Admission:
    """One an app. What other processes write meanwhile is seen at the next look at the disk."""

    def __init__(self, settings: ServiceSettings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._lock = threading.Lock()
        self._promised = 0
        self._counted_at, self._waiting = float("-inf"), 0

    def job(self) -> None:
        """Raises TooBusy when too many jobs wait, DatabaseAway."""
        limit = self._settings.queue_limit
        if not limit:
            return
        with self._lock:
            known = time.monotonic() - self._counted_at < _COUNT_SECONDS
        if not known:
            with self._database.read() as session:
                waiting = census.waiting(session)
            with self._lock:
                self._counted_at, self._waiting = time.monotonic(), waiting
        if self._waiting >= limit:
            raise TooBusy("too many jobs are waiting already")

    def recording(self, org_id: str, size: int) -> None:
        """As ``job``, and before a recording of about ``size`` bytes is read, by the quota of its
        organisation; what counts is looked at again when it has arrived. Raises StorageQuota."""
        self.job()
        with self._database.read() as session:
            quotas.check(session, self._settings, org_id, size, None)

    @contextmanager
    def upload(self, announced: int) -> Iterator[Room]:
        """While ``announced`` bytes (0: unknown) arrive, they are kept free for it.

        Raises DiskFull when they would not fit, beside those of all the others.
        """
        room = Room(self, announced)
        room.look()
        try:
            yield room
        finally:
            room.give(room.promised)

    def _promise(self, change: int) -> int:
        with self._lock:
            self._promised += change
            return self._promised


class Room:
    """Of one upload."""

    def __init__(self, admission: Admission, announced: int) -> None:
        self._admission, self._next = admission, LOOK_BYTES
        self.promised = announced
        admission._promise(announced)

    def arrived(self, size: int) -> None:
        """So many bytes of it are on the disk. Raises DiskFull."""
        if size >= self._next:
            self._next = size + LOOK_BYTES
            self.give(min(self.promised, LOOK_BYTES))
            self.look()

    def look(self) -> None:
        """Raises DiskFull."""
        settings = self._admission._settings
        free = disk_of(settings.audio_folder).free
        needed = self._admission._promise(0) + (settings.disk_reserve_mb << 20)
        if free < needed:
            self.give(self.promised)
            raise DiskFull("there is no room for this recording on the disk of the service")

    def give(self, size: int) -> None:
        self.promised -= size
        self._admission._promise(-size)


class Disk(NamedTuple):
    """Bytes."""

    total: int
    used: int
    free: int


def disk_of(folder: Path) -> Disk:
    """The disk that the folder is on or will be."""
    while not folder.exists():
        folder = folder.parent
    return Disk(*shutil.disk_usage(folder))
