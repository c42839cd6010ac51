"""The process in which live sessions are heard: ``python -m jobs.live_child``.

Standard input: a line of JSON each, ``{"session": id, "do": "open", …}``, ``{"session": id, "do":
"audio", "bytes": n}`` and n bytes, ``end``, ``close``. Standard output: ``{"session": id, …}`` with
words, ``"over": true`` after the last ones, or ``"error": code``. It keeps nothing and writes
nothing anywhere else; it ends with its parent.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from typing import Any

from consultation.errors import AnamneseError
from consultation.settings import Settings
from consultation.weights import forbid_hub, silence_telemetry
from jobs.live_engines import LiveModels, live_models
from jobs.live_session import LiveSession
from jobs.service_settings import ServiceSettings

Order = tuple[dict[str, Any], bytes]


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    # What libraries print is nobody's: it could quote what they work on.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)

    def say(session: str, **message: Any) -> None:
        answers.write(json.dumps({"session": session, **message}) + "\n")
        answers.flush()

    settings, service = Settings(), ServiceSettings()
    silence_telemetry() if settings.hub else forbid_hub()
    try:
        models = live_models(settings, service)
    except AnamneseError as error:
        say("", error=error.code)
        return
    arrived: queue.Queue[Order | None] = queue.Queue()
    threading.Thread(target=_read, args=(arrived,), daemon=True).start()
    sessions: dict[str, LiveSession] = {}
    while True:
        over: set[str] = set()
        try:
            order = arrived.get(timeout=0.2)
            while True:
                if order is None:
                    return
                _obey(order, sessions, models, over, say)
                order = arrived.get_nowait()
        except queue.Empty:
            pass
        for name in list(sessions):
            try:
                found = sessions[name].step(over=name in over)
                if found is not None or name in over:
                    say(name, over=name in over, **(found or {}))
            except Exception as error:  # noqa: BLE001 - its text may quote a patient
                code = error.code if isinstance(error, AnamneseError) else "internal_error"
                say(name, error=code)
                over.add(name)
            if name in over:
                del sessions[name]


def _obey(
    order: Order,
    sessions: dict[str, LiveSession],
    models: LiveModels,
    over: set[str],
    say: Any,
) -> None:
    message, content = order
    name, what = message["session"], message["do"]
    if what == "open":
        try:
            sessions[name] = LiveSession(models, **message["how"])
        except AnamneseError as error:
            say(name, error=error.code)
    elif what == "audio" and name in sessions:
        sessions[name].feed(content)
    elif what == "end":
        if name in sessions:
            over.add(name)
        else:
            say(name, over=True)
    elif what == "close" and name in sessions:
        sessions.pop(name).feed(b"")


def _read(arrived: queue.Queue[Order | None]) -> None:
    source = sys.stdin.buffer
    for line in iter(source.readline, b""):
        message = json.loads(line)
        arrived.put((message, source.read(message.get("bytes", 0))))
    arrived.put(None)


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main()
