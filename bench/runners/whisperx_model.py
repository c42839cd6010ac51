"""WhisperX's recognition with the weights that every peer is offered; what two runners share."""

from __future__ import annotations

from common import Job, Segments, Work, samples


def load(job: Job) -> Work:
    import whisperx

    model = whisperx.load_model(
        job["whisper"],
        job["device"],
        compute_type=job["compute_type"],
        language=job["language"],
        vad_method="pyannote",
        threads=job["threads"],
        local_files_only=True,
    )

    def work() -> Segments:
        # Its own reader starts ffmpeg's command, which is not everywhere; the sound is the same.
        found = model.transcribe(samples(job), batch_size=4, language=job["language"])
        return [
            {"start": s["start"], "end": s["end"], "text": s["text"]} for s in found["segments"]
        ]

    return work
