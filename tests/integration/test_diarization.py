"""Diarisation with the real weights."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import Diarization, SpeakerCount
from consultation.transcript import Turn
from evaluation.der import diarization_errors
from evaluation.sounds import SOUNDS
from transcribe.audio import decode
from transcribe.diarize import PyannoteDiarizer

pytestmark = pytest.mark.slow

WORST = {"fr": 0.06, "en": 0.08}
"""Diarisation error rates that are measured, with some room; no collar, overlaps scored."""


@pytest.fixture(scope="module")
def diarizer(weights: Callable[[str], Path]) -> PyannoteDiarizer:
    return PyannoteDiarizer(
        weights("pyannote-segmentation-3.0") / "pytorch_model.bin",
        weights("campplus") / "campplus_cn_en_common.pt",
    )


@pytest.fixture(scope="module")
def recordings(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Samples]:
    return {
        language: decode(
            samples / f"consult_{language}.flac",
            tmp_path_factory.mktemp(language),
            max_seconds=600,
        ).waveform[0]
        for language in WORST
    }


@pytest.fixture(scope="module")
def references(samples: Path) -> dict[str, list[Turn]]:
    return {language: read_rttm(samples / f"consult_{language}.rttm") for language in WORST}


def read_rttm(path: Path) -> list[Turn]:
    rows = [line.split() for line in path.read_text().splitlines()]
    return [
        Turn(speaker=row[7], start=float(row[3]), end=float(row[3]) + float(row[4])) for row in rows
    ]


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Addresses that somebody tried to reach; the attempt fails."""
    tried: list[object] = []

    def refuse(_: socket.socket, address: object) -> None:
        tried.append(address)
        raise OSError("no connection is allowed here")

    def no_name(host: object, *_: object, **__: object) -> None:
        tried.append(host)
        raise OSError("no name is resolved here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    return tried


def speakers_of(found: Diarization) -> set[str]:
    return {turn.speaker for turn in found.turns}


@pytest.mark.parametrize("language", WORST)
def test_error_rates_of_the_samples(
    diarizer: PyannoteDiarizer,
    recordings: dict[str, Samples],
    references: dict[str, list[Turn]],
    language: str,
) -> None:
    recording = recordings[language]
    found = diarizer.diarize(recording, speakers=SpeakerCount())
    duration = len(recording) / SAMPLE_RATE
    errors = diarization_errors(references[language], found.turns, duration)
    assert errors.found_speakers == 2
    assert errors.strict.rate is not None
    assert errors.strict.rate < WORST[language]
    assert errors.strict.confusion / errors.strict.speech < 0.01
    # Names are in order of first speech; exclusive turns never overlap.
    assert found.turns[0].speaker == "S1"
    ends = 0.0
    for turn in found.exclusive:
        assert turn.start >= ends - 0.001
        ends = turn.end
    assert ends <= duration + 0.0005


def test_the_recording_level_does_not_matter(
    diarizer: PyannoteDiarizer, recordings: dict[str, Samples], references: dict[str, list[Turn]]
) -> None:
    quiet = (recordings["fr"] * 0.01).astype(np.float32)
    found = diarizer.diarize(quiet, speakers=SpeakerCount())
    errors = diarization_errors(references["fr"], found.turns, len(quiet) / SAMPLE_RATE)
    assert errors.strict.rate is not None
    assert errors.strict.rate < WORST["fr"] + 0.02


@pytest.mark.parametrize("seconds", [0.2, 3.0, 25.0])
@pytest.mark.parametrize("sound", ["nothing", "silence", "white noise", "pink noise", "hum"])
def test_nobody_speaks(diarizer: PyannoteDiarizer, sound: str, seconds: float) -> None:
    found = diarizer.diarize(SOUNDS[sound](seconds), speakers=SpeakerCount())
    assert (found.turns, found.exclusive) == ((), ())


def test_a_dial_tone_is_nobody(diarizer: PyannoteDiarizer) -> None:
    """Heard long enough: a second of it alone is taken for a voice."""
    found = diarizer.diarize(SOUNDS["dial tone"](25.0), speakers=SpeakerCount())
    assert (found.turns, found.exclusive) == ((), ())


@pytest.mark.parametrize("exact", [1, 2, 3])
def test_an_exact_count_is_honoured(
    diarizer: PyannoteDiarizer, recordings: dict[str, Samples], exact: int
) -> None:
    part = recordings["fr"][: 40 * SAMPLE_RATE]
    found = diarizer.diarize(part, speakers=SpeakerCount(exact=exact))
    assert speakers_of(found) == {f"S{i + 1}" for i in range(exact)}


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [(SpeakerCount(maximum=1), 1), (SpeakerCount(minimum=2, maximum=3), 2)],
)
def test_bounds_are_honoured(
    diarizer: PyannoteDiarizer, recordings: dict[str, Samples], bounds: SpeakerCount, expected: int
) -> None:
    part = recordings["en"][: 40 * SAMPLE_RATE]
    assert len(speakers_of(diarizer.diarize(part, speakers=bounds))) == expected


def test_a_monologue_has_one_speaker(
    diarizer: PyannoteDiarizer, recordings: dict[str, Samples], references: dict[str, list[Turn]]
) -> None:
    doctor = np.concatenate(
        [
            recordings["fr"][int(t.start * SAMPLE_RATE) : int(t.end * SAMPLE_RATE)]
            for t in references["fr"]
            if t.speaker == references["fr"][0].speaker
        ]
    )
    assert speakers_of(diarizer.diarize(doctor, speakers=SpeakerCount())) == {"S1"}


@pytest.mark.parametrize("seconds", [0.15, 0.7, 1.5, 4.0])
@pytest.mark.parametrize("bounds", [SpeakerCount(), SpeakerCount(exact=2)])
def test_a_few_words_are_no_reason_to_fail(
    diarizer: PyannoteDiarizer,
    recordings: dict[str, Samples],
    references: dict[str, list[Turn]],
    seconds: float,
    bounds: SpeakerCount,
) -> None:
    start = int(references["en"][0].start * SAMPLE_RATE)
    part = recordings["en"][start : start + int(seconds * SAMPLE_RATE)]
    found = diarizer.diarize(part, speakers=bounds)
    assert all(turn.end <= seconds + 0.0005 for turn in found.turns)
    assert bool(found.turns) or seconds < 1


def test_the_same_recording_gives_the_same_turns(
    diarizer: PyannoteDiarizer, recordings: dict[str, Samples]
) -> None:
    part = recordings["en"][: 20 * SAMPLE_RATE]
    first, second = (diarizer.diarize(part, speakers=SpeakerCount()) for _ in range(2))
    assert first == second


def test_nothing_is_sent_anywhere(
    weights: Callable[[str], Path],
    recordings: dict[str, Samples],
    no_sockets: list[object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYANNOTE_METRICS_ENABLED", "true")
    diarizer = PyannoteDiarizer(
        weights("pyannote-segmentation-3.0") / "pytorch_model.bin",
        weights("campplus") / "campplus_cn_en_common.pt",
    )
    found = diarizer.diarize(recordings["en"][: 10 * SAMPLE_RATE], speakers=SpeakerCount())
    assert found.turns
    # Telemetry would leave in a thread, half a second later at most: make it leave now.
    from pyannote.audio.telemetry.metrics import provider

    assert provider.force_flush(5000)
    assert no_sockets == []


def test_models_are_the_published_ones(diarizer: PyannoteDiarizer) -> None:
    used = {use.task: use for use in diarizer.models()}
    assert set(used) == {"segmentation", "speaker-embedding"}
    assert (used["segmentation"].sha256 or "").startswith("da85c29829d4")
    assert (used["speaker-embedding"].sha256 or "").startswith("92f29b94e694")
    assert all(use.engine.startswith("pyannote.audio 4.") for use in used.values())


def test_embeddings_tell_the_voices_apart(
    weights: Callable[[str], Path],
    recordings: dict[str, Samples],
    references: dict[str, list[Turn]],
) -> None:
    """The state dict fits our network strictly, and the network means what it should."""
    import torch

    from transcribe.campplus import CAMPPlusEmbedding

    model = CAMPPlusEmbedding(weights("campplus") / "campplus_cn_en_common.pt")
    rows: list[Any] = []
    who: list[str] = []
    for turn in references["en"]:
        if turn.end - turn.start >= 2:
            start = int(turn.start * SAMPLE_RATE)
            part = np.array(recordings["en"][start : start + 2 * SAMPLE_RATE])
            with torch.inference_mode():
                rows.append(model(torch.from_numpy(part)[None, None])[0].numpy())
            who.append(turn.speaker)
    vectors = np.array(rows) / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = vectors @ vectors.T
    same = np.array(who)[:, None] == np.array(who)
    others = same & ~np.eye(len(who), dtype=bool)
    assert len(set(who)) == 2
    assert cosines[others].min() > 0.45
    assert cosines[~same].max() < 0.4
