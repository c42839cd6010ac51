"""Files that items of a batch name: looked at and read, with errors that are the item's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from consultation.errors import InputError, UnreadableFile

TRANSCRIPT_MOST = 32 << 20
"""Bytes of a transcript.json."""


class SourceMissing(UnreadableFile):
    code = "source_missing"
    hint = "Put the file back where the manifest says, then: anamnese batch retry."


class SourceOutside(InputError):
    code = "source_outside"
    hint = "Only files in the batch's own folder are read."


class SourceTooLarge(InputError):
    code = "too_large"
    hint = "ANAMNESE_UPLOAD_LIMIT_MB is the limit."


def inside(folder: Path, name: str, *, folders: bool = False) -> Path:
    """The file (or folder, where that may be), all links followed. Raises SourceOutside,
    SourceMissing."""
    with source_errors():
        root = folder.resolve()
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise SourceOutside("the file is outside of the batch's folder")
        if not (path.is_file() or (folders and path.is_dir())):
            raise SourceMissing("the file is not there")
    return path


def read_transcript(path: Path) -> bytes:
    with source_errors():
        if path.stat().st_size > TRANSCRIPT_MOST:
            raise SourceTooLarge(f"a transcript has at most {TRANSCRIPT_MOST >> 20} MiB")
        return path.read_bytes()


def read_bytes(path: Path) -> bytes:
    with source_errors():
        return path.read_bytes()


def next_chunk(read: Callable[[int], bytes], size: int) -> bytes:
    with source_errors():
        return read(size)


@contextmanager
def source_errors() -> Iterator[None]:
    """What goes wrong with somebody's file is an error of that item; without the file's name."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise UnreadableFile(
            f"the file could not be read: {reason}", hint="Check that workers may read it."
        ) from None
