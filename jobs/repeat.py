"""A long recording out of a short one, with its references: what length does to time and memory."""

from __future__ import annotations

import json
import math
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from consultation.audio import SAMPLE_RATE
from evaluation.manifest import Entry, load_reference
from evaluation.reference import ReferenceTurn
from jobs.files import temporary_folder, write
from transcribe.audio import decode


def repeat(entry: Entry, minutes: float, folder: Path, *, max_seconds: float) -> Entry:
    """Play the recording again and again until it lasts ``minutes`` or a little more.

    Writes the audio (16 kHz, 16 bits) and the references into ``folder``. The voices stay the
    same, and so does what they say: a real hour is harder. Raises InputError or StorageError.
    """
    reference = load_reference(entry)
    with temporary_folder() as work:
        decoded = decode(entry.audio, work, max_seconds=max_seconds)
        samples = decoded.waveform.shape[1]
        seconds = samples / SAMPLE_RATE
        times = max(1, math.ceil(minutes * 60 / seconds))
        folder.mkdir(parents=True, exist_ok=True)
        # (channels, samples) → interleaved
        frames = np.clip(decoded.waveform.T * 32767, -32768, 32767).astype("<i2").tobytes()
        with wave.open(str(folder / "audio.wav"), "wb") as file:
            file.setnchannels(decoded.waveform.shape[0])
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            for _ in range(times):
                file.writeframesraw(frames)
    paths: dict[str, Path | None] = dict.fromkeys(("text", "turns", "rttm", "stm", "channels"))
    if reference.spoken:
        paths["turns"] = folder / "turns.json"
        turns = [turn.model_dump() for turn in _shifted(reference.spoken, times, seconds)]
        write(folder / "turns.json", json.dumps(turns, ensure_ascii=False))
    elif reference.text is not None:
        paths["text"] = folder / "text.txt"
        write(folder / "text.txt", "\n".join([reference.text] * times))
    if reference.timed:
        paths["rttm"] = folder / "turns.rttm"
        write(folder / "turns.rttm", "".join(_shifted_rttm(reference.timed, times, seconds)))
    return entry.model_copy(
        update={"id": f"{entry.id}-x{times}", "audio": folder / "audio.wav", **paths}
    )


def _shifted(turns: Sequence[ReferenceTurn], times: int, seconds: float) -> list[ReferenceTurn]:
    return [
        turn
        if turn.start is None or turn.end is None
        else turn.model_copy(
            update={
                "start": round(turn.start + k * seconds, 3),
                "end": round(turn.end + k * seconds, 3),
            }
        )
        for k in range(times)
        for turn in turns
    ]


def _shifted_rttm(turns: Sequence[ReferenceTurn], times: int, seconds: float) -> list[str]:
    return [
        f"SPEAKER repeated 1 {turn.start:.3f} {turn.end - turn.start:.3f} <NA> <NA>"
        f" {turn.speaker} <NA> <NA>\n"
        for turn in _shifted(turns, times, seconds)
        if turn.start is not None and turn.end is not None
    ]
