"""One connection of a live session: sound in and onto the disk, words out.

The session is a resumable upload whose length is left open (``jobs.uploads``): what is acknowledged
is encrypted and on the disk, ``end`` makes of it the same job as of any upload. Words are beside
that, from a child process (``jobs.live_engine``): when it is slow, killed or missing, the recording
goes on. docs/adr/0044.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any

import anyio
from fastapi import WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from api.admission import Room
from api.form import read_fields, take_patient
from api.live_places import LivePlaces
from api.live_wire import FrameTooLarge, LiveIdle, Resume, Start, Superseded, check_end
from api.parts import Holding
from api.service import Service
from api.smart.filed import of_launch
from consultation.settings import Settings
from jobs.errors import Conflict, NotFound
from jobs.live_engine import Hearing
from jobs.store import uploads as rows
from jobs.store.access import Principal
from jobs.store.audit import Actor
from jobs.store.tables import now_ms
from jobs.uploads import Held, UploadFields, Uploads
from transcribe.live_audio import wav_head
from transcribe.vocabulary import expected

FRAME_BYTES = 1 << 20
WS_BYTES = FRAME_BYTES + 1024
"""Of a frame at the server; one byte more than the limit must arrive to be refused by name."""
SAVE_SECONDS = 2.0
"""At most so much sound is on its way without being acknowledged."""
_LAST_SECONDS = 8.0
"""For the last words, once the job is there."""
_RESTARTS = 2


async def create(used: Service, who: Principal, by: Actor, start: Start) -> str:
    """The id of the upload. Raises InputError, StorageQuota, TooManyUnfinished, TooBusy and
    UnknownLaunch."""
    values = dict(start.fields)
    patient = take_patient(values)
    launched = await run_in_threadpool(of_launch, used.store, who, values.pop("launch", None))
    options, template, priority = read_fields(values, used.settings)
    await run_in_threadpool(used.admission.recording, by.org_id, 0)
    fields = UploadFields(
        options=options,
        template=template,
        priority=priority,
        patient=launched.patient if launched else patient,
        context=launched.context.to_json() if launched else None,
        live=start.audio,
    )
    uploads = Uploads(used.store, used.enqueuer, used.settings)

    def make() -> str:
        row = uploads.create(by, used.settings.upload_limit_mb << 20, fields)
        if start.audio == "pcm":
            with uploads.hold(by, row.id) as held:
                assert held.writer is not None
                held.writer.write(wav_head())
                uploads.save(held)
        return row.id

    return await run_in_threadpool(make)


class LiveSocket:
    """``run`` until the client ends, leaves, or is refused."""

    def __init__(self, socket: WebSocket, used: Service, by: Actor) -> None:
        self._socket, self._used, self._by = socket, used, by
        self._places: LivePlaces = used.live
        self._uploads = Uploads(used.store, used.enqueuer, used.settings)
        self._sending = asyncio.Lock()
        self._hearing: Hearing | None = None
        self._forwarding: asyncio.Task[None] | None = None
        self._restarts, self._heard = 0, 0.0

    async def run(self, session: str, first: Start | Resume) -> None:
        """Raises AnamneseError, WebSocketDisconnect."""
        holding = Holding(self._uploads, self._by, session)
        async with holding as held:
            if held.row.job_id is not None:
                await self._ready(held, 0, continued=False)
                await self._tell_job(held)
                return
            fields = UploadFields.model_validate_json(
                rows.fields_of(held.row, self._used.store.ring)
            )
            if fields.live is None:
                raise NotFound("there is no such live session")
            head = len(wav_head()) if fields.live == "pcm" else 0
            self._fields = fields
            assert held.writer is not None
            size = held.writer.size
            if size < head:
                raise rows.Gone("the session was cut before it began")
            self._heard = first.heard if isinstance(first, Resume) else 0.0
            try:
                await run_in_threadpool(self._uploads.save, held)
                self._hearing = self._places.again(session, size)
                continued = self._hearing is not None
                if self._hearing is None:
                    await self._open(held, head)
                await self._ready(held, head, continued=continued)
                self._forward()
                with self._used.admission.upload(0) as room:
                    await self._receive(held, holding.stop, head, room)
            finally:
                with anyio.CancelScope(shield=True):
                    await self._leave(session, held)

    async def _receive(self, held: Held, stop: asyncio.Event, head: int, room: Room) -> None:
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
                        full = await self._write(held, content, room)
                        ended = ended or full
                    else:
                        check_end(event.get("text") or "")
                        ended = True
                    if not ended:
                        following = asyncio.ensure_future(self._socket.receive())
                elif time.monotonic() - heard > settings.live_idle_seconds:
                    raise LiveIdle("nothing was sent for too long")
                if ended:
                    await self._end(held, head)
                    return
                if unsaved and time.monotonic() - saved >= SAVE_SECONDS:
                    await run_in_threadpool(self._uploads.save, held)
                    saved, unsaved = time.monotonic(), False
                    await self._send({"type": "received", "offset": held.row.size - head})
                    await self._mend(held, head)
        finally:
            stopped.cancel()
            following.cancel()

    async def _write(self, held: Held, content: bytes, room: Room) -> bool:
        """Whether there may be no more."""
        if len(content) > FRAME_BYTES:
            raise FrameTooLarge("a frame is too large")
        writer = held.writer
        assert writer is not None
        content = content[: held.row.length - writer.size]
        await run_in_threadpool(writer.write, content)
        room.arrived(writer.size)
        if self._hearing is not None:
            self._hearing.feed(content)
        return bool(writer.size >= held.row.length)

    async def _end(self, held: Held, head: int) -> None:
        await run_in_threadpool(self._uploads.conclude, self._by, held, head)
        await self._tell_job(held)
        if self._hearing is not None and self._forwarding is not None:
            self._hearing.end()
            await asyncio.wait({self._forwarding}, timeout=_LAST_SECONDS)
            self._hearing.close()
            self._hearing = None

    async def _leave(self, session: str, held: Held) -> None:
        if self._forwarding is not None:
            self._forwarding.cancel()
        if held.writer is not None:
            await run_in_threadpool(self._uploads.save, held)
        hearing, self._hearing = self._hearing, None
        if hearing is not None and not hearing.lost:
            if held.writer is not None:
                self._places.keep(session, hearing, held.writer.size)
            else:
                hearing.close()

    async def _open(self, held: Held, head: int) -> None:
        """A new hearing, which is given what is stored already; none, when there cannot be one."""
        options = self._fields.options.transcribe
        names = expected(options.vocabulary, options.speciality, options.language)
        self._hearing = None
        with contextlib.suppress(OSError):
            hearing = await self._places.engine.open(
                kind=self._fields.live,
                language=options.language,
                vocabulary=[*names, *Settings().vocabulary],
                skip=self._heard,
            )
            skipped = head
            pieces = self._uploads.arrived(held)
            while (piece := await run_in_threadpool(next, pieces, None)) is not None:
                hearing.feed(piece[skipped:])
                skipped = max(0, skipped - len(piece))
            self._hearing = hearing

    async def _mend(self, held: Held, head: int) -> None:
        """After the child ended: another hearing, from where the words stopped."""
        lost = self._hearing is None or self._hearing.lost
        if not lost or self._restarts > _RESTARTS:
            return
        self._restarts += 1
        if self._restarts > _RESTARTS:
            self._hearing = None
            await self._send({"type": "notice", "code": "live_words_ended"})
            return
        await self._open(held, head)
        await self._send({"type": "notice", "code": "live_words_restarted"})
        self._forward()

    def _forward(self) -> None:
        if self._hearing is not None:
            self._forwarding = asyncio.create_task(self._words(self._hearing))

    async def _words(self, hearing: Hearing) -> None:
        while (message := await hearing.words.get()) is not None:
            if message["final"]:
                self._heard = message["final"][-1]["end"]
            await self._send({"type": "words", **message})

    async def _ready(self, held: Held, head: int, *, continued: bool) -> None:
        message = {"type": "ready", "session": held.row.id, "offset": held.row.size - head}
        await self._send({**message, "continued": continued, "words": self._hearing is not None})

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
