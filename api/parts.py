"""One part of a resumable upload: from the request into the sealed file, a lost connection and a
client that comes back before the loss was noticed included."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import anyio
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.problem import ChecksumMismatch, TooLarge
from api.tus import Checksum
from jobs.errors import Conflict
from jobs.store.audit import Actor
from jobs.store.tables import now_ms
from jobs.store.upload_tables import Upload
from jobs.store.uploads import mark_of
from jobs.uploads import Held, Uploads

IDLE_SECONDS = 60.0
"""Without a byte for so long, the connection is taken for lost: what arrived is kept."""
_BATCH = 1 << 20
_SAVE_MS = 5_000
"""At most so much time of sending is lost with the machine."""
_receiving: dict[str, asyncio.Event] = {}
"""Uploads that this process receives parts of; set to have it stop."""


class WrongOffset(Conflict):
    code = "wrong_offset"
    hint = "HEAD the upload, and go on from its Upload-Offset."


class Holding:
    """``Uploads.hold`` for coroutines. Who comes later is right: the connection before is lost."""

    def __init__(self, uploads: Uploads, by: Actor, upload_id: str) -> None:
        self._holding, self._upload_id = uploads.hold(by, upload_id), upload_id
        self.stop = asyncio.Event()

    async def __aenter__(self) -> Held:
        if self._upload_id in _receiving:
            _receiving[self._upload_id].set()
        held = await run_in_threadpool(self._holding.__enter__)
        _receiving[self._upload_id] = self.stop
        return held

    async def __aexit__(self, *error: object) -> None:
        if _receiving.get(self._upload_id) is self.stop:
            del _receiving[self._upload_id]
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(self._holding.__exit__, None, None, None)


async def receive_part(
    request: Request,
    uploads: Uploads,
    by: Actor,
    upload_id: str,
    offset: int,
    checksum: Checksum | None,
) -> Upload:
    """The row as it is then; with a job, when all is there.

    Raises NotFound, Gone, Busy, WrongOffset, TooLarge, ChecksumMismatch, DiskFull, DatabaseAway.
    """
    async with AsyncExitStack() as stack:
        holding = Holding(uploads, by, upload_id)
        held = await stack.enter_async_context(holding)
        writer = held.writer
        size = held.row.length if writer is None else writer.size
        if offset != size:
            raise WrongOffset("the upload is at another offset")
        if writer is None:
            return held.row
        announced = request.headers.get("content-length", "")
        if re.fullmatch(r"\d{1,18}", announced) and size + int(announced) > held.row.length:
            raise TooLarge("the part is longer than the upload that was announced")
        if checksum is not None:
            await run_in_threadpool(uploads.save, held)  # what a mismatch goes back to
        before, whole = mark_of(held.row), False
        try:
            whole = await _write(request, uploads, held, checksum, holding.stop)
        finally:
            with anyio.CancelScope(shield=True):
                if checksum is not None and not (whole and checksum.fits()):
                    await run_in_threadpool(uploads.rollback, held, before)
                elif writer.size < held.row.length:
                    await run_in_threadpool(uploads.save, held)
        if held.writer is None:
            raise ChecksumMismatch("the part does not have the checksum that was sent with it")
        if writer.size == held.row.length:
            await run_in_threadpool(uploads.finish, by, held)
        return held.row


async def _write(
    request: Request, uploads: Uploads, held: Held, checksum: Checksum | None, stop: asyncio.Event
) -> bool:
    """Whether the request came to its end."""
    writer = held.writer
    assert writer is not None
    batch, saved, whole = bytearray(), now_ms(), False
    try:
        async for piece in _pieces(request, stop):
            if piece is None:
                whole = True
                break
            if writer.size + len(batch) + len(piece) > held.row.length:
                raise TooLarge("the part is longer than the upload that was announced")
            if checksum is not None:
                checksum.update(piece)
            batch += piece
            if len(batch) >= _BATCH:
                await run_in_threadpool(writer.write, bytes(batch))
                batch.clear()
                if checksum is None and now_ms() - saved > _SAVE_MS:
                    await run_in_threadpool(uploads.save, held)
                    saved = now_ms()
    finally:
        writer.write(bytes(batch))
    return whole


async def _pieces(request: Request, stop: asyncio.Event) -> AsyncIterator[bytes | None]:
    """None at the end of the request; nothing more when it was cut, silent or told to stop."""
    stream = request.stream()
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while True:
            following = asyncio.ensure_future(anext(stream, None))
            done, _ = await asyncio.wait(
                {following, stopped}, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if following not in done:
                following.cancel()
                with suppress(asyncio.CancelledError, ClientDisconnect):
                    await following
                return
            try:
                piece = following.result()
            except ClientDisconnect:
                return
            yield piece
            if piece is None:
                return
    finally:
        stopped.cancel()
