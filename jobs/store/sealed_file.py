"""Files of any length, encrypted in chunks while they arrive.

``ANF2 · key id · salt`` and then chunks of at most 1 MiB, each ``length (4 bytes) · session (8
bytes) · ciphertext and tag``. A chunk's number is its nonce, and is authenticated with the context;
the last one also authenticates the total length and that it is the last. So a file that was cut,
extended, or whose chunks were exchanged does not open.

Each time that a file is opened for writing is a session, with a random name and so a key of its
own: a chunk that was torn off and written again with other bytes never meets the same nonce twice.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jobs.errors import Damaged
from jobs.files import storage_errors
from jobs.store.crypto import derive, header, nonce, read_header
from jobs.store.keys import KeyRing

MAGIC = b"ANF2"
CHUNK = 1 << 20
_TAG = 16
_SESSION = 8
_HEAD_MOST = 4 + 1 + 255 + 16


class ChunkWriter:
    """Cuts what arrives into chunks and seals them; where they go is ``_send``'s."""

    def __init__(self, sealer: Sealer) -> None:
        self.size = 0
        self._buffer, self._sealer = bytearray(), sealer

    def write(self, content: bytes) -> None:
        """Raises what ``_send`` raises."""
        self._buffer += content
        self.size += len(content)
        while len(self._buffer) >= CHUNK:
            self._put(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]

    def _put(self, content: bytes, *, last: bool) -> None:
        self._send(self._sealer.seal(content, self.size if last else None))

    def _send(self, sealed: bytes) -> None:
        raise NotImplementedError


class SealedWriter(ChunkWriter):
    """``write`` as bytes arrive, then ``finish``; or ``discard``. Raises DiskFull, StorageError."""

    def __init__(self, path: Path, context: str, ring: KeyRing) -> None:
        head = header(MAGIC, ring.active)
        with storage_errors():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(part_of(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            file: BinaryIO = os.fdopen(handle, "wb")
            file.write(head)
        self._begin(path, context, file, head, ring.key(ring.active))

    def _begin(self, path: Path, context: str, file: BinaryIO, head: bytes, key: bytes) -> None:
        super().__init__(Sealer(key, head, context))
        self.path, self._part, self._file = path, part_of(path), file

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
        with suppress(OSError):  # a full disk refuses what was not written yet
            self._file.close()
        self._part.unlink(missing_ok=True)

    def _send(self, sealed: bytes) -> None:
        with storage_errors():
            self._file.write(sealed)


def read(path: Path, context: str, ring: KeyRing) -> Iterator[bytes]:
    """The content, a chunk at a time, each verified; raises Damaged before a wrong byte is given.

    That the file was cut is known only at its end: a caller acts on the content after the last
    chunk. Raises KeysMissing, or StorageError when there is no file.
    """
    with storage_errors(), path.open("rb") as file:
        yield from read_from(file, context, ring)


def read_from(file: BinaryIO, context: str, ring: KeyRing) -> Iterator[bytes]:
    """As ``read``, from any file that can be sought in and was just opened."""
    key_id, head = head_of(file)
    opener = Opener(ring.key(key_id), head, context)
    number, total, sealed = 0, 0, next_chunk(file)
    while sealed is not None:
        following = next_chunk(file)
        total += len(sealed) - _TAG - _SESSION
        yield opener.open(sealed, number, total if following is None else None)
        number, sealed = number + 1, following
    if number == 0:
        raise Damaged("a recording was cut")


def read_span(file: BinaryIO, context: str, ring: KeyRing, start: int, end: int) -> Iterator[bytes]:
    """``content[start:end]`` of a file that can be sought in and was just opened; only the chunks
    that hold it are read. Each is authenticated with its place; that the file was cut is seen only
    when its last chunk is among them. Raises Damaged, KeysMissing.
    """
    key_id, head = head_of(file)
    opener = Opener(ring.key(key_id), head, context)
    places = _chunks(file, len(head))
    total, at = _content(places), 0
    for number, (position, length) in enumerate(places):
        size = length - _TAG - _SESSION
        if at < end and start < at + size:
            file.seek(position)
            sealed = next_chunk(file)
            if sealed is None or len(sealed) != length:
                raise Damaged("a recording was cut or altered")
            content = opener.open(sealed, number, total if number + 1 == len(places) else None)
            yield content[max(0, start - at) : end - at]
        at += size


def content_length(file: BinaryIO) -> int:
    """Bytes of what was sealed, as the file's own layout says. Raises Damaged."""
    _, head = head_of(file)
    return _content(_chunks(file, len(head)))


def _content(places: list[tuple[int, int]]) -> int:
    return sum(length - _TAG - _SESSION for _, length in places)


def _chunks(file: BinaryIO, begin: int) -> list[tuple[int, int]]:
    """(position, sealed bytes) of each chunk; nothing is opened. Raises Damaged.

    All but the last are full where a file was written in one go, which is looked at first: a bucket
    would have to be read through to find out.
    """
    size = file.seek(0, os.SEEK_END)
    full = 4 + _SESSION + CHUNK + _TAG
    count, rest = divmod(size - begin, full)
    if rest > 4:
        file.seek(begin + count * full)
        even = file.read(4) == (rest - 4).to_bytes(4, "big")
        if even and count:
            file.seek(begin + (count - 1) * full)
            even = file.read(4) == (full - 4).to_bytes(4, "big")
        if even:
            firsts = [(begin + number * full, full - 4) for number in range(count)]
            return [*firsts, (begin + count * full, rest - 4)]
    places, position = [], begin
    while position < size:
        file.seek(position)
        length = int.from_bytes(file.read(4), "big")
        if not _TAG <= length - _SESSION <= CHUNK + _TAG or position + 4 + length > size:
            raise Damaged("a recording was cut or altered")
        places.append((position, length))
        position += 4 + length
    if not places:
        raise Damaged("a recording was cut")
    return places


class Sealer:
    """Seals the chunks that one session writes."""

    def __init__(self, key: bytes, head: bytes, context: str) -> None:
        self._head, self._context = head, context.encode()
        self._session = secrets.token_bytes(_SESSION)
        self._cipher = AESGCM(derive(key, head, self._session))
        self.number = 0
        """Of the next chunk in the file."""

    def seal(self, content: bytes, total: int | None) -> bytes:
        """A chunk as it stands in the file; ``total``: of all content, for the last one only."""
        about = _about(self._head, self._context, self.number, total)
        sealed = self._session + self._cipher.encrypt(nonce(self.number), content, about)
        self.number += 1
        return len(sealed).to_bytes(4, "big") + sealed


class Opener:
    """Opens chunks of one file, whatever session they were written in."""

    def __init__(self, key: bytes, head: bytes, context: str) -> None:
        self._key, self._head, self._context = key, head, context.encode()
        self._session, self._cipher = b"", AESGCM(key)

    def open(self, sealed: bytes, number: int, total: int | None) -> bytes:
        """``total``: of the whole content, for the last chunk only. Raises Damaged."""
        session, content = sealed[:_SESSION], sealed[_SESSION:]
        if session != self._session:
            self._session = session
            self._cipher = AESGCM(derive(self._key, self._head, session))
        about = _about(self._head, self._context, number, total)
        try:
            return self._cipher.decrypt(nonce(number), content, about)
        except InvalidTag:
            raise Damaged("a recording was cut or altered, or belongs elsewhere") from None


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


def head_of(file: BinaryIO) -> tuple[str, bytes]:
    """Key id and header of a file that was just opened, which then stands behind the header."""
    key_id, head = read_header(MAGIC, file.read(_HEAD_MOST))
    file.seek(len(head))
    return key_id, head


def part_of(path: Path) -> Path:
    """Where a file is until it is whole."""
    return path.with_name(path.name + ".part")


def next_chunk(file: BinaryIO) -> bytes | None:
    """Session, ciphertext and tag; None at the end. Raises Damaged."""
    prefix = file.read(4)
    if not prefix:
        return None
    length = int.from_bytes(prefix, "big")
    if len(prefix) < 4 or not _TAG <= length - _SESSION <= CHUNK + _TAG:
        raise Damaged("a recording was cut or altered")
    sealed = file.read(length)
    if len(sealed) < length:
        raise Damaged("a recording was cut")
    return sealed


def _about(head: bytes, context: bytes, number: int, total: int | None) -> bytes:
    """What a chunk's tag covers beside its content; ``total`` on the last one only."""
    end = b"more" if total is None else b"last" + total.to_bytes(8, "big")
    return b"|".join((head, context, number.to_bytes(8, "big"), end))
