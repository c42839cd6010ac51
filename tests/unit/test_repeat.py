"""A short recording repeated: its sound and its references."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from consultation.errors import EmptyFile
from evaluation.manifest import Entry, load_reference, read
from jobs.repeat import repeat
from transcribe.audio import decode


def tone(path: Path, seconds: float, channels: int) -> None:
    """A rising ramp a channel, so that places can be told apart."""
    ramp = np.linspace(0, 20_000, round(seconds * 16_000)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.stack([ramp // (c + 1) for c in range(channels)], axis=1).tobytes())


def entry(folder: Path, channels: int, **references: object) -> Entry:
    tone(folder / "a.wav", 1.5, channels)
    raw = {"id": "a", "audio": "a.wav", "language": "fr", **references}
    (folder / "manifest.json").write_text(json.dumps([raw]), "utf-8")
    return read(folder)[0]


@pytest.mark.parametrize("channels", [1, 2])
def test_sound_and_turns(tmp_path: Path, channels: int) -> None:
    turns = [{"speaker": "D", "start": 0.25, "end": 1.0, "text": "oui"}]
    (tmp_path / "turns.json").write_text(json.dumps(turns), "utf-8")
    made = repeat(
        entry(tmp_path, channels, turns="turns.json"), 0.06, tmp_path / "long", max_seconds=60
    )
    assert made.id == "a-x3"
    (tmp_path / "work").mkdir()
    decoded = decode(made.audio, tmp_path / "work", max_seconds=60)
    assert decoded.waveform.shape == (channels, 3 * 24_000)
    first, second = decoded.waveform[:, :24_000], decoded.waveform[:, 24_000:48_000]
    assert np.array_equal(first, second)
    assert first[-1, -1] == pytest.approx(20_000 / 32_768 / channels, abs=0.01)
    reference = load_reference(made)
    assert reference.text == "oui\noui\noui"
    assert [(t.start, t.end) for t in reference.timed] == [(0.25, 1.0), (1.75, 2.5), (3.25, 4.0)]
    assert [t.start for t in reference.spoken] == [0.25, 1.75, 3.25]


def test_text_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("oui", "utf-8")
    made = repeat(entry(tmp_path, 1, text="a.txt"), 0.05, tmp_path / "long", max_seconds=60)
    reference = load_reference(made)
    assert (reference.text, reference.spoken, reference.timed) == ("oui\noui", (), ())


def test_a_file_without_sound(tmp_path: Path) -> None:
    one = entry(tmp_path, 1)
    one.audio.write_bytes(b"")
    with pytest.raises(EmptyFile):
        repeat(one, 1, tmp_path / "long", max_seconds=60)
