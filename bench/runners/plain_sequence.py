"""What one writes in an afternoon: faster-whisper, then pyannote.audio's stock pipeline with the
same networks, each word given to the turn that it overlaps most."""

from __future__ import annotations

from pathlib import Path

from common import Job, Segments, Work, main


def load(job: Job) -> Work:
    import torch
    from faster_whisper import WhisperModel
    from faster_whisper.audio import decode_audio

    from transcribe.diarize import _readable, _segmentation, load_libraries

    # First: torchaudio, which the next ones import, wants to be spared an extension on a CPU.
    load_libraries()
    from pyannote.audio.pipelines import SpeakerDiarization

    from transcribe.campplus import CAMPPlusEmbedding
    from transcribe.dense import NoPLDA

    model = WhisperModel(
        job["whisper"],
        device=job["device"],
        compute_type=job["compute_type"],
        cpu_threads=job["threads"],
        local_files_only=True,
    )
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

    def work() -> Segments:
        segments, _ = model.transcribe(
            job["audio"], language=job["language"], vad_filter=True, word_timestamps=True
        )
        words = [word for segment in segments for word in segment.words or ()]
        samples = torch.from_numpy(decode_audio(job["audio"]))[None]
        found = pipeline({"waveform": samples, "sample_rate": 16000})
        annotation = getattr(found, "speaker_diarization", found)
        turns = [(t.start, t.end, name) for t, _, name in annotation.itertracks(yield_label=True)]
        out: Segments = []
        for word in words:
            speaker = max(
                turns,
                key=lambda t: min(t[1], word.end) - max(t[0], word.start),
                default=(0, 0, "S1"),
            )[2]
            if out and out[-1]["speaker"] == speaker:
                out[-1]["end"], out[-1]["text"] = word.end, out[-1]["text"] + word.word
            else:
                out.append(
                    {"speaker": speaker, "start": word.start, "end": word.end, "text": word.word}
                )
        return out

    return work


main(load)
