"""How often who may ask, and how many wrong keys an address may send.

Token buckets (as GCRA: one number a key), in this process: no request costs a write in the
database. With several HTTP processes behind a balancer each counts for itself, so that together
they let through up to their number times the rate; what must be exact, quotas, is counted in the
database. See docs/adr/0025.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from api.problem import TooManyRequests
from jobs.identity_settings import IdentitySettings

_MOST_KEYS = 100_000
_KNOWN = 10_000
_KNOWN_SECONDS = 3600.0


class TooManyFailures(TooManyRequests):
    code = "too_many_failures"
    hint = "Wrong keys or tokens came from this address: correct them, and wait a minute."


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    limit: int
    remaining: int
    """Requests that would be let through at once."""
    reset: float
    """Seconds until as many as ``limit`` would be."""
    retry: float
    """Seconds until the next one is let through; 0 when it would be now."""

    def headers(self) -> dict[str, str]:
        return {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(self.remaining),
            "ratelimit-reset": str(math.ceil(self.reset)),
        }


class Bucket:
    """``burst`` at once, ``per_minute`` in the long run, for each key. Safe to use from threads."""

    def __init__(
        self, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval, self._burst, self._clock = 60.0 / per_minute, burst, clock
        self._empty_at: OrderedDict[str, float] = OrderedDict()
        """Key → when its bucket is full again; least recently used first."""
        self._lock = threading.Lock()

    def take(self, key: str) -> Verdict:
        """One, if there is one."""
        with self._lock:
            now = self._clock()
            verdict = self._look(key, now)
            if verdict.allowed:
                self._empty_at[key] = max(self._empty_at.get(key, now), now) + self._interval
                self._empty_at.move_to_end(key)
                while len(self._empty_at) > _MOST_KEYS:
                    self._empty_at.popitem(last=False)
                after = self._look(key, now)
                return Verdict(True, self._burst, after.remaining, after.reset, after.retry)
            return verdict

    def look(self, key: str) -> Verdict:
        """Without taking one."""
        with self._lock:
            return self._look(key, self._clock())

    def _look(self, key: str, now: float) -> Verdict:
        owed = max(self._empty_at.get(key, now) - now, 0.0)
        # A hair of tolerance: sums of intervals are not exact.
        free = self._burst - owed / self._interval + 1e-6
        remaining = max(int(free), 0)
        retry = 0.0 if remaining else owed - (self._burst - 1) * self._interval
        return Verdict(remaining > 0, self._burst, remaining, owed, max(retry, 0.0))


class Rates:
    """Of one HTTP process."""

    def __init__(
        self, settings: IdentitySettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._asking = Bucket(settings.rate_per_minute, settings.rate_burst, clock)
        self._failing = Bucket(settings.failures_per_minute, settings.failures_per_minute, clock)
        self._known: OrderedDict[bytes, float] = OrderedDict()
        self._clock, self._lock = clock, threading.Lock()

    def before(self, address: str, credentials: str) -> None:
        """Raises TooManyFailures, unless these credentials were right lately: one client with an
        old key must not lock a whole hospital out that shares its address."""
        verdict = self._failing.look(network(address))
        if not verdict.allowed and not self._was_right(credentials):
            raise TooManyFailures("too many wrong keys", retry_after=verdict.retry)

    def failed(self, address: str) -> None:
        self._failing.take(network(address))

    def right(self, credentials: str) -> None:
        with self._lock:
            name = _digest(credentials)
            self._known[name] = self._clock()
            self._known.move_to_end(name)
            if len(self._known) > _KNOWN:
                self._known.popitem(last=False)

    def take(self, who: str) -> Verdict:
        """Of one key or person. Raises TooManyRequests."""
        verdict = self._asking.take(who)
        if not verdict.allowed:
            raise TooManyRequests(
                "too many requests", retry_after=verdict.retry, headers=verdict.headers()
            )
        return verdict

    def _was_right(self, credentials: str) -> bool:
        with self._lock:
            at = self._known.get(_digest(credentials))
        return at is not None and self._clock() - at < _KNOWN_SECONDS


def network(address: str) -> str:
    """The address; of IPv6 the /64, which one machine has as a whole."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False).network_address)
    return str(parsed)


def _digest(credentials: str) -> bytes:
    return hashlib.sha256(credentials.encode()).digest()
