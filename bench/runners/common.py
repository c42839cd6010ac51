"""What every runner shares; it runs in every environment, so libraries are named where needed.

A runner is called with the path of a job and of an answer, both JSON. The job:
``{"audio": wav of 16 kHz and one channel, "language": "fr", "whisper": folder,
"segmentation": file, "embedding": file, "device": "cpu", "compute_type": "int8", "threads": 2,
"passes": 1}``.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

Job = dict[str, Any]
Segments = list[dict[str, Any]]
"""{"speaker"?, "start", "end", "text"?}; seconds."""
Work = Callable[[], Segments]


def samples(job: Job) -> Any:
    """The sound as float32, shape (samples,), for peers that would start a program to read it."""
    import wave

    import numpy as np

    with wave.open(job["audio"], "rb") as file:
        frames = file.readframes(file.getnframes())
    return np.frombuffer(frames, "<i2").astype(np.float32) / 32768


def main(load: Callable[[Job], Work]) -> None:
    """``load(job)`` gives what is then called ``passes`` times, and timed."""
    faulthandler.enable()
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    answer: dict[str, Any]
    try:
        began = time.perf_counter()
        work = load(job)
        loaded = time.perf_counter() - began
        passes, segments = [], []
        for _ in range(job["passes"]):
            wall, processor = time.perf_counter(), time.process_time()
            segments = work()
            passes.append(
                {
                    "seconds": time.perf_counter() - wall,
                    "processor_seconds": time.process_time() - processor,
                }
            )
        answer = {"load_seconds": loaded, "passes": passes, "segments": segments}
    except BaseException as error:  # noqa: BLE001  a peer that fails is part of the result
        traceback.print_exc()
        answer = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
    answer["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    Path(sys.argv[2]).write_text(json.dumps(answer), "utf-8")
