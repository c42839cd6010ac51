"""What an audio file says of its own length, where that can be believed.

FFmpeg gives a duration for every file, and for some formats it is a guess from the bit rate. A
guess must not refuse a good recording, nor call it truncated.
"""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

_STATED = {"flac", "mov", "matroska", "aiff", "caf", "au", "asf"}
"""Formats whose header holds the length, as FFmpeg names them."""
_OPEN_ENDED = 0x7FFF_F000
"""A WAV size from here on is what a recorder writes before it knows the length."""
_ID3_HEADER = 10
_MP3_HEAD = 4096
"""Bytes in which an MP3's first frame, and its Xing header, lies."""
_OGG_TAIL = 128 * 1024
"""More than two of the largest Ogg pages."""
_OGG_HEADER = 27


def stated_duration(file: BinaryIO, container: str, estimate: float | None) -> float | None:
    """Seconds that the file says it holds; None when it does not say.

    Args:
        file: at any position; it is moved.
        container: FFmpeg's name of the format.
        estimate: what FFmpeg says, in seconds.
    """
    names = set(container.split(","))
    if "wav" in names:
        return _wav_duration(file)
    if "mp3" in names:
        return estimate if _mp3_has_length(file) else None
    return estimate if names & _STATED else None


def ends_mid_page(file: BinaryIO, container: str) -> bool:
    """Whether an Ogg file's last page is longer than what is left of the file."""
    if container != "ogg":
        return False
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _OGG_TAIL))
    tail = file.read(_OGG_TAIL)
    at = tail.rfind(b"OggS")
    if at < 0:
        return False
    page = tail[at:]
    if len(page) < _OGG_HEADER:
        return True
    segments = page[26]
    table = page[_OGG_HEADER : _OGG_HEADER + segments]
    return len(table) < segments or len(page) < _OGG_HEADER + segments + sum(table)


def _wav_duration(file: BinaryIO) -> float | None:
    """From the ``fmt``, ``ds64`` and ``data`` chunks of a RIFF or RF64 file."""
    file.seek(0)
    head = file.read(12)
    if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        return None
    byte_rate, long_size = 0, None
    while len(chunk := file.read(8)) == 8:
        name, size = chunk[:4], struct.unpack("<I", chunk[4:])[0]
        if name == b"data":
            if head[:4] == b"RF64" and long_size is not None:
                size = long_size
            elif size == 0 or size >= _OPEN_ENDED:
                return None
            return size / byte_rate if byte_rate else None
        body = file.read(28) if name in (b"fmt ", b"ds64") else b""
        if name == b"fmt " and len(body) >= 12:
            byte_rate = struct.unpack("<I", body[8:12])[0]
        if name == b"ds64" and len(body) >= 16:
            long_size = struct.unpack("<Q", body[8:16])[0]
        file.seek(size + (size & 1) - len(body), os.SEEK_CUR)
    return None


def _mp3_has_length(file: BinaryIO) -> bool:
    """Whether the first frame is a Xing, Info or VBRI header."""
    file.seek(0)
    head = file.read(_ID3_HEADER)
    start = 0
    if head[:3] == b"ID3" and len(head) == _ID3_HEADER:
        a, b, c, d = head[6:10]
        start = _ID3_HEADER + ((a & 127) << 21 | (b & 127) << 14 | (c & 127) << 7 | (d & 127))
    file.seek(start)
    first = file.read(_MP3_HEAD)
    return any(tag in first for tag in (b"Xing", b"Info", b"VBRI"))
