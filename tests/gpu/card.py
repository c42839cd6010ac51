"""Is there a card, and how much of it is taken?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MB = 1_000_000


@dataclass
class Watch:
    """The most that was taken of the first card, by all processes, while it was watched."""

    total_mb: float
    before_mb: float
    peak_mb: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)


def why_none() -> str | None:
    """Why nothing can be run here; None when there is a card that torch and CTranslate2 can use."""
    try:
        import ctranslate2
        import pynvml
        import torch
    except ImportError as error:
        return f"{error.name} is not installed"
    try:
        pynvml.nvmlInit()
        pynvml.nvmlShutdown()
    except pynvml.NVMLError:
        return "there is no NVIDIA driver"
    if not torch.cuda.is_available():
        return "this build of torch has no CUDA: see docs/operations.md"
    return None if ctranslate2.get_cuda_device_count() else "CTranslate2 finds no card"


def memory_mb() -> tuple[float, float]:
    """(total, used) of the first card."""
    import pynvml

    pynvml.nvmlInit()
    try:
        found = pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByIndex(0))
        return found.total / MB, found.used / MB
    finally:
        pynvml.nvmlShutdown()


@contextmanager
def watched() -> Iterator[Watch]:
    """Looks five times a second."""
    total, before = memory_mb()
    watch = Watch(total, before, before)

    def look() -> None:
        while not watch._stop.wait(0.2):
            watch.peak_mb = max(watch.peak_mb, memory_mb()[1])

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch._stop.set()
        thread.join()
