"""faster-whisper's batched pipeline."""

from __future__ import annotations

from common import Job, Segments, Work, main


def load(job: Job) -> Work:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(
        job["whisper"],
        device=job["device"],
        compute_type=job["compute_type"],
        cpu_threads=job["threads"],
        local_files_only=True,
    )
    batched = BatchedInferencePipeline(model)

    def work() -> Segments:
        segments, _ = batched.transcribe(
            job["audio"], language=job["language"], batch_size=4, word_timestamps=True
        )
        return [{"start": s.start, "end": s.end, "text": s.text} for s in segments]

    return work


main(load)
