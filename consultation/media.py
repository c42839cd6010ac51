"""What kind of recording bytes are, told from how they begin: never from a name that was sent."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "application/octet-stream"
MEDIA: Final = (
    *("audio/wav", "audio/mpeg", "audio/flac", "audio/ogg", "audio/webm", "audio/mp4"),
    *("audio/aac", "audio/aiff", "audio/amr", "audio/x-caf", "audio/basic", "audio/ac3"),
    *("audio/x-ms-wma", UNKNOWN),
)
SNIFFED = 16
"""Bytes that are looked at."""
_STARTS: Final = (
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3", "audio/webm"),
    (b"#!AMR", "audio/amr"),
    (b"caff", "audio/x-caf"),
    (b".snd", "audio/basic"),
    (b"\x0b\x77", "audio/ac3"),
    (b"\x30\x26\xb2\x75", "audio/x-ms-wma"),
)


def media_type(start: bytes) -> str:
    """Of the first bytes; ``application/octet-stream`` for what is not known."""
    head, kind = start[:4], start[8:12]
    if head in {b"RIFF", b"RF64"} and kind == b"WAVE":
        return "audio/wav"
    if head == b"FORM" and kind in {b"AIFF", b"AIFC"}:
        return "audio/aiff"
    if start[4:8] == b"ftyp":
        return "audio/mp4"
    if len(start) > 1 and start[0] == 0xFF and start[1] & 0xF6 == 0xF0:
        return "audio/aac"  # ADTS: its layer is always 0
    if len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0:
        return "audio/mpeg"
    return next((media for begins, media in _STARTS if start.startswith(begins)), UNKNOWN)
