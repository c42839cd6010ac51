"""What a speaker takes back in the same breath: *back pain, I mean abdominal pain*."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

TAKES_BACK = re.compile(
    r"(?<!\w)(?:pardon|excusez|je me trompe|je me suis trompe\w*|non,|plutot|enfin non|rectif\w+"
    r"|je veux dire|je voulais dire|sorry|i mean|i meant|correction|my mistake|let me correct"
    r"|rather|no,|no wait|actually|en fait)(?!\w)"
)
"""Folded words after which a value said before is replaced by the next of its kind."""
_INSTEAD = re.compile(
    r"(?<!\w)(?:pardon|je me trompe|je me suis trompe\w*|enfin non|rectif\w+|je veux dire"
    r"|je voulais dire|ou plutot|sorry|i mean|i meant|correction|my mistake|or rather|no wait)"
    r"(?!\w)"
)
"""Those that seldom stand for anything else."""
_ADDS = re.compile(r"(?<!\w)(?:and|also|too|plus|et|aussi|ainsi|with|avec|but|mais|or|ou)(?!\w)")
_NEAR = 30
"""Characters between what is taken back, the words that do so, and what is said instead."""


def takes_back(between: str) -> bool:
    """Whether the folded text between two things of a kind says the second instead of the first."""
    match = _INSTEAD.search(between)
    return (
        match is not None
        and match.start() <= _NEAR
        and len(between) - match.end() <= _NEAR
        and _ADDS.search(between[match.end() :]) is None
    )


def replaced(line: str, named: Sequence[tuple[str, int, int]]) -> frozenset[int]:
    """Indexes of what is named and taken back at once for another of its kind.

    Args:
        line: folded text; ``named``: (concept, start, end) in order. Two concepts are of a kind if
            their names share a word: *back pain*, *abdominal pain*.
    """
    if not _INSTEAD.search(line):
        return frozenset()
    return frozenset(
        k
        for k, (one, other) in enumerate(pairwise(named))
        if one[0] != other[0]
        and set(one[0].split()) & set(other[0].split())
        and takes_back(line[one[2] : other[1]])
    )
