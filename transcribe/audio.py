"""Any recording → 16 kHz float32, on disk, in bounded memory.

FFmpeg (by PyAV) reads the bytes through a Python file that has no name, with a closed list of
formats and no protocol: playlists and network addresses cannot make it open anything else.

Time is kept: where packets are missing or damaged, silence of the same length takes their place.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, cast

import av
import av.error
import numpy as np
from av.audio.resampler import AudioResampler

from consultation.audio import SAMPLE_RATE, Recording, Samples, Waveform
from consultation.engines import Progress, no_progress
from consultation.errors import (
    AudioTooLong,
    AudioTooShort,
    EmptyFile,
    NoAudioStream,
    TruncatedAudio,
    UnreadableFile,
    UnsupportedAudio,
)
from consultation.wire import to_millisecond
from transcribe.container import ends_mid_page, stated_duration
from transcribe.waveform import WaveformWriter, mix

FORMATS = "wav,w64,mp3,mov,aac,flac,ogg,matroska,aiff,caf,amr,asf,au,mpegts,ac3,avi"
"""FFmpeg demuxers that may be used: files with audio in them, none that points elsewhere."""
CODECS = (
    *("pcm_", "adpcm_", "mp1", "mp2", "mp3", "aac", "alac", "flac", "opus", "vorbis", "speex"),
    *("libopus", "libvorbis", "libspeex", "amrnb", "amrwb", "amr_", "libopencore", "gsm"),
    *("wma", "ac3", "eac3"),
)
"""Prefixes of the decoders that may be used."""

MIN_SECONDS = 0.3
_RATES = range(4_000, 768_001)
_GAP = 0.05
"""Seconds that a timestamp may run ahead of the samples before silence is put in."""
_REWIND = 0.5
"""Seconds that it may fall behind before it is taken for a new time line."""
_LONGEST_GAP = 600.0
"""Seconds; where the file does not state its length, a longer jump is a damaged timestamp."""
_FEW_DAMAGED = 3
_DAMAGED_SHARE = 0.1
_MISSING_SECONDS = 0.3
_MISSING_SHARE = 0.005
_PROGRESS_SECONDS = 10.0

# libswresample's default of 32 taps lets 8.3 kHz fold back at −19 dB; 64 taps: −45 dB.
_FILTER = {"filter_size": "64", "cutoff": "0.97"}


@dataclass(frozen=True)
class Decoded:
    """A recording in the caller's temporary folder."""

    recording: Recording
    waveform: Waveform
    """(channels, samples), one or two channels, memory-mapped, read-only."""
    folder: Path


def decode(
    path: Path,
    folder: Path,
    *,
    max_seconds: float,
    allow_truncated: bool = False,
    progress: Progress = no_progress,
) -> Decoded:
    """Decode a file. Stereo stays two channels; more channels become their mean.

    Args:
        path: the recording; read only.
        folder: where the samples are written; on error nothing is left there.
        max_seconds: of the longest recording that is accepted.
        allow_truncated: accept what is left of a file that was cut.
        progress: called with "decode", seconds done, seconds in all (estimated if not stated).

    Raises:
        UnreadableFile, EmptyFile, UnsupportedAudio, NoAudioStream, TruncatedAudio, AudioTooShort,
        AudioTooLong, DiskFull.
    """
    with _opened(path) as file:
        sha256 = hashlib.file_digest(cast(BufferedReader, file), "sha256").hexdigest()
        with _demuxed(file) as container:
            source = _Source(container, file, max_seconds)
            if source.stated is not None and source.stated > max_seconds:
                raise AudioTooLong(f"The recording lasts over {max_seconds / 3600:g} h.")
            waveform = source.decode(folder, progress)
        cut = source.missing() or ends_mid_page(file, source.container_name)
        try:
            if cut and not allow_truncated:
                raise TruncatedAudio("The recording ends before it says it does.")
            if waveform.shape[1] < MIN_SECONDS * SAMPLE_RATE:
                raise AudioTooShort(f"The recording is shorter than {MIN_SECONDS} s.")
        except (TruncatedAudio, AudioTooShort):
            (folder / "waveform.f32").unlink()
            raise
        recording = Recording(
            sha256=sha256,
            container=source.container_name,
            codec=source.codec,
            sample_rate=source.sample_rate,
            channels=source.channels,
            duration=to_millisecond(waveform.shape[1] / SAMPLE_RATE),
        )
        return Decoded(recording, waveform, folder)


def mono(decoded: Decoded) -> Samples:
    """(samples,): the only channel, or the mix of two; memory-mapped."""
    return mix(decoded.waveform, decoded.folder)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        # Opening a pipe or a device may block for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableFile("This is not a file.")
        file = path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise UnreadableFile("The file cannot be read.") from error
    with file:
        if os.fstat(file.fileno()).st_size == 0:
            raise EmptyFile("The file is empty.")
        yield file


class _Bytes:
    """A file without a name, for FFmpeg must judge by content; it does not close the file."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.seek = file.seek
        self.tell = file.tell


@contextmanager
def _demuxed(file: BinaryIO) -> Iterator[Any]:
    file.seek(0)
    try:
        container = av.open(
            _Bytes(file),
            mode="r",
            container_options={"format_whitelist": FORMATS, "protocol_whitelist": "none"},
            metadata_errors="ignore",
        )
    except (av.error.FFmpegError, EOFError) as error:
        raise UnsupportedAudio("This is not a recording that can be read.") from error
    with container:
        yield container


class _Source:
    """The best audio stream of a container, and what is learnt while it is decoded."""

    def __init__(self, container: Any, file: BinaryIO, max_seconds: float) -> None:
        if not container.streams.audio:
            if container.streams.video:
                raise NoAudioStream("The file holds pictures and no sound.")
            raise UnsupportedAudio("The file holds no sound.")
        stream = container.streams.best("audio") or container.streams.audio[0]
        context = stream.codec_context
        if context is None or not context.codec.name.startswith(CODECS):
            raise UnsupportedAudio("The sound is compressed in an unsupported way.")
        self._container = container
        self._stream = stream
        self._file = file
        self._max_seconds = max_seconds
        self.container_name: str = container.format.name
        self.codec: str = context.codec.canonical_name
        self.sample_rate = 0
        self.channels = 0
        position = file.tell()
        self.stated = stated_duration(file, self.container_name, _duration(container, stream))
        file.seek(position)
        self._written = 0.0
        self._last_packet = 0.0
        """Latest end of a packet of any stream: a video may go on after its sound."""

    def missing(self) -> bool:
        """Whether clearly less was there than was stated."""
        if self.stated is None:
            return False
        slack = max(_MISSING_SECONDS, _MISSING_SHARE * self.stated)
        return max(self._written, self._last_packet) < self.stated - slack

    def decode(self, folder: Path, progress: Progress) -> Waveform:
        frames = self._frames()
        first = next(frames, None)
        if first is None:
            if self.stated:
                raise TruncatedAudio("The recording ends before its sound begins.")
            raise AudioTooShort("The recording holds no sound at all.")
        self.sample_rate = first.sample_rate
        self.channels = first.layout.nb_channels
        with WaveformWriter(folder, 2 if self.channels == 2 else 1) as writer:
            line = _TimeLine(writer, self._latest(), self._max_seconds)
            frame, reported = first, 0.0
            while frame is not None:
                line.add(frame, self._time(frame))
                self._written = line.seconds
                if line.seconds - reported >= _PROGRESS_SECONDS:
                    reported = line.seconds
                    progress("decode", line.seconds, self._total(line.seconds))
                frame = next(frames, None)
            line.flush()
            self._written = line.seconds
            if not writer.samples:
                raise AudioTooShort("The recording holds no sound at all.")
            waveform = writer.finish()
        progress("decode", self._written, self._written)
        return waveform

    def _latest(self) -> float | None:
        """Seconds after which no sound can lie, if known."""
        return None if self.stated is None else self.stated + 1.0

    def _total(self, seconds: float) -> float:
        if self.stated is not None:
            return max(self.stated, seconds)
        size = os.fstat(self._file.fileno()).st_size
        return max(seconds, seconds * size / max(1, self._file.tell()))

    def _time(self, frame: Any) -> float | None:
        """Seconds from the start of the container, as a player counts them."""
        if frame.pts is None or frame.time_base is None:
            return None
        start = 0.0
        if len(self._container.streams) > 1 and self._container.start_time is not None:
            start = self._container.start_time / av.time_base
        elif self._stream.start_time is not None:
            start = float(self._stream.start_time * self._stream.time_base)
        return float(frame.pts * frame.time_base) - start

    def _frames(self) -> Iterator[Any]:
        packets = damaged = frames = 0
        for packet in self._packets():
            if packet is None:
                damaged += 1
                continue
            self._note_end(packet)
            if packet.stream.index != self._stream.index:
                continue
            packets += 1
            try:
                decoded = packet.decode()
            except EOFError:
                continue
            except av.error.FFmpegError:
                damaged += 1
                decoded = []
            if damaged > _FEW_DAMAGED + _DAMAGED_SHARE * max(packets, 50):
                raise UnsupportedAudio("The recording is damaged beyond reading.")
            for frame in decoded:
                if frame.sample_rate not in _RATES or not frame.layout.nb_channels:
                    raise UnsupportedAudio("The recording has an impossible sample rate.")
                frames += 1
                yield frame
        if damaged and (not frames or damaged > _FEW_DAMAGED + _DAMAGED_SHARE * packets):
            raise UnsupportedAudio("The recording is damaged beyond reading.")

    def _packets(self) -> Iterator[Any]:
        """Packets of all streams; None where the container is damaged."""
        for _ in range(2 * _FEW_DAMAGED):
            try:
                yield from self._container.demux()
            except av.error.FFmpegError:
                yield None  # reading goes on after the damage, if FFmpeg finds its way
            else:
                return

    def _note_end(self, packet: Any) -> None:
        if packet.pts is not None and packet.time_base is not None and packet.size:
            start = (self._container.start_time or 0) / av.time_base
            end = float((packet.pts + (packet.duration or 0)) * packet.time_base) - start
            self._last_packet = max(self._last_packet, end)


class _TimeLine:
    """Resamples frames and puts them where their timestamps say."""

    def __init__(self, writer: WaveformWriter, latest: float | None, max_seconds: float) -> None:
        self._writer = writer
        self._latest = latest
        self._max_seconds = max_seconds
        self._resampler: AudioResampler | None = None
        self._kind: tuple[Any, ...] = ()
        self._shift = 0.0
        """Added to timestamps, after a recording that starts again from zero."""
        self.seconds = 0.0
        """Of sound and silence so far."""

    def add(self, frame: Any, time: float | None) -> None:
        if time is not None:
            ahead = time + self._shift - self.seconds
            if ahead < -_REWIND or ahead > self._gap_limit():
                self._shift -= ahead
            elif ahead > _GAP:
                self.flush()
                self.seconds += ahead
                self._check_length()
                self._writer.silence(round(self.seconds * SAMPLE_RATE) - self._writer.samples)
        kind = (frame.sample_rate, frame.format.name, frame.layout.name)
        if kind != self._kind:
            self.flush()
            self._kind = kind
        if self._resampler is None:
            self._resampler = _resampler(frame)
        self.seconds += frame.samples / frame.sample_rate
        self._check_length()
        frame.pts = None
        self._write(self._resample(frame))

    def flush(self) -> None:
        """Write what the filter still holds, and forget the filter."""
        if self._resampler is not None:
            self._write(self._resample(None))
            self._resampler = None

    def _resample(self, frame: Any) -> list[Any]:
        assert self._resampler is not None
        try:
            return list(self._resampler.resample(frame))
        except (av.error.FFmpegError, ValueError) as error:
            raise UnsupportedAudio("The sound cannot be converted.") from error

    def _gap_limit(self) -> float:
        return _LONGEST_GAP if self._latest is None else max(0.0, self._latest - self.seconds)

    def _check_length(self) -> None:
        if self.seconds > self._max_seconds:
            raise AudioTooLong(f"The recording lasts over {self._max_seconds / 3600:g} h.")

    def _write(self, frames: list[Any]) -> None:
        for frame in frames:
            count = frame.layout.nb_channels
            block = frame.to_ndarray().reshape(-1, count).T.astype(np.float32, copy=False)
            if count > 2:
                block = block.mean(axis=0, keepdims=True)
            if self._writer.channels == 1 and len(block) == 2:
                block = block.mean(axis=0, keepdims=True)
            if self._writer.channels == 2 and len(block) == 1:
                block = np.repeat(block, 2, axis=0)
            self._writer.write(block)


def _resampler(frame: Any) -> AudioResampler:
    # Packed samples: planes beyond the eighth channel are not safe to read. The layout is kept,
    # because FFmpeg has no mix for layouts that it cannot name.
    return AudioResampler(format="flt", layout=frame.layout.name, rate=SAMPLE_RATE, options=_FILTER)


def _duration(container: Any, stream: Any) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None:
        return float(container.duration / av.time_base)
    return None
