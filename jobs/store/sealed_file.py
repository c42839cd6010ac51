"""Files of any length, encrypted in chunks while they arrive.

``ANF1 · key id · salt`` and then chunks of at most 1 MiB, each ``length (4 bytes) · ciphertext and
tag``. A chunk's number is its nonce, and is authenticated with the context; the last one
also authenticates the total length and that it is the last. So a file that was
cut, extended, or whose chunks were exchanged does not open.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jobs.errors import Damaged
from jobs.files import storage_errors
from jobs.store.crypto import derive, header, nonce, read_header
from jobs.store.keys import KeyRing

MAGIC = b"ANF1"
CHUNK = 1 << 20
_TAG = 16
_HEAD_MOST = 4 + 1 + 255 + 16


class SealedWriter:
    """``write`` as bytes arrive, then ``finish``; or ``discard``. Raises DiskFull, StorageError."""

    def __init__(self, path: Path, context: str, ring: KeyRing) -> None:
        self.path, self.size = path, 0
        self._context, self._number, self._buffer = context.encode(), 0, bytearray()
        self._head = header(MAGIC, ring.active)
        self._cipher = AESGCM(derive(ring.key(ring.active), self._head))
        with storage_errors():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._part = path.with_name(path.name + ".part")
            handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file: BinaryIO = os.fdopen(handle, "wb")
            self._file.write(self._head)

    def write(self, content: bytes) -> None:
        self._buffer += content
        self.size += len(content)
        while len(self._buffer) >= CHUNK:
            self._put(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]

    def finish(self) -> None:
        """The file is there, whole, and on the disk."""
        self._put(bytes(self._buffer), last=True)
        with storage_errors():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self.path)
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def discard(self) -> None:
        """Leave nothing; may be called at any time before ``finish``, and twice."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def _put(self, content: bytes, *, last: bool) -> None:
        about = authenticated(self._head, self._context, self._number, self.size if last else None)
        sealed = self._cipher.encrypt(nonce(self._number), content, about)
        self._number += 1
        with storage_errors():
            self._file.write(len(sealed).to_bytes(4, "big"))
            self._file.write(sealed)


def read(path: Path, context: str, ring: KeyRing) -> Iterator[bytes]:
    """The content, a chunk at a time, each verified; raises Damaged before a wrong byte is given.

    That the file was cut is known only at its end: a caller acts on the content after the last
    chunk. Raises KeysMissing, or StorageError when there is no file.
    """
    with storage_errors(), path.open("rb") as file:
        yield from read_from(file, context, ring)


def read_from(file: BinaryIO, context: str, ring: KeyRing) -> Iterator[bytes]:
    """As ``read``, from any file that can be sought in."""
    key_id, head = read_header(MAGIC, file.read(_HEAD_MOST))
    file.seek(len(head))
    cipher = AESGCM(derive(ring.key(key_id), head))
    number, total, sealed = 0, 0, _next(file)
    while sealed is not None:
        following = _next(file)
        total += len(sealed) - _TAG
        last = total if following is None else None
        about = authenticated(head, context.encode(), number, last)
        try:
            content = cipher.decrypt(nonce(number), sealed, about)
        except InvalidTag:
            raise Damaged("a recording was cut or altered, or belongs elsewhere") from None
        yield content
        number, sealed = number + 1, following
    if number == 0:
        raise Damaged("a recording was cut")


def key_of(path: Path) -> str:
    """The id of the key that sealed it. Raises Damaged or StorageError."""
    with storage_errors(), path.open("rb") as file:
        return key_of_file(file)


def key_of_file(file: BinaryIO) -> str:
    """Raises Damaged."""
    return read_header(MAGIC, file.read(_HEAD_MOST))[0]


def reseal(path: Path, context: str, ring: KeyRing) -> None:
    """Encrypt again with the active key; the old file stays until the new one is whole."""
    writer = SealedWriter(path, context, ring)
    try:
        for content in read(path, context, ring):
            writer.write(content)
        writer.finish()
    except BaseException:
        writer.discard()
        raise


def _next(file: BinaryIO) -> bytes | None:
    prefix = file.read(4)
    if not prefix:
        return None
    length = int.from_bytes(prefix, "big")
    if len(prefix) < 4 or not _TAG <= length <= CHUNK + _TAG:
        raise Damaged("a recording was cut or altered")
    sealed = file.read(length)
    if len(sealed) < length:
        raise Damaged("a recording was cut")
    return sealed


def authenticated(head: bytes, context: bytes, number: int, total: int | None) -> bytes:
    """What a chunk's tag covers beside its content; ``total`` on the last one only."""
    end = b"more" if total is None else b"last" + total.to_bytes(8, "big")
    return b"|".join((head, context, number.to_bytes(8, "big"), end))
