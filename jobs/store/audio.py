"""Recordings: one encrypted file each, in a folder of the organisation; or in a bucket."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from jobs.files import storage_errors
from jobs.store import sealed_file
from jobs.store.keys import KeyRing
from jobs.store.sealed_file import SealedWriter


class AudioWriter(Protocol):
    """Bytes as they arrive; then ``finish``, or ``discard``, which leaves nothing."""

    size: int

    def write(self, content: bytes) -> None: ...
    def finish(self) -> None: ...
    def discard(self) -> None: ...


@dataclass(frozen=True)
class Entry:
    """Something that is there, for who looks for what belongs to nothing."""

    org_id: str
    consultation_id: str
    modified: float
    """Seconds, UTC."""
    whole: bool
    remove: Callable[[], None]


class AudioStore(Protocol):
    """A folder (``AudioFolder``) or a bucket (``bucket.py``). All may raise StorageError."""

    def writer(self, org_id: str, consultation_id: str) -> AudioWriter: ...
    def read(self, org_id: str, consultation_id: str) -> Iterator[bytes]:
        """Chunks, each verified. Raises Damaged, KeysMissing."""

    def length(self, org_id: str, consultation_id: str) -> int:
        """Bytes of the recording. Raises Damaged."""

    def span(
        self, org_id: str, consultation_id: str, start: int, end: int
    ) -> Generator[bytes, None, None]:
        """Those from ``start`` up to ``end``. Raises Damaged, KeysMissing."""

    def delete(self, org_id: str, consultation_id: str) -> None:
        """May be done twice."""

    def reseal(self, org_id: str, consultation_id: str) -> bool:
        """Encrypt again with the active key; False when it has it, or there is no recording."""

    def entries(self) -> Iterator[Entry]: ...
    def ready(self, free: int) -> bool:
        """Whether a recording of ``free`` bytes could be stored now."""


class AudioFolder:
    """Ids are ours, never a name that somebody sent."""

    def __init__(self, folder: Path, ring: KeyRing) -> None:
        self.folder, self._ring = folder, ring

    def writer(self, org_id: str, consultation_id: str) -> SealedWriter:
        path = self.path(org_id, consultation_id)
        return SealedWriter(path, context(org_id, consultation_id), self._ring)

    def read(self, org_id: str, consultation_id: str) -> Iterator[bytes]:
        """Chunks, each verified. Raises Damaged, StorageError, KeysMissing."""
        path = self.path(org_id, consultation_id)
        return sealed_file.read(path, context(org_id, consultation_id), self._ring)

    def length(self, org_id: str, consultation_id: str) -> int:
        with storage_errors(), self.path(org_id, consultation_id).open("rb") as file:
            return sealed_file.content_length(file)

    def span(
        self, org_id: str, consultation_id: str, start: int, end: int
    ) -> Generator[bytes, None, None]:
        about = context(org_id, consultation_id)
        with storage_errors(), self.path(org_id, consultation_id).open("rb") as file:
            yield from sealed_file.read_span(file, about, self._ring, start, end)

    def delete(self, org_id: str, consultation_id: str) -> None:
        """Raises StorageError."""
        with storage_errors():
            self.path(org_id, consultation_id).unlink(missing_ok=True)

    def reseal(self, org_id: str, consultation_id: str) -> bool:
        path = self.path(org_id, consultation_id)
        if not path.is_file() or sealed_file.key_of(path) == self._ring.active:
            return False
        sealed_file.reseal(path, context(org_id, consultation_id), self._ring)
        return True

    def entries(self) -> Iterator[Entry]:
        for path in self.folder.glob("*/*.anf*"):
            try:
                modified = path.stat().st_mtime
            except FileNotFoundError:
                continue
            yield Entry(
                path.parent.name,
                path.name.split(".")[0],
                modified,
                path.suffix != ".part",
                partial(path.unlink, missing_ok=True),
            )

    def ready(self, free: int) -> bool:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return shutil.disk_usage(self.folder).free > free
        except OSError:
            return False

    def path(self, org_id: str, consultation_id: str) -> Path:
        return self.folder / org_id / f"{consultation_id}.anf"


def context(org_id: str, consultation_id: str) -> str:
    return f"audio|{org_id}|{consultation_id}"
