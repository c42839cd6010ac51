"""This product: from a file to a transcript with speakers and roles."""

from __future__ import annotations

import tempfile
from pathlib import Path

from common import Job, Segments, Work, main

from consultation.settings import Settings
from jobs.models import load_diarizer, load_recognizer
from jobs.pipeline import Pipeline
from transcribe.pipeline import TranscribeOptions


def load(job: Job) -> Work:
    settings = Settings(threads=job["threads"])
    options = TranscribeOptions(language=job["language"])
    recognizer, diarizer = load_recognizer(settings), load_diarizer(settings)

    def work() -> Segments:
        with (
            tempfile.TemporaryDirectory() as folder,
            Pipeline(settings, options) as pipeline,
        ):
            pipeline._recognizer, pipeline._diarizer = recognizer, diarizer
            transcript = pipeline.transcribe(Path(job["audio"]), Path(folder))
        return [
            {"speaker": s.speaker, "start": s.start, "end": s.end, "text": s.text}
            for s in transcript.segments
        ]

    return work


main(load)
