"""Bad input at the command line: a code, a hint, an exit code, and nothing left behind."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli import app
from consultation.settings import Settings
from tests.unit.talk import transcript

runner = CliRunner()


def encode(path: Path, codec: str, seconds: float) -> Path:
    rate = 16_000
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        tone = np.sin(np.arange(int(rate * seconds)) * 0.05) * 8000
        frame = av.AudioFrame.from_ndarray(tone.astype(np.int16)[None], layout="mono")
        frame.rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=stream.rate)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            for packet in stream.encode(part):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def empty(folder: Path) -> Path:
    (folder / "empty.wav").touch()
    return folder / "empty.wav"


def text(folder: Path) -> Path:
    (folder / "letter.wav").write_text("Cher confrère, je vous adresse Madame Canari.\n" * 50)
    return folder / "letter.wav"


def truncated(folder: Path) -> Path:
    path = encode(folder / "cut.mp3", "mp3", 20)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 4])
    return path


def silent_film(folder: Path) -> Path:
    path = folder / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(5):
            image = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            for packet in stream.encode(image):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def short(folder: Path) -> Path:
    return encode(folder / "short.wav", "pcm_s16le", 0.1)


def ten_hours(folder: Path) -> Path:
    """A WAV header of ten hours over a file with a hole: refused before it is decoded."""
    path = encode(folder / "long.wav", "pcm_s16le", 1)
    data = bytearray(path.read_bytes())
    size = 16_000 * 2 * 36_000
    at = data.index(b"data")
    data[at + 4 : at + 8] = size.to_bytes(4, "little")
    data[4:8] = (size + at).to_bytes(4, "little")
    path.write_bytes(data)
    os.truncate(path, at + 8 + size)
    return path


def nowhere(folder: Path) -> Path:
    return folder / "nowhere.wav"


def directory(folder: Path) -> Path:
    return folder


BAD: list[tuple[Callable[[Path], Path], str]] = [
    (empty, "empty_file"),
    (text, "unsupported_audio"),
    (truncated, "truncated_audio"),
    (silent_film, "no_audio_stream"),
    (short, "audio_too_short"),
    (ten_hours, "audio_too_long"),
    (nowhere, "unreadable_file"),
    (directory, "unreadable_file"),
]


@pytest.mark.parametrize(("make", "code"), BAD, ids=[make.__name__ for make, _ in BAD])
def test_bad_recordings(
    make: Callable[[Path], Path], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, out = tmp_path / "tmp", tmp_path / "out"
    work.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(work))
    file = make(tmp_path)
    result = runner.invoke(app, ["run", str(file), "--json", "--out", str(out)])
    error = json.loads(result.stdout)["error"]
    assert error["code"] == code, error
    assert error["hint"]
    assert "Canari" not in result.output
    assert result.exit_code == 2
    assert not out.exists()
    assert list(work.iterdir()) == []


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")

    def no_space(self: Path, target: Path) -> Path:
        with full.open("w") as device:
            device.write("x" * 100_000)
        return target

    monkeypatch.setattr(Path, "replace", no_space)
    from consultation.errors import DiskFull
    from jobs.files import write

    with pytest.raises(DiskFull):
        write(tmp_path / "out" / "transcript.json", "{}")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_model_server_that_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANAMNESE_LLM", "vllm")
    monkeypatch.setenv("ANAMNESE_VLLM_URL", "http://127.0.0.1:9/v1")
    file = tmp_path / "transcript.json"
    file.write_text(transcript("D: Bonjour.", "P: J'ai mal à la tête.").to_json())
    result = runner.invoke(app, ["summarize", str(file), "--json"])
    assert json.loads(result.stdout)["error"]["code"] == "engine_unavailable"
    assert result.exit_code == 5
    assert [path.name for path in tmp_path.iterdir()] == ["transcript.json"]


def test_weights_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANAMNESE_CACHE_FOLDER", str(tmp_path / "cache"))
    monkeypatch.delenv("ANAMNESE_WEIGHTS_FOLDER", raising=False)
    file = encode(tmp_path / "fine.wav", "pcm_s16le", 3)
    result = runner.invoke(app, ["run", str(file), "--json", "--out", str(tmp_path / "out")])
    error = json.loads(result.stdout)["error"]
    assert error["code"] == "weights_missing"
    assert "weights pull" in error["hint"]
    assert result.exit_code == 3
    assert not (tmp_path / "out").exists()


def test_a_language_that_no_note_is_written_in(tmp_path: Path) -> None:
    talk = transcript("D: Guten Tag.", "P: Mir tut der Kopf weh.", language="en")
    file = tmp_path / "transcript.json"
    file.write_text(talk.model_copy(update={"language": "de"}).to_json())
    result = runner.invoke(app, ["summarize", str(file), "--json"])
    assert json.loads(result.stdout)["error"]["code"] == "unsupported_language"
    assert result.exit_code == 2


def test_the_default_limit_is_four_hours() -> None:
    assert Settings.model_fields["max_duration_hours"].default == 4.0
