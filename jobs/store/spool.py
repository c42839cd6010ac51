"""Files of one request while they arrive: encrypted, in one file without a name, which is gone with
the process however it ends."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from jobs.files import storage_errors
from jobs.store.crypto import seal, unseal
from jobs.store.keys import KeyRing

_CHUNK = 1 << 20


class Spool:
    """Raises StorageError, DiskFull. At most a chunk of what arrives is in memory."""

    def __init__(self, folder: Path, ring: KeyRing) -> None:
        self._ring, self._context = ring, f"spool|{secrets.token_hex(16)}"
        with storage_errors():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - until ``close``
        self._chunks: list[tuple[int, int]] = []
        self._waiting = bytearray()
        self._cut = 0
        self.size = 0

    def write(self, content: bytes) -> None:
        self._waiting += content
        self.size += len(content)
        while len(self._waiting) >= _CHUNK:
            self._put(bytes(self._waiting[:_CHUNK]))
            del self._waiting[:_CHUNK]

    def cut(self) -> range:
        """The end of a file: the numbers of its chunks, for ``read``."""
        if self._waiting:
            self._put(bytes(self._waiting))
            self._waiting.clear()
        first, self._cut = self._cut, len(self._chunks)
        return range(first, self._cut)

    def read(self, chunks: range) -> bytes:
        """Raises Damaged."""
        parts = []
        for number in chunks:
            start, length = self._chunks[number]
            with storage_errors():
                self._file.seek(start)
                sealed = self._file.read(length)
            parts.append(unseal(sealed, f"{self._context}|{number}", self._ring))
        return b"".join(parts)

    def close(self) -> None:
        self._file.close()

    def _put(self, content: bytes) -> None:
        sealed = seal(content, f"{self._context}|{len(self._chunks)}", self._ring)
        with storage_errors():
            start = self._file.seek(0, 2)
            self._file.write(sealed)
        self._chunks.append((start, len(sealed)))
