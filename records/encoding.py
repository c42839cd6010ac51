"""Bytes → text, and whether the encoding had to be guessed."""

from __future__ import annotations

import codecs

from consultation.document_errors import UnknownFormat, missing_library

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LIKELY = ["cp1252", "iso8859_15", "mac_roman", "cp850"]
_LOOKED_AT = 100_000


def decoded(data: bytes) -> tuple[str, str | None]:
    """(text, the encoding if it was guessed). Raises UnknownFormat when it is no text."""
    text, guessed = _decoded(data)
    unseen = sum(
        1 for c in text[:_LOOKED_AT] if (c < " " and c not in "\t\n\r\f\v") or c == "\ufffd"
    )
    if "\0" in text or unseen > 0.02 * min(len(text), _LOOKED_AT) + 2:
        raise UnknownFormat("these bytes are not text")
    return text, guessed


def _decoded(data: bytes) -> tuple[str, str | None]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    even, odd = data[:4000:2].count(0), data[1:4000:2].count(0)
    if max(even, odd) > 0.3 * min(len(data), 4000) / 2:
        encoding = "utf-16-be" if even > odd else "utf-16-le"
        return data.decode(encoding, "replace"), encoding
    if b"\0" in data[:_LOOKED_AT]:
        raise UnknownFormat("these bytes are not text")
    encoding = _likely(data[:_LOOKED_AT])
    return data.decode(encoding, "replace"), encoding


def _likely(data: bytes) -> str:
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        raise missing_library() from None
    best = from_bytes(data, cp_isolation=_LIKELY).best()
    return best.encoding if best else "cp1252"
