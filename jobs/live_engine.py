"""The HTTP process's side of ``jobs.live_child``: started when first needed, and again when gone.

Words are shown as long as they come. Nothing that was said depends on this: the recording is stored
by ``jobs.uploads``, whatever happens to the child.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import Any

_WAITING = 8 << 20
"""Bytes that wait for a child that is too slow; more, and the session has words no longer."""
_LINE = 4 << 20


class Hearing:
    """One session in the child. ``words`` gives what it says; None when there will be no more."""

    def __init__(self, engine: LiveEngine, name: str) -> None:
        self._engine, self.name = engine, name
        self.words: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self.lost = False
        """The child ended or was too slow; another hearing may be opened."""

    def feed(self, content: bytes) -> None:
        if not self.lost:
            self._engine.tell(self, {"do": "audio", "bytes": len(content)}, content)

    def end(self) -> None:
        """The last words, then None, will come."""
        self._engine.tell(self, {"do": "end"})

    def close(self) -> None:
        self._engine.tell(self, {"do": "close"})
        self._engine.forget(self)


class LiveEngine:
    """One child for all sessions of this process. Used on one event loop."""

    def __init__(self) -> None:
        self._child: asyncio.subprocess.Process | None = None
        self._hearings: dict[str, Hearing] = {}
        self._orders: asyncio.Queue[bytes] = asyncio.Queue()
        self._waiting = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._opening = asyncio.Lock()
        self._number = 0

    async def open(self, **how: Any) -> Hearing:
        """``how``: what ``jobs.live_session.LiveSession`` takes. Raises OSError."""
        async with self._opening:
            if self._child is None or self._child.returncode is not None:
                await self._start()
        self._number += 1
        hearing = Hearing(self, str(self._number))
        self._hearings[hearing.name] = hearing
        self.tell(hearing, {"do": "open", "how": how})
        return hearing

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    def tell(self, hearing: Hearing, order: dict[str, Any], content: bytes = b"") -> None:
        line = json.dumps({"session": hearing.name, **order}).encode() + b"\n" + content
        if self._waiting + len(line) > _WAITING:
            self._lose(hearing)
            return
        self._waiting += len(line)
        self._orders.put_nowait(line)

    def forget(self, hearing: Hearing) -> None:
        self._hearings.pop(hearing.name, None)

    async def close(self) -> None:
        """End the child; may be called twice."""
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
            await self._child.wait()
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    async def _start(self) -> None:
        await self.close()
        self._orders, self._waiting = asyncio.Queue(), 0
        self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "jobs.live_child"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LINE,
            env=dict(os.environ),
            start_new_session=True,
        )
        self._tasks = [
            asyncio.create_task(self._write(self._child, self._orders)),
            asyncio.create_task(self._listen(self._child)),
        ]

    async def _write(self, child: asyncio.subprocess.Process, orders: asyncio.Queue[bytes]) -> None:
        assert child.stdin is not None
        with contextlib.suppress(OSError):
            while True:
                line = await orders.get()
                child.stdin.write(line)
                await child.stdin.drain()
                self._waiting -= len(line)

    async def _listen(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        while line := await child.stdout.readline():
            message = json.loads(line)
            hearing = self._hearings.get(message.pop("session"))
            if hearing is None:
                continue
            if "error" in message:
                self._lose(hearing)
                continue
            over = message.pop("over", False)
            if message:
                hearing.words.put_nowait(message)
            if over:
                hearing.words.put_nowait(None)
                self.forget(hearing)
        for hearing in list(self._hearings.values()):
            self._lose(hearing)

    def _lose(self, hearing: Hearing) -> None:
        hearing.lost = True
        hearing.words.put_nowait(None)
        self.forget(hearing)
