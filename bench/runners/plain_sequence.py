"""What one writes in an afternoon: faster-whisper, then pyannote.audio's stock pipeline with the
same networks, each word given to the turn that it overlaps most."""

from __future__ import annotations

from common import Job, Segments, Work, main
from stock_speakers import heard_most, load_speakers


def load(job: Job) -> Work:
    speakers = load_speakers(job)
    from faster_whisper import WhisperModel
    from faster_whisper.audio import decode_audio

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
        words = [word for segment in segments for word in segment.words or ()]
        turns = speakers(decode_audio(job["audio"]))
        out: Segments = []
        for word in words:
            speaker = heard_most(turns, word.start, word.end)
            if out and out[-1]["speaker"] == speaker:
                out[-1]["end"], out[-1]["text"] = word.end, out[-1]["text"] + word.word
            else:
                out.append(
                    {"speaker": speaker, "start": word.start, "end": word.end, "text": word.word}
                )
        return out

    return work


main(load)
