"""Peak memory of what grows with a recording, models aside: ``python -m tests.load.memory``.

Each in a process of its own: decoding, then finding speech (Silero's small model, on the CPU).
Anonymous memory is what must be there; pages of the mapped samples can be given back.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MINUTES = (1, 15, 60)


def status(field: str) -> float:
    """Megabytes, of this process."""
    text = Path("/proc/self/status").read_text()
    found = re.search(rf"{field}:\s+(\d+) kB", text)
    return int(found[1]) / 1024 if found else math.nan


def one(path: str, what: str) -> None:
    import threading

    from transcribe.audio import decode

    most = [0.0]

    def look() -> None:
        while True:
            most[0] = max(most[0], status("RssAnon"))
            time.sleep(0.02)

    start = status("RssAnon")
    threading.Thread(target=look, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        decoded = decode(Path(path), Path(folder), max_seconds=5 * 3600)
        if what == "speech":
            from transcribe.speech import speech_spans

            began = time.perf_counter()
            speech_spans(decoded.waveform[0])
        spent = time.perf_counter() - began
        time.sleep(0.05)
        print(f"{most[0] - start:.0f} {status('VmHWM'):.0f} {spent:.1f}")


def main() -> None:
    if len(sys.argv) == 3:
        one(*sys.argv[1:])
        return
    from tests.service.work import recording

    with tempfile.TemporaryDirectory() as folder:
        for minutes in MINUTES:
            path = Path(folder) / f"{minutes}.wav"
            path.write_bytes(recording(minutes * 60))
            for what in ("decode", "speech"):
                found = subprocess.run(
                    [sys.executable, "-m", "tests.load.memory", str(path), what],
                    capture_output=True,
                    text=True,
                    check=True,
                )
                anonymous, peak, spent = found.stdout.split()
                print(
                    f"| {what} | {minutes} min | {anonymous} MB grown, anonymous "
                    f"| {peak} MB peak with mapped pages | {spent} s |",
                    flush=True,
                )
            path.unlink()


if __name__ == "__main__":
    main()
