"""How often a worker looks at its queues: at the pace of the settings, and soon when it knows of
room or of something new.

Every ``poll_seconds`` a small question tells whether a queue holds something (``jobs.waiting``);
only then the engine looks at it, and at an empty one every two seconds, in case that the answer was
wrong. A slot that becomes free would stand idle for that long, and so would the
note of a transcript that was finished just now. A nudge makes the next looks soon: after 20 ms,
then after ever longer pauses, because the engine counts a job as running until it has written down
its end, a moment after the nudge.

The engine has no public place for this. Its thread of the queues is handed an event to wait on; it
is handed ours. Where a later engine does not do so, nothing is lost but the haste, and a contract
test says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

import dbos._dbos as engine

_SOON = 0.02
"""Seconds from a nudge to the first look; doubled for each further one."""
_AT_LEAST = 2.0
"""Seconds after which the engine looks at a queue that seems empty."""


class Stop(Protocol):
    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None) -> bool: ...


class Pace:
    """Stands where the engine's threads expect the event that ends them."""

    def __init__(self, queues: Iterable[str], waiting: Callable[[str], bool]) -> None:
        """``waiting(queue)``: whether it holds something, cheaply."""
        self._stop: Stop = threading.Event()
        self._turns = {_thread(queue): _Turn(partial(waiting, queue)) for queue in queues}

    def nudge(self, *queues: str) -> None:
        """There is room, or something new: look soon."""
        for queue in queues:
            self._turns[_thread(queue)].nudge()

    def is_set(self) -> bool:
        return self._stop.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until the next look is due; True when it is time to end, at most ``timeout`` late."""
        turn = self._turns.get(threading.current_thread().name)
        if turn is None or timeout is None:
            return self._stop.wait(timeout)
        began = time.monotonic()
        while not turn.due(timeout) and not self._stop.is_set():
            if time.monotonic() - began > _AT_LEAST:
                break
        return self._stop.is_set()

    def take_over(self) -> None:
        """Before the engine is launched: its queues are looked at at this pace from then on."""
        run: Callable[[Any, Any], None] = getattr(engine, "queue_thread")  # noqa: B009 - private

        def paced(stop: Stop, dbos: Any) -> None:
            self._stop = stop
            run(self, dbos)

        setattr(engine, "queue_thread", paced)  # noqa: B010 - private


def _thread(queue: str) -> str:
    """The name that the engine gives the thread of a queue."""
    return f"queue-worker-{queue}"


class _Turn:
    """Of one queue."""

    def __init__(self, waiting: Callable[[], bool]) -> None:
        self._waiting = waiting
        self._nudged = threading.Event()
        self._pause: float | None = None
        """Until the next of the looks that follow a nudge."""

    def nudge(self) -> None:
        self._nudged.set()

    def due(self, timeout: float) -> bool:
        """After a nudge, or ``timeout`` seconds; whether it is worth a look then."""
        pause = self._pause if self._pause is not None and self._pause < timeout else None
        if self._nudged.wait(pause or timeout):
            # Not at once: several nudges in a row are one.
            time.sleep(min(_SOON, timeout))
            self._nudged.clear()
            pause = _SOON
        self._pause = pause and pause * 2
        return pause is not None or self._waiting()
