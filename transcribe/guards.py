"""Signs that Whisper invented text: loops, impossible speed, subtitles, its own prompt.

Each guard is about one window. A window with a fault is read again in another way, and if it fails
again its words are refused and its speech is reported as a gap.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from consultation.engines import Span
from consultation.transcript import Word
from transcribe.speech import spoken

COMPRESSION = 2.4
"""Whisper's own limit: text that compresses more is a loop."""
LOG_PROBABILITY = -1.0
"""Whisper's own limit, mean over tokens."""
WORDS_PER_SECOND = 7.0
"""Of speech. The fastest speakers reach 5.5."""
_FEW = 4
"""Words under which a rate says nothing."""
_REPEATS = 4
"""Times in a row that a phrase is said only by a loop…"""
_WORD_REPEATS = 6
"""…and a single word ("non, non, non, non")."""
_PHRASE = 8
_ECHO = 4
"""Words of the vocabulary that follow each other as they do in the prompt, and are not said."""
_OUTSIDE = 0.5
"""Seconds from the nearest speech at which a word is invented."""

_INVENTIONS = re.compile(
    r"\b(?:"
    r"sous[- ]?titr(?:es?|ages?)\b.{0,60}(?:amara|communaut|radio[- ]canada|st'? ?501)"
    r"|sous[- ]?titr(?:es?|age)s? (?:r[ée]alis[ée]s?|faits?|fran[çc]ais|par)\b"
    r"|merci d['’ ]avoir (?:regard[ée]|suivi) (?:cette|la|ma|ce|mes) (?:vid[ée]os?|[ée]mission)"
    r"|abonnez[- ]vous|n['’ ]oubliez pas de vous abonner"
    r"|subtitles? (?:by|created)|(?:transcription|subtitles) by\b"
    r"|thank(?:s| you)(?: (?:so|very) much)? for (?:watching|viewing)"
    r"|(?:please |don['’]t forget to )(?:like and )?subscribe|amara\.org"
    r")",
    re.IGNORECASE,
)


class Fault(StrEnum):
    compression = "compression"
    probability = "probability"
    loop = "loop"
    rate = "rate"
    invention = "invention"
    echo = "echo"


@dataclass(frozen=True)
class Heard:
    """One window's words and what Whisper thinks of them."""

    words: tuple[Word, ...]
    log_probability: float
    no_speech: float
    """Probability that the window holds no speech."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def fault(heard: Heard, spans: Sequence[Span], vocabulary: Sequence[str]) -> Fault | None:
    """The first sign of invention; None for none.

    Args:
        heard: words of one window.
        spans: the window's speech.
        vocabulary: as it was given to Whisper, in order.
    """
    if not heard.words:
        return None
    text = heard.text
    if _INVENTIONS.search(text):
        return Fault.invention
    if compression(text) > COMPRESSION:
        return Fault.compression
    tokens = [plain(word.text) for word in heard.words]
    if loops(tokens):
        return Fault.loop
    seconds = sum(span.end - span.start for span in spans)
    if len(tokens) >= _FEW and len(tokens) > WORDS_PER_SECOND * (seconds + 0.3):
        return Fault.rate
    if echoes(tokens, vocabulary):
        return Fault.echo
    if heard.log_probability < LOG_PROBABILITY:
        return Fault.probability
    return None


def compression(text: str) -> float:
    """Bytes over compressed bytes; a loop compresses well."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def loops(tokens: Sequence[str]) -> bool:
    """Whether a phrase of one to eight words comes again and again without anything between."""
    for size in range(1, _PHRASE + 1):
        limit = _WORD_REPEATS if size == 1 else _REPEATS
        run = 0
        for n in range(size, len(tokens)):
            run = run + 1 if tokens[n] == tokens[n - size] else 0
            if run >= size * (limit - 1):
                return True
    return False


def echoes(tokens: Sequence[str], vocabulary: Sequence[str]) -> bool:
    """Whether words of the vocabulary follow each other as they do there.

    Nobody lists drugs in the order of our prompt; Whisper repeats it where it hears nothing.
    """
    said = " ".join(tokens)
    entries = [" ".join(plain(part) for part in entry.split()) for entry in vocabulary]
    return any(
        " ".join(entries[n : n + _ECHO]) in said for n in range(max(0, len(entries) - _ECHO + 1))
    )


def outside(word: Word, spans: Sequence[Span]) -> bool:
    """Whether nobody speaks within half a second of the word."""
    return spoken(spans, word.start - _OUTSIDE, word.end + _OUTSIDE) == 0


def plain(text: str) -> str:
    """Lower case, letters and digits alone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
