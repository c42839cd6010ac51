"""Recordings in a bucket: one encrypted object each, through fsspec (S3 by s3fs).

The same chunks as in ``sealed_file.py``, encrypted here before they leave, sent in parts as they
arrive and read a block at a time: memory stays flat. An object appears when it is whole. What a
killed process left half sent has no name; the bucket's rule for incomplete uploads removes it.

Address and credentials are those of any client of S3: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION, a profile or a role.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any

from consultation.errors import AnamneseError, EngineMissing, StorageError
from jobs.errors import AudioAway
from jobs.store import sealed_file
from jobs.store.audio import Entry, context
from jobs.store.crypto import header
from jobs.store.keys import KeyRing
from jobs.store.sealed_file import MAGIC, ChunkWriter, Sealer

PART = 8 << 20
"""Bytes of a part, and of a block that is read; S3 takes 10,000 parts, so 80 GB."""


def open_bucket(url: str, ring: KeyRing) -> AudioBucket:
    """Opens no connection. Raises EngineMissing where the extra is not installed."""
    if any(importlib.util.find_spec(name) is None for name in ("fsspec", "s3fs")):
        raise EngineMissing(
            "a bucket needs libraries that are not installed: fsspec, s3fs",
            hint="Install them with: pip install 'anamnese[s3]'",
        )
    import fsspec

    timeouts = {"connect_timeout": 5, "read_timeout": 60, "retries": {"max_attempts": 2}}
    files = fsspec.filesystem("s3", use_listings_cache=False, config_kwargs=timeouts)
    return AudioBucket(files, url.removeprefix("s3://").strip("/"), ring)


class AudioBucket:
    """Ids are ours, never a name that somebody sent. Raises AudioAway when it does not answer."""

    def __init__(self, files: Any, root: str, ring: KeyRing) -> None:
        self._files, self._root, self._ring = files, root, ring

    def writer(self, org_id: str, consultation_id: str) -> BucketWriter:
        path = self.path(org_id, consultation_id)
        return BucketWriter(self._files, path, context(org_id, consultation_id), self._ring)

    def read(self, org_id: str, consultation_id: str) -> Iterator[bytes]:
        """Chunks, each verified. Raises Damaged, StorageError, KeysMissing."""
        with _away(), self._open(org_id, consultation_id) as file:
            yield from sealed_file.read_from(file, context(org_id, consultation_id), self._ring)

    def length(self, org_id: str, consultation_id: str) -> int:
        with _away(), self._open(org_id, consultation_id) as file:
            return sealed_file.content_length(file)

    def span(
        self, org_id: str, consultation_id: str, start: int, end: int
    ) -> Generator[bytes, None, None]:
        about = context(org_id, consultation_id)
        with _away(), self._open(org_id, consultation_id) as file:
            yield from sealed_file.read_span(file, about, self._ring, start, end)

    def delete(self, org_id: str, consultation_id: str) -> None:
        with _away(), suppress(FileNotFoundError):
            self._files.rm_file(self.path(org_id, consultation_id))

    def reseal(self, org_id: str, consultation_id: str) -> bool:
        """With the active key; the old object stays until the new one is whole. False when it has
        that key, or there is none."""
        try:
            with _away(), self._open(org_id, consultation_id) as file:
                key_id = sealed_file.key_of_file(file)
        except Missing:
            return False
        if key_id == self._ring.active:
            return False
        writer = self.writer(org_id, consultation_id)
        try:
            for content in self.read(org_id, consultation_id):
                writer.write(content)
            writer.finish()
        except BaseException:
            writer.discard()
            raise
        return True

    def entries(self) -> Iterator[Entry]:
        """Everything that is there."""
        with _away():
            found = self._files.find(self._root, detail=True)
        for path, about in found.items():
            org, _, name = str(path).rpartition("/")
            modified = about.get("LastModified") or about.get("created")
            at = modified.timestamp() if isinstance(modified, datetime) else 0.0
            owner = org.rpartition("/")[2]
            yield Entry(owner, name.split(".")[0], at, True, partial(self._remove, path))

    def ready(self, _free: int) -> bool:
        """Whether the bucket answers."""
        try:
            with _away():
                bucket = self._root.partition("/")[0]
                if hasattr(self._files, "call_s3"):
                    self._files.call_s3("list_objects_v2", Bucket=bucket, MaxKeys=1)
        except AudioAway:
            return False
        return True

    def path(self, org_id: str, consultation_id: str) -> str:
        return f"{self._root}/{org_id}/{consultation_id}.anf"

    def _open(self, org_id: str, consultation_id: str) -> Any:
        path = self.path(org_id, consultation_id)
        return self._files.open(path, "rb", block_size=PART, cache_type="readahead")

    def _remove(self, path: str) -> None:
        with _away(), suppress(FileNotFoundError):
            self._files.rm_file(path)


class BucketWriter(ChunkWriter):
    """As ``SealedWriter``: ``write`` as bytes arrive, then ``finish``; or ``discard``."""

    def __init__(self, files: Any, path: str, about: str, ring: KeyRing) -> None:
        head = header(MAGIC, ring.active)
        super().__init__(Sealer(ring.key(ring.active), head, about))
        with _away():
            self._file: Any = files.open(path, "wb", block_size=PART)
            self._file.write(head)

    def finish(self) -> None:
        """The object is there, whole. Raises AudioAway."""
        self._put(bytes(self._buffer), last=True)
        with _away():
            self._file.close()

    def discard(self) -> None:
        """Leave nothing; may be called at any time before ``finish``, and twice."""
        file, self._file = self._file, None
        if file is None or file.closed:
            return
        # Closed in name only: closing would send what is there and make it the object.
        file.closed = True
        if getattr(file, "mpu", None):
            # Whoever cuts an upload off must not keep the process waiting for the bucket.
            threading.Thread(target=_abandon, args=(file,), daemon=True).start()

    def _send(self, sealed: bytes) -> None:
        """Raises AudioAway."""
        with _away():
            self._file.write(sealed)


class Missing(StorageError):
    code = "recording_missing"
    hint = "Restore the database and the bucket from the same backup."


def _abandon(file: Any) -> None:
    with suppress(Exception):
        file.discard()


@contextmanager
def _away() -> Iterator[None]:
    """Whatever its client raises (there are several families) is that it is away, or ours."""
    try:
        yield
    except AnamneseError:
        raise
    except FileNotFoundError:
        raise Missing("a recording is not in the bucket") from None
    except Exception as error:  # noqa: BLE001 - its text may hold addresses and keys
        raise AudioAway(f"the bucket does not answer: {type(error).__name__}") from None
