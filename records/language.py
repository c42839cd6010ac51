"""French or English, by the small words of a text."""

from __future__ import annotations

import re
from collections import Counter

from clinical.stopwords import STOPWORDS
from clinical.text import LANGUAGES, fold

_ONLY = {
    language: frozenset(
        word
        for word in STOPWORDS[language]
        if word.isalpha()
        and not any(word in STOPWORDS[other] for other in LANGUAGES if other != language)
    )
    for language in LANGUAGES
}
_LOOKED_AT = 20_000
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str | None:
    """None when there are too few words to tell."""
    counts = Counter(fold(word) for word in _WORD.findall(text[:_LOOKED_AT]))
    votes = {language: sum(counts[word] for word in words) for language, words in _ONLY.items()}
    best, second = sorted(votes, key=lambda one: -votes[one])[:2]
    return best if votes[best] >= 3 and votes[best] > votes[second] else None
