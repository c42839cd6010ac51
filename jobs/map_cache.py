"""What was read of each document, kept as one file an entry, by the digest of content and rules."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path

from jobs.files import storage_errors

_KEY = re.compile(r"[0-9a-f]{64}")


class FolderCache:
    """A ``MapCache`` in a folder. It holds clinical text: readable by this user only.

    An entry that is lost is read again, so nothing is flushed to the disk. Raises DiskFull or
    StorageError; ValueError for a key that is no digest.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with storage_errors():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def get(self, key: str) -> bytes | None:
        try:
            return self._path(key).read_bytes()
        except OSError:
            return None

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        with storage_errors():
            path.parent.mkdir(exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(name).replace(path)
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a digest")
        return self._folder / key[:2] / key
