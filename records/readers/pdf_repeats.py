"""Headers and footers: lines at the edge of pages that come back. The first header is kept."""

from __future__ import annotations

import re
from collections import Counter

from records.readers.pdf_words import Line

_EDGE = 0.15
"""Of the page's height, at the top and at the bottom."""
_SHARE = 0.6
_NUMBER = re.compile(r"^\W*(?:page|p\.?)?\s*\d{1,4}\s*(?:(?:/|sur|of|de)\s*\d{1,4})?\W*$", re.I)


def without_repeats(pages: list[list[Line]], heights: list[float]) -> list[list[Line]]:
    """The same pages without what repeats, and without page numbers."""
    counts: Counter[str] = Counter()
    for lines, height in zip(pages, heights, strict=True):
        counts.update({_key(line) for line in lines if _edge(line, height)})
    filled = sum(1 for lines in pages if lines)
    often = {key for key, n in counts.items() if filled >= 2 and n >= max(2, _SHARE * filled)}
    kept: list[list[Line]] = []
    shown: set[str] = set()
    for lines, height in zip(pages, heights, strict=True):
        page: list[Line] = []
        for line in lines:
            if _edge(line, height):
                key = _key(line)
                footer = key in often and line.middle < height / 2
                if _NUMBER.match(line.text[:40]) or key in shown or footer:
                    continue
                if key in often:
                    shown.add(key)
            page.append(line)
        kept.append(page)
    return kept


def _edge(line: Line, height: float) -> bool:
    return not height * _EDGE < line.middle < height * (1 - _EDGE)


def _key(line: Line) -> str:
    """Page numbers differ from page to page; the rest of a footer does not."""
    return re.sub(r"\d+", "#", line.text.casefold())
