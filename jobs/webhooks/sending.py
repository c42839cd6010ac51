"""One signed POST: the name is resolved once, every address is looked at, and the connection goes
to one of those. No redirects, no proxy, no cookies; of the answer, the status is all that is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore

from consultation.errors import InvalidOption
from jobs.webhooks.address import Network, check_url, may_reach

_ANSWER_MOST = 4096
"""Bytes of the body that are read, so that a receiver may end its answer; none is kept."""
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Outcome:
    status_code: int | None = None
    error: str | None = None
    """address_refused, dns_failed, connect_failed, tls_failed, timeout or bad_answer"""
    duration_ms: int = 0

    @property
    def delivered(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def gone(self) -> bool:
        """The receiver wants no more of them."""
        return self.status_code == 410


@dataclass(frozen=True)
class Limits:
    allowed: tuple[Network, ...]
    http: bool
    seconds: float


def new_secret() -> str:
    """256 random bits, as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, message_id: str, at: int, body: bytes) -> dict[bytes | str, bytes | str]:
    """The headers of https://www.standardwebhooks.com; ``at`` in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{at}.".encode() + body
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }


def resolve(host: str, port: int) -> list[str]:
    """Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def send(
    url: str,
    secret: str,
    message_id: str,
    body: bytes,
    limits: Limits,
    resolve: Resolve = resolve,
) -> Outcome:
    """One try. Never raises for what the other side does."""
    began = time.monotonic()
    code, error = None, None
    try:
        # The settings may have become narrower since it was registered.
        check_url(url, http=limits.http, allowed=limits.allowed)
        code = _post(url, secret, message_id, body, limits, resolve)
    except (InvalidOption, _Refused):
        error = "address_refused"
    except (_NoName, UnicodeError):
        error = "dns_failed"
    except httpcore.TimeoutException:
        error = "timeout"
    except httpcore.ConnectError as failed:
        tls = isinstance(failed.__cause__ or failed.__context__, ssl.SSLError)
        error = "tls_failed" if tls else "connect_failed"
    except (httpcore.NetworkError, httpcore.ProtocolError):
        error = "bad_answer"
    except httpcore.UnsupportedProtocol:
        error = "address_refused"
    return Outcome(code, error, round((time.monotonic() - began) * 1000))


def _post(
    url: str, secret: str, message_id: str, body: bytes, limits: Limits, resolve: Resolve
) -> int:
    backend = _Guarded(limits.allowed, resolve, time.monotonic() + limits.seconds)
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), limits.seconds)
    headers: dict[bytes | str, bytes | str] = {
        "Content-Type": "application/json",
        "User-Agent": "anamnese-webhooks/1",
        "Connection": "close",
        **sign(secret, message_id, int(time.time()), body),
    }
    with (
        # The system's authorities, so that a hospital's own one counts.
        httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=backend
        ) as pool,
        pool.stream(
            "POST", url, headers=headers, content=body, extensions={"timeout": timeout}
        ) as answer,
    ):
        read = 0
        try:
            for chunk in answer.iter_stream():
                read += len(chunk)
                if read > _ANSWER_MOST:
                    break
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
            pass  # The status has come, and says all.
        return int(answer.status)


class _Refused(Exception):
    pass


class _NoName(Exception):
    pass


class _Guarded(httpcore.NetworkBackend):
    """Connects to the addresses that were looked at, never to a name: a name that is resolved
    again may have moved (DNS rebinding)."""

    def __init__(self, allowed: Sequence[Network], resolve: Resolve, end: float) -> None:
        self._allowed, self._resolve, self._end = allowed, resolve, end
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = self._resolve(host, port)
        except OSError:
            raise _NoName from None
        # One that is refused among them is reason enough: names of that kind are made to try.
        if not found or not all(may_reach(address, self._allowed) for address in found):
            raise _Refused
        failed: Exception = httpcore.ConnectError("no address")
        for address in found:
            try:
                stream = self._plain.connect_tcp(
                    address, port, _left(self._end, timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Hurried(stream, self._end)
        raise failed


class _Hurried(httpcore.NetworkStream):
    """Ends in time also when the other side sends a byte now and then."""

    def __init__(self, stream: httpcore.NetworkStream, end: float) -> None:
        self._stream, self._end = stream, end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._end, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._end, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        started = self._stream.start_tls(ssl_context, server_hostname, _left(self._end, timeout))
        return _Hurried(started, self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(end: float, timeout: float | None) -> float:
    left = min(end - time.monotonic(), timeout if timeout is not None else end)
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
