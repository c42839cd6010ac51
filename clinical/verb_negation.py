"""French negation that follows its verb: *je ne tousse pas*, *je fume plus*."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical.marks import Mark, touching
from consultation.summary import Polarity

_VERB_SUBJECTS = frozenset(
    {"ne", "n'", "je", "j'", "il", "elle", "on", "ca", "tu", "vous", "nous", "ils", "elles"}
    | {"me", "m'", "te", "t'", "le", "la", "se", "s'", "lui", "y", "en"}
)
_NE = frozenset({"ne", "n'"})
_VERB_DENIED = re.compile(
    r" (?:[a-z]\S* )?(pas|plus|jamais|guere)(?!\S)| (aucune?|rien|ni|point)(?!\S)"
)


def verb_negation(
    line: str, end: int, before: Sequence[str], pseudo: Sequence[Mark]
) -> Polarity | None:
    """What follows a verb says of it, if anything.

    Args:
        line: the folded words and marks of a sentence; ``end``: where the verb ends in it.
        before: the folded words before the verb, three at most.
        pseudo: what only looks like a denial.
    """
    if before[-1] not in _VERB_SUBJECTS and not set(before[-2:]) & _NE:
        return None
    after = _VERB_DENIED.match(line, end)
    if not after or touching(pseudo, end, after.end()):
        return None
    if after.group(2) and not set(before) & _NE:
        return None
    # "Je fume plus", without ne, is less or more: the sound alone tells.
    spoken_plus = after.group(1) == "plus" and not set(before) & _NE
    return Polarity.uncertain if spoken_plus else Polarity.denied
