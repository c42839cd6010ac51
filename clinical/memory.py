"""What was read of a text, kept while one consultation is worked on, and then forgotten.

Verification reads the same sentences with many rules. Results are kept by text, up to a bound, and
``forget`` empties all of it: clinical text stays in memory no longer than the work on it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MOST = 4096
"""Texts a function."""
_KEPT: list[Any] = []


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Keep the results of a pure function of texts and runs of turns until ``forget``."""
    kept = lru_cache(maxsize=MOST)(function)
    _KEPT.append(kept)

    @wraps(function)
    def recalled(*args: P.args, **kwargs: P.kwargs) -> R:
        # A run of turns may come as a list.
        return kept(*(tuple(a) if isinstance(a, list) else a for a in args), **kwargs)  # type: ignore[arg-type]

    return recalled


def forget() -> None:
    """Empty every memory: call it when a consultation is done, whatever happened."""
    for kept in _KEPT:
        kept.cache_clear()
