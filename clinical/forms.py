"""Forms of several words, found among tokens by their stems: what lexicons of phrases share."""

from __future__ import annotations

from collections.abc import Sequence

from clinical.text import Token, tokens

GAP = 3
"""Words that ``_`` stands for, at most: *perdu _ kilos*."""


def stems_of(form: str, language: str) -> tuple[str, ...]:
    """The stems of a lexicon's form; ``_`` stays."""
    return tuple(
        "_" if part == "_" else token.stem
        for part in form.split()
        for token in (tokens(part, language) or (Token("_", "_", "_", 0, 1),))
    )


def matched(
    stems: tuple[str, ...], words: Sequence[Token], start: int, breaks: frozenset[int]
) -> int:
    """The index after the form that begins at ``start``, or 0.

    ``breaks``: indexes of tokens that follow a punctuation mark; a form does not run over one.
    """
    at = start + 1
    k = 1
    while k < len(stems):
        if stems[k] == "_":
            k += 1
            end = min(len(words), at + GAP + 1)
            place = next((j for j in range(at, end) if words[j].stem == stems[k]), None)
            if place is None:
                return 0
        else:
            place = at
            if place >= len(words) or words[place].stem != stems[k]:
                return 0
        if any(j in breaks for j in range(at, place + 1)):
            return 0
        at = place + 1
        k += 1
    return at
