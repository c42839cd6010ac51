"""Sound that is still being sent → samples, as far as it has come.

Live words alone are made from this: the transcript is made from the stored file by
``transcribe.audio``.
"""

from __future__ import annotations

import queue
import threading
from typing import Protocol

import av
import av.error
import numpy as np
from av.audio.resampler import AudioResampler

from consultation.audio import SAMPLE_RATE, Samples
from transcribe.audio import CODECS, FORMATS

_NOTHING = np.zeros(0, dtype=np.float32)


class Incoming(Protocol):
    """``feed`` what arrives, ``take`` what could be decoded so far."""

    def feed(self, content: bytes) -> None: ...
    def take(self) -> Samples: ...
    def end(self) -> Samples:
        """The rest; nothing is fed afterwards."""
        ...


class Pcm:
    """16 kHz, one channel, signed 16 bits, little endian."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, content: bytes) -> None:
        self._rest += content

    def take(self) -> Samples:
        whole = len(self._rest) & ~1
        found = np.frombuffer(bytes(self._rest[:whole]), dtype="<i2")
        del self._rest[:whole]
        return np.asarray(found, dtype=np.float32) / np.float32(32768)

    def end(self) -> Samples:
        return self.take()


class Container:
    """WebM, Ogg, fragmented MP4: whatever a recorder writes without going back in it.

    FFmpeg asks for bytes and waits for them, so it has a thread of its own, which ends with
    ``end``. What cannot be decoded gives no samples.
    """

    def __init__(self) -> None:
        self._arrived: queue.Queue[bytes] = queue.Queue()
        self._rest = b""
        self._over = False
        self._found: queue.SimpleQueue[Samples] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._decode, daemon=True)
        self._thread.start()

    def feed(self, content: bytes) -> None:
        if content:
            self._arrived.put(content)

    def take(self) -> Samples:
        found = []
        while not self._found.empty():
            found.append(self._found.get())
        return np.concatenate(found) if found else _NOTHING

    def end(self) -> Samples:
        self._arrived.put(b"")
        self._thread.join(timeout=30)
        return self.take()

    def read(self, count: int) -> bytes:
        """For FFmpeg: at least a byte, except at the end."""
        if not self._rest and not self._over:
            self._rest = self._arrived.get()
            self._over = not self._rest
        given, self._rest = self._rest[:count], self._rest[count:]
        return given

    def _decode(self) -> None:
        try:
            options = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
            # Little is looked at before the first sound is decoded.
            options |= {"probesize": "4096", "analyzeduration": "100000", "fflags": "nobuffer"}
            with av.open(
                _Reader(self),
                mode="r",
                container_options=options,
                metadata_errors="ignore",
                buffer_size=4096,
            ) as container:
                stream = container.streams.best("audio")
                if stream is None or not stream.codec_context.codec.name.startswith(CODECS):
                    return
                resampler = AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
                for packet in container.demux(stream):
                    try:
                        frames = packet.decode()
                    except av.error.FFmpegError:
                        continue
                    for frame in frames:
                        for made in resampler.resample(frame):
                            self._found.put(made.to_ndarray().reshape(-1).astype(np.float32))
        except (av.error.FFmpegError, EOFError, ValueError):
            return
        finally:
            while not self._over:  # what nobody reads any more must not stay in memory
                self._over = not self._arrived.get()


class _Reader:
    """No name and no way back: FFmpeg sees a pipe."""

    def __init__(self, of: Container) -> None:
        self.read = of.read


def incoming(kind: str) -> Incoming:
    """``pcm`` or ``container``."""
    return Pcm() if kind == "pcm" else Container()


def wav_head() -> bytes:
    """Of a file whose PCM is still to come: its length is left open, as recorders do."""
    rate, width = SAMPLE_RATE, 2
    return b"".join(
        (
            b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00",
            rate.to_bytes(4, "little"),
            (rate * width).to_bytes(4, "little"),
            width.to_bytes(2, "little"),
            (8 * width).to_bytes(2, "little"),
            b"data\xff\xff\xff\xff",
        )
    )
