"""A patient's folder, archive or bundle, as an item of a batch."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

from consultation.errors import EmptyFile
from jobs.batch_turn import Taken, Turn
from jobs.record_intake import NewDocument
from jobs.source_files import SourceTooLarge, read_bytes, source_errors
from jobs.store.record_tables import PREFIX
from jobs.store.tables import new_id
from records.archive import safe_name


def take_record(path: Path, turn: Turn, limit: int) -> Taken:
    """Its files by name and digest; they are read again, one at a time, when they are stored.

    Raises EmptyFile, SourceTooLarge, UnreadableFile.
    """
    root = path if path.is_dir() else path.parent
    with source_errors():
        files = [(one, one.stat()) for one in (_files(path) if path.is_dir() else [path])]
    told = [(one.relative_to(root).as_posix(), s.st_size, s.st_mtime_ns) for one, s in files]
    stamp = hashlib.sha256(repr(told).encode()).hexdigest()[:60]
    if turn.consultation_id is not None and turn.stamp == stamp:
        # Tried again, and nothing changed: what was read of it is kept.
        return Taken(turn, stamp=stamp)
    files = [(one, found) for one, found in files if found.st_size]
    if not files:
        raise EmptyFile("there is no document")
    if sum(found.st_size for _, found in files) > limit:
        raise SourceTooLarge(f"the documents are larger than {limit >> 20} MiB")
    documents = tuple(
        NewDocument(
            safe_name(one.relative_to(root).as_posix()),
            found.st_size,
            hashlib.sha256(read_bytes(one)).hexdigest(),
            partial(read_bytes, one),
        )
        for one, found in files
    )
    content = " ".join(sorted(one.sha256 for one in documents))
    return Taken(
        turn,
        new_id(PREFIX),
        documents=documents,
        stamp=stamp,
        content_sha256=turn.source.options_digest(f"record {turn.source.as_of} {content}"),
    )


def _files(folder: Path) -> list[Path]:
    """As ``records.read`` takes a folder: nothing hidden, and no links."""
    found = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and not path.is_symlink():
            found.append(path)
    return found
