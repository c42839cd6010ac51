"""Recordings: one encrypted file each, in a folder of the organisation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jobs.store import sealed_file
from jobs.store.keys import KeyRing
from jobs.store.sealed_file import SealedWriter


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

    def delete(self, org_id: str, consultation_id: str) -> None:
        self.path(org_id, consultation_id).unlink(missing_ok=True)

    def path(self, org_id: str, consultation_id: str) -> Path:
        return self.folder / org_id / f"{consultation_id}.anf"


def context(org_id: str, consultation_id: str) -> str:
    return f"audio|{org_id}|{consultation_id}"
