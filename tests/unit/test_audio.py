"""Decoding: every format, every fault. The files are made here, by FFmpeg itself."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultation.audio import SAMPLE_RATE
from consultation.errors import (
    AudioTooLong,
    AudioTooShort,
    DiskFull,
    EmptyFile,
    InputError,
    NoAudioStream,
    TruncatedAudio,
    UnreadableFile,
    UnsupportedAudio,
)
from transcribe.audio import Decoded, decode, mono
from transcribe.waveform import mix

SECONDS = 2.0

shared_folder = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
"""Each example writes over the files of the one before."""


def tones(rate: int, channels: int, seconds: float = SECONDS) -> np.ndarray:
    """A tone of its own in each channel: 440 Hz, 880 Hz…"""
    time = np.arange(int(seconds * rate)) / rate
    waves = [0.3 * np.sin(2 * np.pi * 440 * (n + 1) * time) for n in range(channels)]
    return np.stack(waves).astype(np.float32)


def encode(
    target: Any,
    container: str,
    codec: str,
    rate: int = 16_000,
    layout: str = "mono",
    *,
    samples: np.ndarray | None = None,
    options: dict[str, str] | None = None,
    drop: tuple[float, float] | None = None,
    delay: float = 0.0,
    video: bool = False,
) -> None:
    """Write a file; ``drop`` leaves out the packets between two times."""
    if samples is None:
        samples = tones(rate, av.AudioLayout(layout).nb_channels)
    with av.open(target, "w", format=container, options=options or {}) as output:
        picture = output.add_stream("mpeg4", rate=10, width=32, height=32) if video else None
        stream = output.add_stream(codec, rate=rate, layout=layout)
        stream.codec_context.options = {"strict": "experimental"}
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples), format="fltp", layout=layout
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        output.start_encoding()
        resampler = av.AudioResampler(
            stream.codec_context.format, layout, rate, stream.codec_context.frame_size or None
        )
        if picture is not None:
            for n in range(10):
                image = av.VideoFrame(32, 32, "yuv420p")
                image.pts = n
                output.mux(picture.encode(image))
            output.mux(picture.encode(None))
        frames = [*resampler.resample(frame), *resampler.resample(None), None]
        for part in frames:
            for packet in stream.encode(part):
                time = float(packet.pts * packet.time_base)
                if drop and drop[0] <= time < drop[1]:
                    continue
                if delay:
                    packet.pts += round(delay / packet.time_base)
                    packet.dts = packet.pts
                output.mux(packet)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "decoded"
    path.mkdir()
    return path


@pytest.fixture
def read(folder: Path) -> Callable[..., Decoded]:
    def _read(path: Path, **options: Any) -> Decoded:
        return decode(path, folder, **{"max_seconds": 60.0, **options})

    return _read


def pitch(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(np.asarray(samples) * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * SAMPLE_RATE / len(samples))


def loudness(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.asarray(samples, dtype=np.float64) ** 2)))


FORMATS = [
    ("wav", "pcm_u8", 16_000, "mono"),
    ("wav", "pcm_s16le", 44_100, "stereo"),
    ("wav", "pcm_s24le", 48_000, "mono"),
    ("wav", "pcm_f32le", 96_000, "stereo"),
    ("wav", "pcm_f64le", 16_000, "mono"),
    ("wav", "pcm_alaw", 8_000, "mono"),
    ("wav", "pcm_mulaw", 8_000, "stereo"),
    ("wav", "adpcm_ima_wav", 22_050, "mono"),
    ("mp3", "libmp3lame", 44_100, "stereo"),
    ("mp3", "libmp3lame", 22_050, "mono"),
    ("ipod", "aac", 44_100, "mono"),
    ("ipod", "alac", 44_100, "stereo"),
    ("adts", "aac", 48_000, "stereo"),
    ("flac", "flac", 48_000, "mono"),
    ("ogg", "libopus", 48_000, "stereo"),
    ("ogg", "vorbis", 44_100, "stereo"),
    ("webm", "libopus", 48_000, "mono"),
    ("matroska", "flac", 22_050, "mono"),
    ("aiff", "pcm_s16be", 44_100, "mono"),
    ("amr", "libopencore_amrnb", 8_000, "mono"),
    ("caf", "alac", 44_100, "mono"),
    ("au", "pcm_mulaw", 8_000, "mono"),
    ("mpegts", "aac", 48_000, "mono"),
]


@pytest.mark.parametrize(("container", "codec", "rate", "layout"), FORMATS)
def test_every_format(
    tmp_path: Path,
    read: Callable[..., Decoded],
    container: str,
    codec: str,
    rate: int,
    layout: str,
) -> None:
    path = tmp_path / "no-extension"
    encode(str(path), container, codec, rate, layout)
    decoded = read(path)
    channels = 2 if layout == "stereo" else 1
    recording = decoded.recording
    assert recording.sample_rate == rate
    assert recording.channels == channels
    assert recording.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert recording.duration == pytest.approx(SECONDS, abs=0.08)
    assert recording.duration == round(decoded.waveform.shape[1] / SAMPLE_RATE, 3)
    assert decoded.waveform.dtype == np.float32
    assert isinstance(decoded.waveform, np.memmap)
    for n, channel in enumerate(decoded.waveform):
        middle = channel[8_000:24_000]
        assert channel.flags.c_contiguous
        assert pitch(middle) == pytest.approx(440 * (n + 1), abs=2)
        assert loudness(middle) == pytest.approx(0.3 / 2**0.5, rel=0.2)


def test_video_keeps_its_sound(tmp_path: Path, read: Callable[..., Decoded]) -> None:
    path = tmp_path / "film.mp4"
    encode(str(path), "mp4", "aac", 44_100, video=True)
    assert pitch(read(path).waveform[0][8_000:24_000]) == pytest.approx(440, abs=2)


def test_sound_that_starts_late_in_a_video_stays_late(
    tmp_path: Path, read: Callable[..., Decoded]
) -> None:
    path = tmp_path / "film.mkv"
    encode(str(path), "matroska", "flac", 16_000, video=True, delay=0.5)
    samples = read(path).waveform[0]
    assert loudness(samples[:7_500]) == 0
    assert loudness(samples[8_500:16_000]) > 0.1
    assert len(samples) / SAMPLE_RATE == pytest.approx(2.5, abs=0.05)


def test_a_browser_recording_states_no_duration(
    tmp_path: Path, read: Callable[..., Decoded]
) -> None:
    class Pipe(io.RawIOBase):
        """Cannot seek, like a browser's MediaRecorder."""

        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return False

        def write(self, data: Any) -> int:
            self.content += data
            return len(data)

    pipe = Pipe()
    encode(pipe, "webm", "libopus", 48_000, options={"live": "1"})
    path = tmp_path / "recorded.webm"
    path.write_bytes(pipe.content)
    with av.open(str(path)) as container:
        assert container.duration is None
    reports: list[tuple[str, float, float]] = []
    decoded = read(path, progress=lambda *report: reports.append(report))
    assert decoded.recording.duration == pytest.approx(SECONDS, abs=0.05)
    assert reports[-1] == ("decode", pytest.approx(SECONDS), pytest.approx(SECONDS))


@pytest.mark.parametrize("channels", [3, 4, 6, 8, 12, 16])
def test_many_channels_become_their_mean(
    tmp_path: Path, read: Callable[..., Decoded], channels: int
) -> None:
    samples = np.random.default_rng(0).integers(-9000, 9000, (16_000, channels), dtype=np.int16)
    path = tmp_path / "array.wav"
    write_wav(path, samples)
    decoded = read(path)
    assert decoded.recording.channels == channels
    expected = samples.astype(np.float64).mean(axis=1) / 32768
    np.testing.assert_allclose(decoded.waveform[0], expected, atol=1e-6)


def write_wav(path: Path, samples: np.ndarray, rate: int = SAMPLE_RATE) -> None:
    """``samples`` (n, channels) int16."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())


def test_nothing_folds_back_when_resampling(tmp_path: Path, read: Callable[..., Decoded]) -> None:
    time = np.arange(96_000) / 48_000
    tone = (0.5 * np.sin(2 * np.pi * 9_000 * time) * 32767).astype(np.int16)
    write_wav(tmp_path / "high.wav", tone[:, None], 48_000)
    samples = read(tmp_path / "high.wav").waveform[0]
    assert 20 * np.log10(loudness(samples[1000:-1000]) / (0.5 / 2**0.5)) < -80


def test_rate_and_layout_may_change_on_the_way(
    tmp_path: Path, read: Callable[..., Decoded]
) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    encode(first, "adts", "aac", 48_000, "stereo")
    encode(second, "adts", "aac", 22_050, "mono")
    path = tmp_path / "two.aac"
    path.write_bytes(first.getvalue() + second.getvalue())
    waveform = read(path).waveform
    assert waveform.shape[0] == 2
    assert waveform.shape[1] / SAMPLE_RATE == pytest.approx(2 * SECONDS, abs=0.2)
    assert pitch(waveform[1][8_000:24_000]) == pytest.approx(880, abs=2)
    assert pitch(waveform[1][40_000:56_000]) == pytest.approx(440, abs=2)


def test_lost_packets_leave_silence_of_their_length(
    tmp_path: Path, read: Callable[..., Decoded]
) -> None:
    path = tmp_path / "holes.webm"
    encode(str(path), "webm", "libopus", 48_000, drop=(0.8, 1.3))
    samples = read(path).waveform[0]
    assert len(samples) / SAMPLE_RATE == pytest.approx(SECONDS, abs=0.05)
    assert loudness(samples[int(0.9 * SAMPLE_RATE) : int(1.25 * SAMPLE_RATE)]) < 1e-3
    assert loudness(samples[int(1.4 * SAMPLE_RATE) : int(1.9 * SAMPLE_RATE)]) > 0.15


def test_a_little_damage_is_tolerated_and_keeps_the_time(
    tmp_path: Path, read: Callable[..., Decoded]
) -> None:
    samples = np.concatenate([tones(16_000, 1, 8), tones(16_000, 2, 8)[1:]], axis=1)
    path = tmp_path / "damaged.mka"
    encode(str(path), "matroska", "flac", 16_000, samples=samples)
    content = bytearray(path.read_bytes())
    middle = len(content) // 4
    content[middle : middle + 300] = bytes(300)
    path.write_bytes(content)
    decoded = read(path)
    assert decoded.recording.duration == pytest.approx(16, abs=0.3)
    assert pitch(decoded.waveform[0][9 * SAMPLE_RATE : 15 * SAMPLE_RATE]) == pytest.approx(
        880, 0.01
    )


def test_much_damage_is_refused(tmp_path: Path, folder: Path, read: Callable[..., Decoded]) -> None:
    path = tmp_path / "ruined.m4a"
    encode(str(path), "ipod", "aac", 44_100, samples=tones(44_100, 1, 20))
    content = bytearray(path.read_bytes())
    noise = np.random.default_rng(3).integers(0, 256, len(content), dtype=np.uint8).tobytes()
    start = content.index(b"mdat") + 8
    stop = content.index(b"moov") - 8
    content[start:stop] = noise[start:stop]
    path.write_bytes(content)
    with pytest.raises(UnsupportedAudio):
        read(path)
    assert not list(folder.iterdir())


def test_float_recordings_over_full_scale_are_scaled_not_clipped(
    tmp_path: Path, read: Callable[..., Decoded]
) -> None:
    path = tmp_path / "loud.wav"
    loud = tones(16_000, 1) * 10
    loud[0, 100] = np.nan
    encode(str(path), "wav", "pcm_f32le", samples=loud)
    samples = read(path).waveform[0]
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() == pytest.approx(1)
    assert loudness(samples) == pytest.approx(1 / 2**0.5, rel=0.01)


@shared_folder
@given(
    values=st.lists(st.integers(-32768, 32767), min_size=1, max_size=50),
    channels=st.integers(1, 2),
)
def test_sixteen_bits_at_16_khz_are_exact(
    tmp_path: Path, folder: Path, values: list[int], channels: int
) -> None:
    samples = np.resize(np.array(values, dtype=np.int16), (6_000, channels))
    write_wav(tmp_path / "exact.wav", samples)
    decoded = decode(tmp_path / "exact.wav", folder, max_seconds=60)
    np.testing.assert_array_equal(decoded.waveform, samples.T.astype(np.float32) / 32768)


# Faults


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    paths = {}
    for name, arguments in {
        "wav": ("wav", "pcm_s16le"),
        "mp3": ("mp3", "libmp3lame", 44_100),
        "flac": ("flac", "flac"),
        "ogg": ("ogg", "libopus", 48_000),
        "webm": ("webm", "libopus", 48_000),
        "m4a": ("ipod", "aac", 44_100),
    }.items():
        path = tmp_path / f"whole.{name}"
        options = {"movflags": "faststart"} if name == "m4a" else None
        encode(str(path), *arguments, options=options)
        paths[name] = path
    return paths


def test_empty_file(tmp_path: Path, read: Callable[..., Decoded]) -> None:
    (tmp_path / "empty.wav").touch()
    with pytest.raises(EmptyFile):
        read(tmp_path / "empty.wav")


def test_unreadable_files(tmp_path: Path, read: Callable[..., Decoded]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing-dupont.wav", tmp_path, tmp_path / "pipe", Path("a\0b")):
        with pytest.raises(UnreadableFile) as caught:
            read(path)
        assert "dupont" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_permission(tmp_path: Path, read: Callable[..., Decoded]) -> None:
    path = tmp_path / "secret.wav"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(UnreadableFile):
        read(path)


@pytest.mark.parametrize(
    "content",
    [
        b"Bonjour, ceci est un texte.\n" * 400,
        np.random.default_rng(7).bytes(100_000),
        bytes(50_000),
        b"RIFF\xff\xff\xff\xffWAVE",
        b"RIFF",
        b"\xff\xfb\x90",
        b"OggS" + bytes(100),
        b"%PDF-1.7\n" + bytes(1000),
        b"PK\x03\x04" + bytes(1000),
    ],
)
def test_not_a_recording(
    tmp_path: Path, folder: Path, read: Callable[..., Decoded], content: bytes
) -> None:
    path = tmp_path / "dupont.wav"
    path.write_bytes(content)
    with pytest.raises(UnsupportedAudio) as caught:
        read(path)
    assert "dupont" not in str(caught.value)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("name", ["wav", "mp3", "flac", "ogg", "webm", "m4a"])
def test_truncated(
    tmp_path: Path,
    folder: Path,
    read: Callable[..., Decoded],
    files: dict[str, Path],
    name: str,
) -> None:
    path = tmp_path / f"cut.{name}"
    path.write_bytes(files[name].read_bytes()[: int(files[name].stat().st_size * 0.62)])
    with pytest.raises(TruncatedAudio):
        read(path)
    assert not list(folder.iterdir())
    assert 0.5 < read(path, allow_truncated=True).recording.duration < 1.7


def test_an_m4a_without_its_index_cannot_be_read(
    tmp_path: Path, read: Callable[..., Decoded]
) -> None:
    path = tmp_path / "index-last.m4a"
    encode(str(path), "ipod", "aac", 44_100)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(UnsupportedAudio):
        read(path, allow_truncated=True)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_wav_of_unknown_length_is_not_truncated(
    tmp_path: Path, read: Callable[..., Decoded], files: dict[str, Path], size: int
) -> None:
    content = bytearray(files["wav"].read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = size.to_bytes(4, "little")
    (tmp_path / "streamed.wav").write_bytes(content)
    assert read(tmp_path / "streamed.wav").recording.duration == pytest.approx(SECONDS, abs=0.05)


def test_an_mp3_without_a_length_is_not_truncated(
    tmp_path: Path, read: Callable[..., Decoded]
) -> None:
    path = tmp_path / "cbr.mp3"
    encode(str(path), "mp3", "libmp3lame", 44_100, options={"write_xing": "0"})
    path.write_bytes(path.read_bytes()[:-5000])
    assert 1 < read(path).recording.duration < 2


def test_too_short(tmp_path: Path, folder: Path, read: Callable[..., Decoded]) -> None:
    for length in (0, 1, 1_600):
        write_wav(tmp_path / "short.wav", np.ones((length, 1), dtype=np.int16))
        with pytest.raises(AudioTooShort):
            read(tmp_path / "short.wav")
        assert not list(folder.iterdir())


def test_too_long_is_refused_before_decoding(
    tmp_path: Path, folder: Path, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unexpected(*_: Any) -> None:
        raise AssertionError("decoding began")

    monkeypatch.setattr("transcribe.audio.WaveformWriter", unexpected)
    for name in ("wav", "mp3", "flac", "webm", "m4a"):
        (tmp_path / name).write_bytes(files[name].read_bytes())
        with pytest.raises(AudioTooLong):
            decode(tmp_path / name, folder, max_seconds=1.5)


def test_too_long_is_refused_while_decoding_when_the_header_lies(
    tmp_path: Path, folder: Path, files: dict[str, Path]
) -> None:
    content = bytearray(files["wav"].read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = (0).to_bytes(4, "little")
    (tmp_path / "lie.wav").write_bytes(content)
    with pytest.raises(AudioTooLong):
        decode(tmp_path / "lie.wav", folder, max_seconds=1.5)
    assert not list(folder.iterdir())


def test_video_without_sound(tmp_path: Path, read: Callable[..., Decoded]) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=10, width=32, height=32)
        for n in range(10):
            frame = av.VideoFrame(32, 32, "yuv420p")
            frame.pts = n
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    with pytest.raises(NoAudioStream):
        read(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_disk_full(tmp_path: Path, folder: Path, read: Callable[..., Decoded]) -> None:
    (folder / "waveform.f32").symlink_to("/dev/full")
    encode(str(tmp_path / "a.wav"), "wav", "pcm_s16le")
    with pytest.raises(DiskFull):
        read(tmp_path / "a.wav")
    assert not list(folder.iterdir())


def test_a_playlist_opens_neither_sockets_nor_files(
    tmp_path: Path, read: Callable[..., Decoded], files: dict[str, Path]
) -> None:
    (tmp_path / "target.wav").write_bytes(files["wav"].read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        lists = [
            f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://{address}/a.ts\n#EXT-X-ENDLIST",
            f"#EXTM3U\n#EXTINF:9,\n{tmp_path / 'target.wav'}\n",
            f"ffconcat version 1.0\nfile {tmp_path / 'target.wav'}\n",
            f"ffconcat version 1.0\nfile http://{address}/a.wav\n",
            f"v=0\no=- 0 0 IN IP4 {address}\ns=x\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
            f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>http://{address}/</BaseURL></MPD>',
        ]
        for text in lists:
            (tmp_path / "list.wav").write_text(text)
            with pytest.raises(UnsupportedAudio):
                read(tmp_path / "list.wav")
        with pytest.raises(UnreadableFile):
            read(Path(f"http://{address}/a.wav"))
        with pytest.raises(TimeoutError):
            server.accept()


@shared_folder
@given(
    name=st.sampled_from(["wav", "mp3", "flac", "ogg", "webm", "m4a"]),
    place=st.floats(0, 0.999),
    damage=st.binary(max_size=80),
    left=st.floats(0.25, 1),
)
def test_damage_anywhere_gives_sound_or_a_typed_error(
    tmp_path: Path,
    folder: Path,
    files: dict[str, Path],
    name: str,
    place: float,
    damage: bytes,
    left: float,
) -> None:
    for left_over in folder.iterdir():
        left_over.unlink()
    content = bytearray(files[name].read_bytes())
    at = int(place * len(content))
    content[at : at + 40] = damage
    del content[int(left * len(content)) :]
    (tmp_path / "damaged").write_bytes(content)
    try:
        decoded = decode(tmp_path / "damaged", folder, max_seconds=60, allow_truncated=True)
    except InputError:
        assert not list(folder.iterdir())
    else:
        assert np.isfinite(decoded.waveform).all()
        assert np.abs(decoded.waveform).max() <= 1


# Two channels as one


def test_mono_is_the_mean(tmp_path: Path, read: Callable[..., Decoded]) -> None:
    path = tmp_path / "stereo.wav"
    encode(str(path), "wav", "pcm_f32le", layout="stereo")
    decoded = read(path)
    mixed = mono(decoded)
    assert isinstance(mixed, np.memmap)
    np.testing.assert_allclose(mixed, decoded.waveform.mean(axis=0), atol=1e-6)


def test_mono_of_one_channel_copies_nothing(tmp_path: Path, read: Callable[..., Decoded]) -> None:
    path = tmp_path / "mono.wav"
    encode(str(path), "wav", "pcm_s16le")
    decoded = read(path)
    assert np.shares_memory(mono(decoded), decoded.waveform)


@pytest.mark.parametrize(
    ("left", "right"), [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (1.0, -1.0), (1.0, -0.7)]
)
def test_mono_never_cancels_a_voice(tmp_path: Path, left: float, right: float) -> None:
    voice = np.random.default_rng(0).normal(0, 0.1, 32_000).astype(np.float32)
    mixed = mix(np.stack([left * voice, right * voice]).astype(np.float32), tmp_path)
    assert abs(np.corrcoef(mixed, voice)[0, 1]) == pytest.approx(1)
    assert loudness(mixed) >= 0.8 * loudness(voice)
