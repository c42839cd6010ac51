"""A finding that a text names, with what is said of it."""

from __future__ import annotations

from dataclasses import dataclass

from consultation.summary import Experiencer, Polarity


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding that a text names, with what it says of it."""

    concept: str
    """Key of the lexicon, in English: ``chest pain``."""
    text: str
    """Verbatim: exactly ``source[start:end]``."""
    start: int
    end: int
    polarity: Polarity
    experiencer: Experiencer
    asked: bool = False
    """It stands in a question: nothing is asserted, and ``polarity`` is uncertain."""
    weakly_denied: bool = False
    """Uncertain, and leaning to a denial: *not really any pain*."""
    presumed: bool = False
    """The question takes it for granted and asks about it: *Does the pain radiate?*"""
