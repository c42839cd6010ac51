"""Who speaks, looked for while what is said is being recognised.

The two read the same samples and need nothing of each other. Recognition does not fill its threads
and diarisation uses one, so that beside each other they take little longer than the longer of them
(docs/results.md). What they find is what they find one after the other.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from consultation.audio import Samples
from consultation.engines import Diarization, Diarizer, Progress, SpeakerCount

STEP = "diarise"


class Diarising:
    """A diarisation in a thread of its own, from entering the block; leaving it ends the thread.

    Its progress is told from ``result`` on: until then recognition is the step that is shown.
    """

    def __init__(
        self, diarizer: Diarizer, samples: Samples, speakers: SpeakerCount, progress: Progress
    ) -> None:
        self._diarizer, self._samples, self._speakers = diarizer, samples, speakers
        self._progress = progress
        self._lock = threading.Lock()
        self._reached = (0.0, 1.0)
        self._awaited = self._unwanted = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=STEP)

    def __enter__(self) -> Self:
        self._running = self._thread.submit(
            self._diarizer.diarize,
            self._samples,
            speakers=self._speakers,
            progress=self._report,
        )
        return self

    def __exit__(self, *exception: object) -> None:
        # The engine is one for all recordings: it must be free when the next one comes.
        self._unwanted = True
        self._thread.shutdown()

    def result(self) -> Diarization:
        """Waits for what is left of it. Raises what it raised."""
        with self._lock:
            self._awaited, reached = True, self._reached
        self._progress(STEP, *reached)
        return self._running.result()

    def _report(self, step: str, completed: float, total: float) -> None:
        if self._unwanted:
            raise _Unwanted
        with self._lock:
            self._reached = completed, total
            if not self._awaited:
                return
        self._progress(step, completed, total)


class _Unwanted(Exception):
    """Leaves the diariser in the middle of its work; nobody asks for its result."""
