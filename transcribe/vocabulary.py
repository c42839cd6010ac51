"""Words to expect, in the little room that Whisper has for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Literal

from clinical.text import LANGUAGES

Speciality = Literal["general-practice", "cardiology", "oncology"]
BUDGET = 120
"""Tokens. Whisper's window is 448 for the prompt and the text; 28 s of speech take up to 200."""


def expected(
    vocabulary: Sequence[str], speciality: Speciality | None, language: str | None
) -> tuple[str, ...]:
    """What is supplied for this recording, then the names of its speciality, without doubles.

    The patient's own treatments come first: what does not fit is cut from the end. A speciality has
    one list a language, so that it adds nothing while the language is not known.
    """
    listed = words_of(speciality, language) if speciality and language in LANGUAGES else ()
    seen = {entry.casefold() for entry in vocabulary}
    return (*vocabulary, *(word for word in listed if word.casefold() not in seen))


def words_of(speciality: Speciality, language: str) -> tuple[str, ...]:
    """The shipped list, most often said first."""
    file = files("transcribe") / "vocabularies" / f"{speciality}.{language}.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


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
