"""Files of a ZIP, inflated within limits: the directory is never believed, bytes are counted."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from consultation.document_errors import (
    ArchiveTooLarge,
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EncryptedDocument,
)
from records.limits import Limits

_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._|\.[^/]+$)")
_RATIO_FROM = 10_000_000
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    """Without folders that lead out, drives or control characters."""
    data: bytes
    error: DocumentError | None = None
    """It could not be inflated: the others go on."""


def safe_name(name: str) -> str:
    """``../../etc/x`` → ``etc/x``; nothing is ever written under it, it is only shown."""
    seen = "".join(c if c.isprintable() else "_" for c in name.replace("\\", "/"))
    parts = [part for part in seen.split("/") if part not in ("", ".", "..")]
    if parts and re.fullmatch(r"[A-Za-z]:", parts[0]):
        parts = parts[1:]
    return "/".join(part[:120] for part in parts)[-300:] or "file"


def members(data: bytes, limits: Limits) -> Iterator[Member]:
    """In order of name. Raises DamagedDocument and ArchiveTooLarge."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise DamagedDocument("not a whole ZIP") from None
    with archive:
        listed = [one for one in archive.infolist() if not one.is_dir()]
        if len(listed) > limits.archive_members:
            raise ArchiveTooLarge("too many files in the archive")
        total = 0
        for info in sorted(listed, key=lambda one: one.filename):
            if _JUNK.search(info.filename):
                continue
            name = safe_name(info.filename)
            try:
                content = _inflated(archive, info, limits, limits.archive_bytes - total)
            except (DocumentTooLarge, EncryptedDocument, DamagedDocument) as error:
                yield Member(name, b"", error)
                continue
            total += len(content)
            yield Member(name, content)


def check_package(data: bytes, limits: Limits) -> None:
    """Of a DOCX, before its library opens it: the same limits. Raises as ``members``, and
    EncryptedDocument."""
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
            if len(listed) > limits.archive_members:
                raise ArchiveTooLarge("too many parts in the document")
            for info in listed:
                # Parts that are no text are pictures: their own size is the bound.
                total += len(_inflated(archive, info, limits, limits.archive_bytes - total))
                if total > 5 * limits.document_bytes:
                    raise ArchiveTooLarge("the document inflates too far")
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise DamagedDocument("not a whole DOCX") from None


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits, room: int) -> bytes:
    if info.flag_bits & 0x1:
        raise EncryptedDocument("a file of the archive needs a password")
    packed = max(info.compress_size, 1)
    pieces: list[bytes] = []
    size = 0
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                if size > _RATIO_FROM and size / packed > limits.archive_ratio:
                    raise ArchiveTooLarge("a file of the archive inflates too far")
                if size > room:
                    raise ArchiveTooLarge("the archive inflates too far")
                if size > limits.document_bytes:
                    raise DocumentTooLarge("a file of the archive is too large")
                pieces.append(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise DamagedDocument("a file of the archive is damaged") from None
    return b"".join(pieces)
