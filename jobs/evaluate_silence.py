"""How many words are heard where nobody speaks: every one of them was invented."""

from __future__ import annotations

import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from consultation.audio import SAMPLE_RATE
from consultation.engines import Progress, no_progress
from consultation.errors import NoSpeech
from consultation.settings import Settings
from consultation.wire import Record, Seconds, ms
from evaluation.samples import sample_recordings
from evaluation.sounds import SOUNDS, Sound, babble
from jobs.files import temporary_folder
from jobs.pipeline import Pipeline
from transcribe.audio import decode
from transcribe.pipeline import TranscribeOptions


class Invented(Record):
    """One sound without speech."""

    sound: str
    duration: Seconds = ms("duration")
    words: int
    """Heard; each is an invention."""
    refused: bool
    """The recording was refused as one without speech."""
    gaps: int
    """Stretches that the detector took for speech, and in which no word was kept."""


def evaluate_silence(
    minutes: float,
    settings: Settings,
    *,
    seed: int = 0,
    started: Callable[[str], None] = lambda _: None,
    progress: Progress = no_progress,
) -> tuple[Invented, ...]:
    """Each sound for ``minutes``, in French and English as detected. Raises AnamneseError."""
    seconds = 60 * minutes
    found = []
    with Pipeline(settings, TranscribeOptions(), progress) as pipeline, temporary_folder() as work:
        makers = dict(SOUNDS)
        voices = _voices(work)
        makers["babble"] = partial(babble, voices=voices)
        for name, make in makers.items():
            started(name)
            path = work / f"{name.replace(' ', '-')}.wav"
            _write(path, make(seconds, seed))
            try:
                transcript = pipeline.transcribe(path, work / path.stem)
            except NoSpeech:
                found.append(Invented(sound=name, duration=seconds, words=0, refused=True, gaps=0))
            else:
                words = sum(len(segment.words) for segment in transcript.segments)
                gaps = len(transcript.gaps)
                found.append(
                    Invented(sound=name, duration=seconds, words=words, refused=False, gaps=gaps)
                )
            path.unlink()
    return tuple(found)


def to_markdown(found: tuple[Invented, ...]) -> str:
    lines = [
        "| Sound | Minutes | Words | Refused as without speech | Gaps |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.sound} | {one.duration / 60:.1f} | {one.words} "
        f"| {'yes' if one.refused else 'no'} | {one.gaps} |"
        for one in found
    ]
    return "\n".join(lines) + "\n"


def _voices(work: Path) -> Sound:
    """Our samples, one after the other: shape (samples,)."""
    parts = []
    for recording in sample_recordings():
        decoded = decode(recording, work, max_seconds=3600)
        # Copied: the waveform is a map of a file that goes with the folder.
        parts.append(np.array(decoded.waveform.mean(axis=0), dtype=np.float32))
    return np.concatenate(parts)


def _write(path: Path, samples: Sound) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
