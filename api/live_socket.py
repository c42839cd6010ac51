"""One connection of a live session: sound in and onto the disk, words out.

The session is a resumable upload whose length is left open (``jobs.uploads``): what is acknowledged
is encrypted and on the disk, ``end`` makes of it the same job as of any upload. Words are beside
that (``api.live_words``), from a child process: when it is slow, killed or missing, the recording
goes on. docs/adr/0044.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import anyio
from fastapi import WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from api.admission import Room
from api.live_wire import FrameTooLarge, LiveIdle, Resume, Start, Superseded, check_end
from api.live_words import LiveWords
from api.parts import Holding
from api.service import Service
from jobs.errors import Conflict, NotFound
from jobs.store import uploads as rows
from jobs.store.audit import Actor
from jobs.store.tables import now_ms
from jobs.upload_fields import UploadFields
from jobs.uploads import Held, Uploads
from transcribe.live_audio import wav_head

FRAME_BYTES = 1 << 20
WS_BYTES = FRAME_BYTES + 1024
"""Of a frame at the server; one byte more than the limit must arrive to be refused by name."""
SAVE_SECONDS = 2.0
"""At most so much sound is on its way without being acknowledged."""


class LiveSocket:
    """``run`` until the client ends, leaves, or is refused."""

    def __init__(self, socket: WebSocket, used: Service, by: Actor) -> None:
        self._socket, self._used, self._by = socket, used, by
        self._uploads = Uploads(used.store, used.enqueuer, used.settings)
        self._sending = asyncio.Lock()

    async def run(self, session: str, first: Start | Resume) -> None:
        """Raises AnamneseError, WebSocketDisconnect."""
        holding = Holding(self._uploads, self._by, session)
        async with holding as held:
            if held.row.job_id is not None:
                await self._ready(held, 0, continued=False, words=False)
                await self._tell_job(held)
                return
            fields = UploadFields.model_validate_json(
                rows.fields_of(held.row, self._used.store.ring)
            )
            if fields.live is None:
                raise NotFound("there is no such live session")
            head = len(wav_head()) if fields.live == "pcm" else 0
            assert held.writer is not None
            if held.writer.size < head:
                raise rows.Gone("the session was cut before it began")
            heard = first.heard if isinstance(first, Resume) else 0.0
            words = LiveWords(self._used.live, self._uploads, self._send, fields, head, heard=heard)
            try:
                await run_in_threadpool(self._uploads.save, held)
                continued = await words.find(held)
                await self._ready(held, head, continued=continued, words=words.there)
                words.forward()
                with self._used.admission.upload(0) as room:
                    await self._receive(held, words, holding.stop, head, room)
            finally:
                with anyio.CancelScope(shield=True):
                    await self._leave(held, words)

    async def _receive(
        self, held: Held, words: LiveWords, stop: asyncio.Event, head: int, room: Room
    ) -> None:
        settings = self._used.settings
        assert held.writer is not None
        saved = heard = time.monotonic()
        unsaved = False
        stopped = asyncio.ensure_future(stop.wait())
        following = asyncio.ensure_future(self._socket.receive())
        try:
            while True:
                await asyncio.wait(
                    {following, stopped},
                    timeout=SAVE_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if stopped.done():
                    raise Superseded("the session was resumed elsewhere")
                ended = now_ms() - held.row.created > settings.live_hours * 3_600_000
                if following.done():
                    event = following.result()
                    if event["type"] == "websocket.disconnect":
                        raise WebSocketDisconnect(event.get("code") or 1006)
                    content: bytes | None = event.get("bytes")
                    if content is not None:
                        heard, unsaved = time.monotonic(), True
                        full = await self._write(held, words, content, room)
                        ended = ended or full
                    else:
                        check_end(event.get("text") or "")
                        ended = True
                    if not ended:
                        following = asyncio.ensure_future(self._socket.receive())
                elif time.monotonic() - heard > settings.live_idle_seconds:
                    raise LiveIdle("nothing was sent for too long")
                if ended:
                    await self._end(held, words, head)
                    return
                if unsaved and time.monotonic() - saved >= SAVE_SECONDS:
                    await run_in_threadpool(self._uploads.save, held)
                    saved, unsaved = time.monotonic(), False
                    await self._send({"type": "received", "offset": held.row.size - head})
                    await words.mend(held)
        finally:
            stopped.cancel()
            following.cancel()

    async def _write(self, held: Held, words: LiveWords, content: bytes, room: Room) -> bool:
        """Whether there may be no more."""
        if len(content) > FRAME_BYTES:
            raise FrameTooLarge("a frame is too large")
        writer = held.writer
        assert writer is not None
        content = content[: held.row.length - writer.size]
        await run_in_threadpool(writer.write, content)
        room.arrived(writer.size)
        words.feed(content)
        return bool(writer.size >= held.row.length)

    async def _end(self, held: Held, words: LiveWords, head: int) -> None:
        await run_in_threadpool(self._uploads.conclude, self._by, held, head)
        await self._tell_job(held)
        await words.finish(self._used.settings.live_last_seconds)

    async def _leave(self, held: Held, words: LiveWords) -> None:
        words.stop()
        if held.writer is not None:
            await run_in_threadpool(self._uploads.save, held)
        words.leave(held)

    async def _ready(self, held: Held, head: int, *, continued: bool, words: bool) -> None:
        message = {"type": "ready", "session": held.row.id, "offset": held.row.size - head}
        await self._send({**message, "continued": continued, "words": words})

    async def _tell_job(self, held: Held) -> None:
        row = held.row
        if row.job_id is None:
            raise Conflict("the session has no job")
        await self._send(
            {"type": "job", "consultation_id": row.consultation_id, "job_id": row.job_id}
        )

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._sending:
            await self._socket.send_text(json.dumps(message, ensure_ascii=False))
