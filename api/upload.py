"""A multipart upload, straight into encrypted storage: no part of it touches a disk in the clear,
and no more than a chunk of it is in memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from fastapi import Request
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.problem import TooLarge
from consultation.errors import EmptyFile, InvalidOption
from jobs.store.audio import AudioWriter

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD_BYTES = 64 * 1024
FIELDS = 32
OVERHEAD = FIELDS * FIELD_BYTES
"""Bytes of a request beside the recording."""
_BATCH = 1 << 20
"""Bytes gathered before a thread encrypts and writes them."""


class BadUpload(InvalidOption):
    code = "bad_upload"
    hint = "Send multipart/form-data with the recording in a part named file."


class ByteWriter(Protocol):
    """Takes bytes as they arrive."""

    size: int

    def write(self, content: bytes) -> None: ...


@dataclass
class Form:
    """Fields by name, each once; the recording went to the writer."""

    fields: dict[str, str]
    audio_sha256: str
    audio_bytes: int
    lists: dict[str, list[str]] = field(default_factory=dict)
    """Fields that may come several times, without the brackets that end their names."""

    def digest(self) -> str:
        """sha256 of everything that was sent."""
        parts = [
            *sorted(self.fields.items()),
            *sorted(self.lists.items()),
            ("file", self.audio_sha256),
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def announced_size(request: Request, limit: int) -> int:
    """Least bytes of the recording, by the length of the request; 0 where it says none.

    Raises TooLarge, before reading.
    """
    announced = request.headers.get("content-length", "")
    size = int(announced) if re.fullmatch(r"\d{1,18}", announced) else 0
    if size > limit + OVERHEAD:
        raise _too_large(limit)
    return max(size - OVERHEAD, 0)


async def receive(
    request: Request,
    writer: AudioWriter,
    limit: int,
    *,
    arrived: Callable[[int], None] = lambda _: None,
    lists: frozenset[str] = frozenset(),
) -> Form:
    """Raises TooLarge, BadUpload, EmptyFile, DiskFull. The caller finishes or discards the writer.

    ``arrived`` is told how much of the recording is stored; what it raises ends the upload.
    ``lists``: names of fields that may come several times, with or without ``[]``.
    """
    announced_size(request, limit)
    parts = Parts(writer, limit, arrived, lists)
    await feed(request, parts)
    if not parts.has_file:
        raise BadUpload("there is no part named file")
    if writer.size == 0:
        raise EmptyFile("the recording holds no bytes")
    return Form(parts.fields, parts.digest.hexdigest(), writer.size, parts.lists)


async def feed(request: Request, parts: Parts) -> None:
    """The body, as it arrives. Raises BadUpload, and what ``parts`` raises."""
    parser = _parser(request.headers.get("content-type", ""), parts)
    batch = bytearray()
    try:
        async for chunk in request.stream():
            batch += chunk
            if len(batch) >= _BATCH:
                await run_in_threadpool(parser.write, bytes(batch))
                batch.clear()
        await run_in_threadpool(parser.write, bytes(batch))
        parser.finalize()
    except ClientDisconnect:
        raise BadUpload("the upload was cut off") from None
    except FormParserError:
        raise BadUpload("the multipart body is malformed") from None
    if not parts.ended:
        raise BadUpload("the upload ends too early")


def feed_arrived(media: str, content: Iterable[bytes], parts: Parts) -> None:
    """The same, of a body that has arrived; ``media`` is its Content-Type."""
    parser = _parser(media, parts)
    try:
        for piece in content:
            parser.write(piece)
        parser.finalize()
    except FormParserError:
        raise BadUpload("the multipart body is malformed") from None
    if not parts.ended:
        raise BadUpload("the upload ends too early")


def _parser(content_type: str, parts: Parts) -> MultipartParser:
    media, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if media != b"multipart/form-data" or not boundary:
        raise BadUpload("the request is no multipart/form-data")
    return MultipartParser(boundary, parts.callbacks())


@dataclass
class Parts:
    """What the parser tells, part by part."""

    writer: ByteWriter
    limit: int
    arrived: Callable[[int], None]
    repeated: frozenset[str]
    fields: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0
    has_file: bool = False
    ended: bool = False

    def __post_init__(self) -> None:
        self.digest = hashlib.sha256()
        self._header, self._value = b"", b""
        self._disposition, self._name, self._content = b"", "", bytearray()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._disposition, self._name, self._content = b"", "", bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _headers_finished(self) -> None:
        # The name that the file had is not looked at: it often names the patient.
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", errors="replace")
        if self._name == "file":
            if self.has_file:
                raise BadUpload("there are two parts named file")
            self.has_file = True
            return
        self.count += 1
        if not self._name or self._name in self.fields or self.count > FIELDS:
            raise BadUpload("a part has no name, or there are too many of them")

    def _data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self._name != "file":
            if len(self._content) + len(piece) > FIELD_BYTES:
                raise BadUpload("a field is too long")
            self._content += piece
            return
        if self.writer.size + len(piece) > self.limit:
            raise _too_large(self.limit)
        self.digest.update(piece)
        self.writer.write(piece)
        self.arrived(self.writer.size)

    def _part_end(self) -> None:
        if self._name == "file":
            return
        try:
            value = self._content.decode("utf-8")
        except UnicodeDecodeError:
            raise BadUpload("a field is not UTF-8") from None
        name = self._name.removesuffix("[]")
        if name in self.repeated:
            self.lists.setdefault(name, []).append(value)
        else:
            self.fields[self._name] = value

    def _end(self) -> None:
        self.ended = True


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the recording is larger than {limit // (1 << 20)} MiB")
