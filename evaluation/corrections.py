"""Names that correction inserts into text that is spelt right: each is false, or mends a typo.

    python -m evaluation.corrections en 0.5 dialogues/*.txt

One turn a line. Prints every correction with the words around it, for a reader to judge, and the
count per 10,000 words. ``0.5`` is the probability that each word is given: under 0.85 correction
is at its boldest.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clinical.misheard import misheard


@dataclass(frozen=True)
class Inserted:
    """A correction of text that has no recognition errors."""

    before: str
    words: str
    names: tuple[str, ...]
    """One: it would be applied. More: it would be marked undecided."""


def inserted(turns: Iterable[str], language: str, probability: float) -> Iterator[Inserted]:
    """What correction would do to the turns of one dialogue. Raises UnsupportedLanguage."""
    last = ""
    for turn in turns:
        words = turn.split()
        for found in misheard(words, [probability] * len(words), language, before=last):
            yield Inserted(
                before=" ".join(words[max(0, found.first - 4) : found.first]),
                words=" ".join(words[found.first : found.first + found.count]),
                names=found.names,
            )
        last = turn


def main(language: str, probability: str, *paths: str) -> None:
    count = total = 0
    for path in paths:
        turns = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
        total += sum(len(turn.split()) for turn in turns)
        for one in inserted(turns, language, float(probability)):
            count += len(one.names) == 1
            print(f"{one.before} [{one.words}] → {' | '.join(one.names)}")
    print(f"{count} applied in {total} words: {10_000 * count / max(1, total):.2f} per 10,000")


if __name__ == "__main__":
    main(*sys.argv[1:])
