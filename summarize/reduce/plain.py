"""Medical terms of a line followed by plain words, for the patient's letter: nothing is "
"replaced."""

from __future__ import annotations

import re
from functools import cache

from prompts.syntheses import plain_words


def plain(text: str, language: str) -> str:
    """*HTA depuis 2010* → *HTA (tension trop élevée) depuis 2010*; each term explained once."""
    words = {term.lower(): meaning for term, meaning in plain_words(language).items()}
    told: set[str] = set()

    def explain(match: re.Match[str]) -> str:
        meaning = words[match.group().lower()]
        if meaning in told:
            return match.group()
        told.add(meaning)
        return f"{match.group()} ({meaning})"

    return _pattern(language).sub(explain, text)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    terms = sorted(plain_words(language), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, terms)) + r")(?!\w)", re.IGNORECASE)
