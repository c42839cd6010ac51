"""The words of one connection: a hearing in the child (``jobs.live_engine``), opened again when it
is gone, and what it says sent on. Whatever becomes of it, the recording is not touched.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

from api.live_places import LivePlaces
from consultation.settings import Settings
from jobs.live_engine import Hearing
from jobs.upload_fields import UploadFields
from jobs.uploads import Held, Uploads
from transcribe.vocabulary import expected

Send = Callable[[dict[str, Any]], Awaitable[None]]
_RESTARTS = 2


class LiveWords:
    """``held`` is the recording so far; its first ``head`` bytes are nobody's sound."""

    def __init__(
        self,
        places: LivePlaces,
        uploads: Uploads,
        send: Send,
        fields: UploadFields,
        head: int,
        *,
        heard: float,
    ) -> None:
        """``heard``: end of the last final word that the client has, in seconds."""
        self._places, self._uploads, self._send = places, uploads, send
        self._fields, self._head, self._heard = fields, head, heard
        self._hearing: Hearing | None = None
        self._forwarding: asyncio.Task[None] | None = None
        self._restarts = 0

    @property
    def there(self) -> bool:
        return self._hearing is not None

    async def find(self, held: Held) -> bool:
        """Have a hearing, if there can be one; whether it is the one of the connection before."""
        assert held.writer is not None
        self._hearing = self._places.again(held.row.id, held.writer.size)
        if self._hearing is not None:
            return True
        await self._open(held)
        return False

    def forward(self) -> None:
        """From now on words are sent."""
        if self._hearing is not None:
            self._forwarding = asyncio.create_task(self._tell(self._hearing))

    def feed(self, content: bytes) -> None:
        if self._hearing is not None:
            self._hearing.feed(content)

    async def mend(self, held: Held) -> None:
        """After the child ended: another hearing, from where the words stopped."""
        lost = self._hearing is None or self._hearing.lost
        if not lost or self._restarts > _RESTARTS:
            return
        self._restarts += 1
        if self._restarts > _RESTARTS:
            self._hearing = None
            await self._send({"type": "notice", "code": "live_words_ended"})
            return
        await self._open(held)
        await self._send({"type": "notice", "code": "live_words_restarted"})
        self.forward()

    async def finish(self, seconds: float) -> None:
        """Wait for the last words, ``seconds`` at most."""
        if self._hearing is not None and self._forwarding is not None:
            self._hearing.end()
            await asyncio.wait({self._forwarding}, timeout=seconds)
            self._hearing.close()
            self._hearing = None

    def stop(self) -> None:
        """Nothing more is sent."""
        if self._forwarding is not None:
            self._forwarding.cancel()

    def leave(self, held: Held) -> None:
        """The hearing is kept for a client that comes back, if there is something to come to."""
        hearing, self._hearing = self._hearing, None
        if hearing is not None and not hearing.lost:
            if held.writer is not None:
                self._places.keep(held.row.id, hearing, held.writer.size)
            else:
                hearing.close()

    async def _open(self, held: Held) -> None:
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
            skipped = self._head
            pieces = self._uploads.arrived(held)
            while (piece := await run_in_threadpool(next, pieces, None)) is not None:
                hearing.feed(piece[skipped:])
                skipped = max(0, skipped - len(piece))
            self._hearing = hearing

    async def _tell(self, hearing: Hearing) -> None:
        while (message := await hearing.words.get()) is not None:
            if message["final"]:
                self._heard = message["final"][-1]["end"]
            await self._send({"type": "words", **message})
