"""Who lives, and whose jobs must be taken over.

Each worker moves the beat of its row. Each watches the beats of the others with its own clock: one
that stands still for ``seconds`` of uninterrupted watching is dead. So neither clocks that differ
nor a database that was away for a minute make a living worker look dead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from jobs.store import leases
from jobs.store.database import Database, DatabaseAway

Clock = Callable[[], float]


class Watch:
    """Remembers since when each beat has stood still."""

    def __init__(self, own: str, seconds: float, clock: Clock = time.monotonic) -> None:
        self._own, self._seconds, self._clock = own, seconds, clock
        self._since: dict[str, tuple[int, float]] = {}

    def dead(self, beats: Mapping[str, int]) -> dict[str, int]:
        """Those whose beat has stood still too long, with it."""
        now = self._clock()
        self._since = {
            worker: self._since[worker]
            if worker in self._since and self._since[worker][0] == beat
            else (beat, now)
            for worker, beat in beats.items()
            if worker != self._own
        }
        return {w: beat for w, (beat, at) in self._since.items() if now - at > self._seconds}

    def interrupted(self) -> None:
        """Nothing could be seen: start watching anew."""
        self._since.clear()


class Lease:
    """One worker's part: beat, watch, take over."""

    def __init__(
        self,
        database: Database,
        worker: str,
        seconds: float,
        *,
        executors: Callable[[], Iterable[str]],
        recover: Callable[[str], None],
        lost: Callable[[], None],
    ) -> None:
        """
        Args:
            executors: who the engine says is running jobs, dead ones included.
            recover: have a dead worker's jobs run by others.
            lost: this worker was taken for dead itself.
        """
        self._database, self._worker = database, worker
        self._executors, self._recover, self._lost = executors, recover, lost
        self._watch = Watch(worker, seconds)
        self._leaving = False

    def start(self) -> None:
        with self._database.write() as session:
            leases.register(session, self._worker)

    def beat(self) -> bool:
        """Once; False when the database is away."""
        try:
            with self._database.write() as session:
                alive = leases.renew(session, self._worker)
            if not alive:
                self._lost()
                return False
            if self._leaving:
                return True
            # In this order: a worker has its lease before it runs its first job.
            running = set(self._executors())
            with self._database.read() as session:
                beats = leases.beats(session)
            for worker in running - set(beats) - {self._worker}:
                self._recover(worker)
            for worker, beat in self._watch.dead(beats).items():
                with self._database.write() as session:
                    taken = leases.take(session, worker, beat)
                if taken and worker in running:
                    self._recover(worker)
        except DatabaseAway:
            self._watch.interrupted()
            return False
        return True

    def leaving(self) -> None:
        """Beat on, and take nothing over any more."""
        self._leaving = True

    def stop(self) -> None:
        with self._database.write() as session:
            leases.release(session, self._worker)
