"""This product: decoding, voice activity and recognition."""

from __future__ import annotations

import tempfile
from pathlib import Path

from common import Job, Segments, Work, main

from consultation.settings import Settings
from jobs.models import load_recognizer
from transcribe.audio import decode


def load(job: Job) -> Work:
    settings = Settings(threads=job["threads"])
    recognizer = load_recognizer(settings)

    def work() -> Segments:
        with tempfile.TemporaryDirectory() as folder:
            decoded = decode(Path(job["audio"]), Path(folder), max_seconds=36000)
            found = recognizer.recognize(
                decoded.waveform[0], language=job["language"], vocabulary=()
            )
        text = " ".join(word.text for word in found.words)
        return [{"start": 0.0, "end": decoded.recording.duration, "text": text}]

    return work


main(load)
