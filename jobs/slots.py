"""A worker's side of its children: one job at a time each, stopped in mid-step when need be.

A child serves many jobs, so that models are loaded once. It keeps nothing of a job but those: what
a job needs it reads by id, and writes below its folder only while it works.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from consultation.provenance import Step
from jobs.alarm import Alarm
from jobs.budget import Budget
from jobs.errors import StepFailed
from jobs.metrics import cost

log = logging.getLogger("anamnese.slots")

Watch = Callable[[str | None, float], None]
"""Told the step and how far it is; raises to have the job stopped."""
LOOK_SECONDS = 1.0
"""Between two looks whether the job is still wanted."""


class _Answered(StepFailed):
    """The child said so itself."""


@dataclass(frozen=True)
class Life:
    """How long one child serves, with the models that it loaded once."""

    jobs: int
    """So many jobs."""
    growth_mb: float
    """Or until it holds so much more memory of its own than after its first job."""


class Slot:
    """One child, started when first needed and again after it was ended."""

    def __init__(self, folder: Path, budget: Budget, life: Life) -> None:
        self._folder, self._budget, self._life = folder, budget, life
        self._child: subprocess.Popen[str] | None = None
        self._served = 0
        self._first_mb = 0.0
        self._said: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def run(
        self, task: str, job_id: str, fence: int, watch: Watch, alarm: Alarm
    ) -> tuple[Step, ...]:
        """What it cost. Raises StepFailed, or what ``watch`` raises, after the child was ended."""
        child = self._ready()
        try:
            self._tell(child, {"task": task, "job": job_id, "fence": fence})
            cost = self._follow(child, watch, alarm)
            self._retire(child)
            return cost
        except _Answered:
            # The child is well and waits for the next job.
            self._retire(child)
            raise
        except BaseException:
            self.end()
            raise
        finally:
            self._budget.leave(self)

    def _follow(self, child: subprocess.Popen[str], watch: Watch, alarm: Alarm) -> tuple[Step, ...]:
        step, part, looked = None, 0.0, time.monotonic()
        asked: float | None = None
        while True:
            try:
                message: dict[str, Any] | None = self._said.get(timeout=LOOK_SECONDS / 4)
            except queue.Empty:
                message = {}
            if message is None:
                raise StepFailed(
                    "engine_process_ended",
                    hint="The process with the models ended: look at the machine's memory.",
                    retryable=True,
                )
            if "done" in message:
                return cost(message["done"])
            if "error" in message:
                raise _Answered(
                    message["error"], hint=message["hint"], retryable=message["retryable"]
                )
            if "needs" in message:
                asked = float(message["needs"])
            if asked is not None and self._budget.admitted(self, asked):
                self._tell(child, {"go": True})
                asked = None
            # Who waits for memory is not stuck, only looked at.
            alarm.look((step, part, time.monotonic() if asked is not None else None))
            before = step
            if "progress" in message:
                step, part = message["progress"]
            now = time.monotonic()
            if step != before or now - looked >= LOOK_SECONDS:
                looked = now
                watch(step, part)

    def _retire(self, child: subprocess.Popen[str]) -> None:
        """End a child that has served its time: libraries leak, and memory comes apart."""
        self._served += 1
        held = own_megabytes(child.pid)
        if self._served == 1:
            self._first_mb = held
        if self._served >= self._life.jobs or held - self._first_mb > self._life.growth_mb:
            log.info(
                "a child is replaced after %d jobs, with %.0f MB (%.0f MB after its first one)",
                self._served,
                held,
                self._first_mb,
            )
            self.end()

    def _ready(self) -> subprocess.Popen[str]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.end()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "jobs.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            # Whatever is written on the way goes where it is removed when the child is ended.
            env={**os.environ, "TMPDIR": str(self._folder)},
            # A Ctrl-C is for the worker, which lets the child finish.
            start_new_session=True,
        )
        self._said = queue.Queue()
        self._served = 0
        threading.Thread(target=_listen, args=(self._child.stdout, self._said), daemon=True).start()
        return self._child

    def _tell(self, child: subprocess.Popen[str], order: dict[str, Any]) -> None:
        assert child.stdin is not None
        with contextlib.suppress(OSError):  # it ended: _follow says so
            child.stdin.write(json.dumps(order) + "\n")
            child.stdin.flush()

    def end(self) -> None:
        """Kill the child and remove what it left; may be called twice."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Slots:
    """As many children as jobs may run at once; the one that is free is lent."""

    def __init__(self, folder: Path, name: str, count: int, budget: Budget, life: Life) -> None:
        self._free: queue.LifoQueue[Slot] = queue.LifoQueue()
        self._all = [Slot(folder / f"{name}-{number}", budget, life) for number in range(count)]
        for slot in reversed(self._all):
            self._free.put(slot)

    def run(
        self, task: str, job_id: str, fence: int, watch: Watch, alarm: Alarm
    ) -> tuple[Step, ...]:
        slot = self._free.get()
        try:
            return slot.run(task, job_id, fence, watch, alarm)
        finally:
            self._free.put(slot)

    def end(self) -> None:
        for slot in self._all:
            slot.end()


def own_megabytes(pid: int) -> float:
    """Memory of a process that no file gives back: without mapped weights; 0 when it is gone."""
    try:
        found = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0.0
    return float(found.rss - getattr(found, "shared", 0)) / 2**20


def _listen(stream: IO[str] | None, said: queue.Queue[dict[str, Any] | None]) -> None:
    assert stream is not None
    with contextlib.suppress(ValueError, OSError):
        for line in stream:
            said.put(json.loads(line))
    said.put(None)
