"""One HL7 v2 message over MLLP, and the acknowledgement of it; a connection of its own each time,
so that one that died in between is nobody's trouble.

MLLP (HL7 v2, "Minimal Lower Layer Protocol", release 1): <VT> message <FS><CR>.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass

import httpcore

from jobs.push.outcome import Outcome, Verdict
from jobs.push_settings import PushSettings, host_and_port
from jobs.webhooks.guarded import FAILURES, Guarded, Resolve, failure, resolve

START, END = b"\x0b", b"\x1c\r"
_ANSWER_MOST = 1 << 16
_VERDICTS: dict[str, Verdict] = {
    "AA": "accepted",
    "CA": "accepted",
    "AE": "again",
    "CE": "again",
    "AR": "failed",
    "CR": "failed",
}
"""HL7 table 0008. An error is tried again: receivers answer so while their database is away."""


@dataclass(frozen=True)
class Ack:
    code: str
    """MSA-1"""
    control_id: str
    """MSA-2: of the message that it answers."""


def framed(message: str) -> bytes:
    """Raises ValueError for what would end its own frame."""
    body = message.encode()
    if b"\x0b" in body or b"\x1c" in body:
        raise ValueError("a message cannot hold the bytes that frame it")
    return START + body + END


def read_ack(message: bytes) -> Ack:
    """Raises ValueError for what is no acknowledgement."""
    segments = message.decode("utf-8", "replace").replace("\n", "\r").split("\r")
    head = segments[0]
    if not head.startswith("MSH") or len(head) < 4:
        raise ValueError("no message")
    for segment in segments[1:]:
        fields = segment.split(head[3])
        if fields[0] == "MSA" and len(fields) > 2:
            return Ack(fields[1].strip(), fields[2].strip())
    raise ValueError("no acknowledgement")


def control_id(message: str) -> str:
    """MSH-10."""
    return message.split("\r", 1)[0].split("|")[9]


def send(message: str, settings: PushSettings, resolve: Resolve = resolve) -> Outcome:
    """One try. Never raises for what the other side does.

    MSH-10 is made of the signed content: sent again, the message has the same, by which the
    receiver knows it.
    """
    try:
        answer = _exchange(framed(message), settings, resolve)
        ack = read_ack(answer)
    except FAILURES as failed:
        return Outcome("again", error=failure(failed))
    except ValueError:
        return Outcome("again", error="bad_answer")
    if ack.control_id != control_id(message) or ack.code not in _VERDICTS:
        return Outcome("again", error="bad_answer")
    return Outcome(_VERDICTS[ack.code], ack.code)


def _exchange(frame: bytes, settings: PushSettings, resolve: Resolve) -> bytes:
    """The message that comes back, without its frame. Raises ValueError, and ``FAILURES``."""
    host, port = host_and_port(settings.mllp_address or "")
    seconds = settings.push_timeout
    backend = Guarded(settings.push_networks, resolve, time.monotonic() + seconds)
    stream = backend.connect_tcp(host, port, seconds)
    try:
        if settings.mllp_tls:
            stream = stream.start_tls(ssl.create_default_context(), host, seconds)
        stream.write(frame, seconds)
        return _answer(stream, seconds)
    finally:
        stream.close()


def _answer(stream: httpcore.NetworkStream, seconds: float) -> bytes:
    got = b""
    while END not in got:
        more = stream.read(4096, seconds)
        got += more
        if not more or len(got) > _ANSWER_MOST:
            raise ValueError("no whole answer")
    start = got.find(START)
    if start < 0:
        raise ValueError("no frame")
    return got[start + 1 : got.index(END)]
