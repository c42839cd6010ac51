"""What was read of a text, kept while one consultation is worked on, and then forgotten.

Verification reads the same sentences with many rules. Results are kept by text, up to a bound, and
``forget`` empties all of it: clinical text stays in memory no longer than the work on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

P = ParamSpec("P")
S = TypeVar("S")
R = TypeVar("R")

MOST = 32_768
"""Texts a function."""
_KEPT: list[Any] = []


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Keep the results of a pure function of texts until ``forget``."""
    kept = lru_cache(maxsize=MOST)(function)
    _KEPT.append(kept)
    return cast(Callable[P, R], kept)


def remembered_run(
    function: Callable[[Sequence[S], str], R],
) -> Callable[[Sequence[S], str], R]:
    """``remembered``, for a run of turns, which may come as a list."""
    kept = remembered(function)

    @wraps(function)
    def recalled(turns: Sequence[S], language: str) -> R:
        return kept(tuple(turns), language)

    return recalled


class Placed(Protocol):
    """What was found in a text: a frozen dataclass with these two places in it."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


T = TypeVar("T", bound=Placed)


def linewise(
    function: Callable[[str, str], tuple[T, ...]],
) -> Callable[[str, str], tuple[T, ...]]:
    """``remembered``, line by line: evidence is sentences that were each read once already.

    For readers of (text, language) that nothing crosses a line for.
    """
    kept = remembered(function)

    @remembered
    def joined(text: str, language: str) -> tuple[T, ...]:
        found: list[T] = []
        at = 0
        for line in text.split("\n"):
            found.extend(_moved(one, at) for one in kept(line, language))
            at += len(line) + 1
        return tuple(found)

    @wraps(function)
    def by_line(text: str, language: str) -> tuple[T, ...]:
        return joined(text, language) if "\n" in text else kept(text, language)

    return by_line


def _moved(one: T, by: int) -> T:
    if not by:
        return one
    moved: T = replace(one, start=one.start + by, end=one.end + by)  # type: ignore[type-var]
    return moved


def forget() -> None:
    """Empty every memory: call it when a consultation is done, whatever happened."""
    for kept in _KEPT:
        kept.cache_clear()


def readings() -> int:
    """How many texts were read since the last ``forget``, all readers together: what work costs."""
    return sum(kept.cache_info().misses for kept in _KEPT)
