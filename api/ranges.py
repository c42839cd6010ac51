"""Which bytes a caller wants: Range (RFC 9110, 14.2), one range at a time."""

from __future__ import annotations

import re

from api.problem import RangeNotSatisfiable

_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


def span(given: str | None, total: int) -> tuple[int, int] | None:
    """[start, end) of ``total`` bytes; None for all of them, also where the header means nothing or
    several ranges: a server may ignore it then. Raises RangeNotSatisfiable.
    """
    read = _RANGE.fullmatch(given.strip()) if given else None
    first, last = read.groups() if read else ("", "")
    if not first and not last:
        return None
    if not first:
        if int(last) == 0 or total == 0:
            raise RangeNotSatisfiable(total)
        return max(0, total - int(last)), total
    if last and int(last) < int(first):
        return None
    if int(first) >= total:
        raise RangeNotSatisfiable(total)
    return int(first), min(int(last) + 1, total) if last else total
