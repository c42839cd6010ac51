"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consultation.errors import DiskFull, StorageError


def write(path: Path, content: str | bytes) -> None:
    """Write bytes, or text as UTF-8, in one step: a reader sees the old file or the new one.

    Readable by this user only, because it is clinical. Raises DiskFull or StorageError.
    """
    with storage_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A private folder for decoded audio, removed whatever happens."""
    with storage_errors():
        folder = Path(tempfile.mkdtemp(prefix="anamnese-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn the system's errors into ours, without the file's name."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull("no space is left on the disk that results are written to") from None
        raise StorageError(
            f"a result could not be written: {error.strerror}",
            hint="Check that this user may write to the output folder.",
        ) from None
