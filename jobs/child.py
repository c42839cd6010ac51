"""The process in which a worker's models live: ``python -m jobs.child``.

It reads ``{"task": "transcribe", "job": id, "fence": n}`` from standard input, a line each, and
writes ``{"progress": [step, part]}``, then ``{"done": steps}`` with what each took, or
``{"error": code, …}``. ``{"needs": seconds}`` asks whether a recording so long may go on, and waits
for ``{"go": true}``. Ids, numbers and codes only: content goes between it and the store. So a job
can be stopped in the middle of anything by ending the process, and a model that takes too much
memory takes down nothing else.

It ends with its parent, however the parent ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Any

from consultation.engines import Progress
from consultation.errors import AnamneseError
from consultation.provenance import Step
from consultation.settings import Settings
from consultation.weights import forbid_hub, silence_telemetry
from jobs.engines import models
from jobs.record_tasks import synthesise_job
from jobs.service_settings import ServiceSettings
from jobs.store.store import Store, open_store
from jobs.tasks import Admit, Models, summarize_job, transcribe_job

Task = Callable[[Store, Settings, Models, str, int, Progress, Admit], tuple[Step, ...]]
TASKS: dict[str, Task] = {
    "transcribe": transcribe_job,
    "summarise": summarize_job,
    "synthesise": synthesise_job,
}
_REPORT_SECONDS = 0.5
"""Between two reports of progress of the same step."""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    # What libraries print is nobody's: it could quote what they work on.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    settings, service = Settings(), ServiceSettings()
    silence_telemetry() if settings.hub else forbid_hub()
    store = open_store(service)
    loaded = models(settings, service)
    # Line by line: what is read ahead could be an answer to what a task asks.
    for line in iter(sys.stdin.readline, ""):
        _say(answers, _do(store, settings, loaded, json.loads(line), answers))


def _do(
    store: Store, settings: Settings, loaded: Models, order: dict[str, Any], answers: IO[str]
) -> dict[str, Any]:
    progress = _Reporter(answers)

    def admit(seconds: float) -> None:
        _say(answers, {"needs": seconds})
        # Not answered when the worker is gone, and this process with it.
        sys.stdin.readline()

    try:
        steps = TASKS[order["task"]](
            store, settings, loaded, order["job"], order["fence"], progress, admit
        )
    except AnamneseError as error:
        return {"error": error.code, "hint": error.hint, "retryable": error.retryable}
    except MemoryError:
        return {"error": "out_of_memory", "hint": "Give the worker more memory.", "retryable": True}
    except Exception as error:  # noqa: BLE001 - the last line: its text may quote a patient
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        name = where.tb_frame.f_code.co_filename.rsplit("/", 1)[-1] if where else "?"
        place = f"{type(error).__name__} in {name}:{where.tb_lineno if where else 0}"
        return {"error": "internal_error", "hint": f"A fault of ours: {place}", "retryable": False}
    return {"done": [step.model_dump(mode="json") for step in steps]}


class _Reporter:
    def __init__(self, answers: IO[str]) -> None:
        self._answers, self._step, self._at = answers, "", 0.0

    def __call__(self, step: str, completed: float, total: float) -> None:
        now = time.monotonic()
        if step == self._step and now - self._at < _REPORT_SECONDS:
            return
        self._step, self._at = step, now
        _say(self._answers, {"progress": [step, completed / total if total else 0.0]})


_SAYING = threading.Lock()


def _say(answers: IO[str], message: dict[str, Any]) -> None:
    with _SAYING:
        answers.write(json.dumps(message) + "\n")
        answers.flush()


def _leave_with(parent: int) -> None:
    """A killed parent closes nothing that a busy child would read: look at it instead."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main()
