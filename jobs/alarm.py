"""A step that makes no progress: said once, and ended when it goes on for too long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from jobs.errors import StepFailed

Outcome = Literal["seen", "killed"]


class Alarm:
    """Of one try of a step. Told of every look at it; ``say`` is told what comes of it."""

    def __init__(
        self,
        after: float,
        kill: float,
        say: Callable[[Outcome], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._after, self._kill, self._say, self._clock = after, kill, say, clock
        self._last: object = None
        self._moved, self._said = clock(), False

    def look(self, where: object) -> None:
        """``where`` the step is, in any form. Raises StepFailed, retryable, after ``kill``."""
        now = self._clock()
        if where != self._last:
            self._last, self._moved, self._said = where, now, False
            return
        still = now - self._moved
        if still > self._kill:
            self._say("killed")
            raise StepFailed(
                "step_stuck",
                hint="It made no progress for ANAMNESE_STUCK_KILL_SECONDS; look at the machine's "
                "load and at the language model's server.",
                retryable=True,
            )
        if still > self._after and not self._said:
            self._said = True
            self._say("seen")
