"""Connections to addresses that were looked at: a name is resolved once, every address of it is
checked, and the connection goes to one of those, within one time for all of it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpcore

from consultation.errors import InvalidOption
from jobs.webhooks.address import Network, may_reach

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Refused(Exception):
    pass


class NoName(Exception):
    pass


FAILURES = (
    InvalidOption,
    Refused,
    NoName,
    UnicodeError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)
"""What a request over ``Guarded`` may raise."""


def failure(error: Exception) -> str:
    """One of ``FAILURES`` as a code of ours."""
    if isinstance(error, (NoName, UnicodeError)):
        return "dns_failed"
    if isinstance(error, httpcore.TimeoutException):
        return "timeout"
    if isinstance(error, httpcore.ConnectError):
        tls = isinstance(error.__cause__ or error.__context__, ssl.SSLError)
        return "tls_failed" if tls else "connect_failed"
    if isinstance(error, (httpcore.NetworkError, httpcore.ProtocolError)):
        return "bad_answer"
    return "address_refused"


class Guarded(httpcore.NetworkBackend):
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
            raise NoName from None
        # One that is refused among them is reason enough: names of that kind are made to try.
        if not found or not all(may_reach(address, self._allowed) for address in found):
            raise Refused
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


@contextmanager
def _opened(
    method: str,
    url: str,
    headers: Mapping[bytes | str, bytes | str],
    body: bytes | None,
    allowed: Sequence[Network],
    resolve: Resolve,
    seconds: float,
) -> Iterator[httpcore.Response]:
    """No redirects, no proxy, no cookies."""
    backend = Guarded(allowed, resolve, time.monotonic() + seconds)
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    with (
        # The system's authorities, so that a hospital's own one counts.
        httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=backend
        ) as pool,
        pool.stream(
            method, url, headers=dict(headers), content=body, extensions={"timeout": timeout}
        ) as answer,
    ):
        yield answer


def post(
    url: str,
    headers: dict[bytes | str, bytes | str],
    body: bytes,
    *,
    allowed: Sequence[Network],
    resolve: Resolve,
    seconds: float,
    most: int,
) -> int:
    """The status.

    ``most``: bytes of the answer that are read, so that a receiver may end it; none is kept.
    Raises one of ``FAILURES``.
    """
    with _opened("POST", url, headers, body, allowed, resolve, seconds) as answer:
        read = 0
        try:
            for chunk in answer.iter_stream():
                read += len(chunk)
                if read > most:
                    break
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
            pass  # The status has come, and says all.
        return int(answer.status)


def ask(
    method: str,
    url: str,
    headers: dict[bytes | str, bytes | str],
    body: bytes | None = None,
    *,
    allowed: Sequence[Network],
    resolve: Resolve = resolve,
    seconds: float,
    most: int,
) -> tuple[int, bytes]:
    """Status and content. Raises one of ``FAILURES``; ValueError for more than ``most`` bytes."""
    with _opened(method, url, headers, body, allowed, resolve, seconds) as answer:
        content = b""
        for chunk in answer.iter_stream():
            content += chunk
            if len(content) > most:
                raise ValueError("too long")
        return int(answer.status), content


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
