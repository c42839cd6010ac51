"""WhisperX as its README runs it, less its alignment: its recognition, then pyannote.audio's
pipeline, which its DiarizationPipeline wraps, with the same networks as ours. The alignment asks
for weights that only a hub gives, so no word has a time: a segment goes to who spoke most of it.
"""

from __future__ import annotations

from common import Job, Segments, Work, main, samples
from stock_speakers import heard_most, load_speakers
from whisperx_model import load as load_words


def load(job: Job) -> Work:
    speakers = load_speakers(job)
    words = load_words(job)

    def work() -> Segments:
        segments = words()
        turns = speakers(samples(job))
        return [s | {"speaker": heard_most(turns, s["start"], s["end"])} for s in segments]

    return work


main(load)
