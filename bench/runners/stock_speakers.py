"""pyannote.audio's own pipeline as it is published, with the networks that every peer is offered.

Not a runner: what two of them share.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import Job

Turns = list[tuple[float, float, str]]
"""Start and end in seconds, and the speaker."""


def load_speakers(job: Job) -> Callable[[Any], Turns]:
    """What is given float32 samples of 16 kHz, shape (samples,), and finds who speaks when."""
    from transcribe.diarize import _readable, _segmentation, load_libraries

    # First: torchaudio, which the next ones import, wants to be spared an extension on a CPU.
    load_libraries()
    import torch
    from pyannote.audio.pipelines import SpeakerDiarization

    from transcribe.campplus import CAMPPlusEmbedding
    from transcribe.dense import NoPLDA

    torch.set_num_threads(job["threads"])
    with _readable():
        pipeline = SpeakerDiarization(
            segmentation=_segmentation(Path(job["segmentation"])),
            embedding=CAMPPlusEmbedding(Path(job["embedding"])),
            plda=NoPLDA(),
            clustering="AgglomerativeClustering",
        )
    pipeline.instantiate(
        {
            "segmentation": {"min_duration_off": 0.0},
            "clustering": {"method": "centroid", "threshold": 0.7, "min_cluster_size": 12},
        }
    )
    pipeline.to(torch.device(job["device"]))

    def speakers(samples: Any) -> Turns:
        found = pipeline({"waveform": torch.from_numpy(samples)[None], "sample_rate": 16000})
        annotation = getattr(found, "speaker_diarization", found)
        return [(t.start, t.end, name) for t, _, name in annotation.itertracks(yield_label=True)]

    return speakers


def heard_most(turns: Turns, start: float, end: float) -> str:
    """The speaker of most of the time between the two."""
    return max(turns, key=lambda t: min(t[1], end) - max(t[0], start), default=(0, 0, "S1"))[2]
