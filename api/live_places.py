"""Live sessions of this process: how many there are, and hearings that wait for their client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from api.problem import TooBusy
from jobs.live_engine import Hearing, LiveEngine

WAIT_SECONDS = 60.0
"""A client that lost its connection finds its words where they were, for so long."""


class LiveFull(TooBusy):
    code = "live_full"
    hint = "Record as usual, and upload it when it is over: POST /v1/uploads or /v1/consultations."


class LivePlaces:
    """Used on one event loop."""

    def __init__(self) -> None:
        self.engine = LiveEngine()
        self._taken = 0
        self._kept: dict[str, tuple[Hearing, int, asyncio.TimerHandle]] = {}

    @contextmanager
    def place(self, most: int) -> Iterator[None]:
        """Raises LiveFull."""
        if self._taken >= most:
            raise LiveFull("as many live sessions as this service offers are taken")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    def keep(self, upload_id: str, hearing: Hearing, size: int) -> None:
        """Until its client comes back; ``size``: bytes that it has heard."""
        self.drop(upload_id)
        timer = asyncio.get_running_loop().call_later(WAIT_SECONDS, self.drop, upload_id)
        self._kept[upload_id] = hearing, size, timer

    def again(self, upload_id: str, size: int) -> Hearing | None:
        """The hearing that was kept, if it has heard exactly what is stored."""
        kept = self._kept.pop(upload_id, None)
        if kept is None:
            return None
        hearing, heard, timer = kept
        timer.cancel()
        if hearing.lost or heard != size:
            hearing.close()
            return None
        return hearing

    def drop(self, upload_id: str) -> None:
        kept = self._kept.pop(upload_id, None)
        if kept is not None:
            kept[2].cancel()
            kept[0].close()

    async def close(self) -> None:
        for upload_id in list(self._kept):
            self.drop(upload_id)
        await self.engine.close()
