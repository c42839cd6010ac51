"""Words to expect, in the little room that Whisper has for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

BUDGET = 120
"""Tokens. Whisper's window is 448 for the prompt and the text; 28 s of speech take up to 200."""


def cut(
    vocabulary: Sequence[str], count_tokens: Callable[[str], int], budget: int = BUDGET
) -> tuple[str, ...]:
    """The first entries that fit, without blanks and doubles; the earlier, the more important."""
    kept: list[str] = []
    seen: set[str] = set()
    for entry in vocabulary:
        clean = " ".join(entry.replace(",", " ").split())
        if not clean or clean.casefold() in seen:
            continue
        if count_tokens(prompt([*kept, clean])) > budget:
            break
        kept.append(clean)
        seen.add(clean.casefold())
    return tuple(kept)


def prompt(vocabulary: Sequence[str]) -> str:
    return ", ".join(vocabulary)
