"""This product: decoding and diarisation."""

from __future__ import annotations

import tempfile
from pathlib import Path

from common import Job, Segments, Work, main

from consultation.engines import SpeakerCount
from consultation.settings import Settings
from jobs.models import load_diarizer
from transcribe.audio import decode


def load(job: Job) -> Work:
    settings = Settings()
    diarizer = load_diarizer(settings)

    def work() -> Segments:
        with tempfile.TemporaryDirectory() as folder:
            decoded = decode(Path(job["audio"]), Path(folder), max_seconds=36000)
            found = diarizer.diarize(decoded.waveform[0], speakers=SpeakerCount())
        return [{"speaker": t.speaker, "start": t.start, "end": t.end} for t in found.turns]

    return work


main(load)
