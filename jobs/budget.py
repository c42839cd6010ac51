"""How much memory the recordings that a worker has in hand may take together.

Slots bound how many jobs run; this bounds how long the recordings may be in all. A job asks once
it is decoded (its length is known then, and decoding takes the same memory for any length), before
its models run, and waits its turn. ``docs/results.md`` has the measured figures behind the
estimates.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from consultation.errors import InvalidOption
from jobs.errors import StepFailed
from jobs.service_settings import ServiceSettings


class Budget:
    """Megabytes for what grows with a recording; models have theirs before (``of``)."""

    def __init__(
        self,
        megabytes: float | None,
        per_minute: float,
        taken: Callable[[float], None] = lambda _: None,
        held_back: Callable[[], None] = lambda: None,
    ) -> None:
        """``megabytes`` None: unbounded, and only counted. ``taken`` is told the sum in use,
        ``held_back`` of each one that must wait."""
        self._most, self._per_minute = megabytes, per_minute
        self._tell, self._held_back = taken, held_back
        self._taken: dict[object, float] = {}
        self._waiting: deque[object] = deque()
        self._lock = threading.Lock()

    @classmethod
    def of(
        cls,
        settings: ServiceSettings,
        taken: Callable[[float], None],
        held_back: Callable[[], None],
    ) -> Budget:
        """Raises InvalidOption when the models alone do not fit."""
        most = settings.memory_budget_mb
        if most is not None:
            models = (
                settings.speech_parallel * settings.memory_speech_mb
                + settings.notes_parallel * settings.memory_note_mb
                + settings.records_parallel * settings.memory_record_mb
            )
            if models >= most:
                raise InvalidOption(
                    f"the models of this worker need {models} MB and ANAMNESE_MEMORY_BUDGET_MB "
                    f"is {most}",
                    hint="Lower ANAMNESE_SPEECH_PARALLEL or ANAMNESE_NOTES_PARALLEL, or raise it.",
                )
            most -= models
        return cls(most, settings.memory_minute_mb, taken, held_back)

    def admitted(self, who: object, seconds: float) -> bool:
        """Whether a recording of ``seconds`` may go on; in the order in which they asked, so that
        no long one starves. Ask again until it is so, and then ``leave``.

        Raises StepFailed when it could never fit.
        """
        need = seconds / 60 * self._per_minute
        if self._most is not None and need > self._most:
            raise StepFailed(
                "too_long_for_memory",
                hint="Raise ANAMNESE_MEMORY_BUDGET_MB on a worker that has the memory, or send "
                "the recording in parts.",
            )
        with self._lock:
            new = who not in self._waiting
            if new:
                self._waiting.append(who)
            fits = self._most is None or sum(self._taken.values()) + need <= self._most
            if self._waiting[0] is not who or not fits:
                if new:
                    self._held_back()
                return False
            self._waiting.popleft()
            self._taken[who] = need
            self._tell(sum(self._taken.values()))
        return True

    def leave(self, who: object) -> None:
        """Done, failed, or no longer wanted; may be called twice."""
        with self._lock:
            if who in self._waiting:
                self._waiting.remove(who)
            if self._taken.pop(who, None) is not None:
                self._tell(sum(self._taken.values()))
