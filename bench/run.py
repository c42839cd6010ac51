"""One runner in a process of its own, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers import Peer
from consultation.audio import SAMPLE_RATE
from consultation.settings import Settings
from consultation.weights import locate
from evaluation.manifest import Entry
from transcribe.audio import decode

RUNNERS = Path(__file__).parent / "runners"
ROOT = Path(__file__).parent.parent


def environment(peer: Peer, folder: Path) -> Path:
    """The interpreter that has the peer; made once. Raises CalledProcessError."""
    if not peer.requirements:
        return Path(sys.executable)
    name = "-".join(one.replace("==", "-") for one in peer.requirements)
    place = folder / name
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        print(f"installing {', '.join(peer.requirements)}", flush=True)
        venv.create(place, with_pip=True, clear=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", *peer.requirements], check=True
        )
        (place / "ready").touch()
    return python


def run(
    runner: str,
    job: Mapping[str, Any],
    work: Path,
    *,
    threads: int,
    python: Path | None = None,
    with_ours: bool = False,
) -> dict[str, Any]:
    """The runner's answer (``runners/common.py``), or ``{"error": …, "peak_mb": 0}``.

    Without ``python`` it runs in this environment and may import what is ours; ``with_ours``, in
    another too.
    """
    asked, told = work / "job.json", work / "answer.json"
    asked.write_text(json.dumps(dict(job) | {"threads": threads}), "utf-8")
    told.unlink(missing_ok=True)
    ours = with_ours or python is None or python == Path(sys.executable)
    variables = os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYANNOTE_METRICS_ENABLED": "0",
        "OMP_NUM_THREADS": str(threads),
        "PYTHONPATH": str(ROOT) if ours else "",
    }
    with (work / f"{runner}.log").open("ab") as log:
        ended = subprocess.run(
            [str(python or sys.executable), str(RUNNERS / runner), str(asked), str(told)],
            env=variables,
            stdout=log,
            stderr=log,
            check=False,
        )
    if not told.exists():
        return {"error": f"ended with {ended.returncode}", "peak_mb": 0}
    answer: dict[str, Any] = json.loads(told.read_text("utf-8"))
    return answer


def speech_job(audio: Path, language: str, settings: Settings) -> dict[str, Any]:
    """For a runner that hears: the weights that every peer is offered."""
    card = settings.device == "cuda"
    return {
        "audio": str(audio),
        "language": language,
        "device": "cuda" if card else "cpu",
        "compute_type": "float16" if card else "int8",
        "whisper": str(locate(settings.recognizer, settings)),
        "segmentation": str(locate("pyannote-segmentation-3.0", settings) / "pytorch_model.bin"),
        "embedding": str(locate("campplus", settings) / "campplus_cn_en_common.pt"),
        "passes": 1,
    }


def plain(entry: Entry, folder: Path, *, at_most: float | None = None) -> Path:
    """The recording as every peer can read it: WAV, 16 kHz, one channel; its first seconds only,
    where ``at_most`` says so."""
    place = folder / entry.id
    place.mkdir()
    decoded = decode(entry.audio, place, max_seconds=36000)
    path = place / "audio.wav"
    heard = decoded.waveform[:, : int(at_most * SAMPLE_RATE) if at_most else None]
    samples = np.clip(heard.mean(axis=0) * 32767, -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())
    return path


def seconds(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()
