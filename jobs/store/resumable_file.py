"""Sealed files that grow over several sessions, whatever cut them: a lost connection, a killed
process, a machine without power.

A ``Mark`` is written down elsewhere once everything up to it is on the disk. Whole chunks behind it
are verified and kept when the file is opened again; what is torn is cut off.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from jobs.errors import Damaged
from jobs.files import storage_errors
from jobs.store.keys import KeyRing
from jobs.store.sealed_file import Opener, SealedWriter, head_of, next_chunk, part_of


@dataclass(frozen=True)
class Mark:
    """``size`` bytes of content in ``chunks`` chunks, which end at ``position`` of the file."""

    size: int = 0
    chunks: int = 0
    position: int = 0


class ResumableWriter(SealedWriter):
    """Used as ``SealedWriter``; and ``mark``, ``rollback`` and ``close`` at any time."""

    @classmethod
    def resume(cls, path: Path, context: str, ring: KeyRing, mark: Mark) -> Self:
        """Go on behind the last whole chunk. Raises StorageError when the file is not there,
        Damaged when it is shorter than ``mark``, KeysMissing."""
        with storage_errors():
            file = part_of(path).open("r+b")
        try:
            key_id, head = head_of(file)
            key = ring.key(key_id)
            found = _recover(file, Opener(key, head, context), mark, len(head))
            with storage_errors():
                file.truncate(found.position)
                file.seek(found.position)
        except BaseException:
            file.close()
            raise
        writer = cls.__new__(cls)
        writer._begin(path, context, file, head, key)
        writer.size, writer._sealer.number = found.size, found.chunks
        return writer

    def mark(self) -> Mark:
        """Everything so far is on the disk. Raises DiskFull, StorageError."""
        if self._buffer:
            content = bytes(self._buffer)
            self._buffer.clear()
            self._put(content, last=False)
        with storage_errors():
            self._file.flush()
            os.fsync(self._file.fileno())
            return Mark(self.size, self._sealer.number, self._file.tell())

    def rollback(self, mark: Mark) -> None:
        """Forget what came after ``mark``; the writer is of no use afterwards."""
        self._buffer.clear()
        with storage_errors():
            self._file.flush()
            self._file.truncate(mark.position)
            self._file.close()

    def finish(self) -> None:
        # The last chunk is empty: if it is torn, nothing of the content is.
        self.mark()
        super().finish()

    def close(self) -> None:
        """Leave the file for another session; what a full disk refused is lost."""
        with suppress(OSError):
            self._file.close()


def _recover(file: BinaryIO, opener: Opener, mark: Mark, head: int) -> Mark:
    size, number, position = mark.size, mark.chunks, mark.position or head
    with storage_errors():
        if file.seek(0, os.SEEK_END) < position:
            raise Damaged("an upload is shorter than what was received")
        file.seek(position)
        while True:
            try:
                sealed = next_chunk(file)
                if sealed is None:
                    break
                content = opener.open(sealed, number, None)
            except Damaged:
                break  # torn, or the empty last chunk of a file that was being finished
            size, number, position = size + len(content), number + 1, file.tell()
    return Mark(size, number, position)
