"""faster-whisper as its README shows it: one window after the other."""

from __future__ import annotations

from common import Job, Segments, Work, main


def load(job: Job) -> Work:
    from faster_whisper import WhisperModel

    model = WhisperModel(
        job["whisper"],
        device=job["device"],
        compute_type=job["compute_type"],
        cpu_threads=job["threads"],
        local_files_only=True,
    )

    def work() -> Segments:
        segments, _ = model.transcribe(
            job["audio"], language=job["language"], vad_filter=True, word_timestamps=True
        )
        return [{"start": s.start, "end": s.end, "text": s.text} for s in segments]

    return work


main(load)
