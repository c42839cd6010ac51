"""openai-whisper; its weights are fetched by itself, from a host of its own."""

from __future__ import annotations

from common import Job, Segments, Work, main


def load(job: Job) -> Work:
    import torch
    import whisper

    torch.set_num_threads(job["threads"])
    model = whisper.load_model("base", device=job["device"])

    def work() -> Segments:
        found = model.transcribe(
            job["audio"], language=job["language"], fp16=job["device"] == "cuda"
        )
        return [
            {"start": s["start"], "end": s["end"], "text": s["text"]} for s in found["segments"]
        ]

    return work


main(load)
