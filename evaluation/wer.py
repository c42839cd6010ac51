"""Word and character error rates (Levenshtein alignment by jiwer) of normalised text."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field, computed_field

from consultation.wire import Record
from evaluation.libraries import library
from evaluation.normalise import normalise


class Errors(Record):
    """Edits that turn the reference into the hypothesis; counts, so that they can be pooled."""

    reference: int = Field(ge=0)
    """Words, or characters, of the reference."""
    substitutions: int = Field(ge=0)
    insertions: int = Field(ge=0)
    deletions: int = Field(ge=0)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def rate(self) -> float | None:
        """Edits over the length of the reference; may exceed 1. None for an empty reference."""
        if not self.reference:
            return None
        return (self.substitutions + self.insertions + self.deletions) / self.reference


def word_errors(reference: str, hypothesis: str, language: str) -> Errors:
    """Raises UnsupportedLanguage or EngineMissing."""
    said, heard = normalise(reference, language), normalise(hypothesis, language)
    if not said:
        return _nothing_said(len(heard.split()))
    aligned = library("jiwer").process_words(said, heard)
    return Errors(
        reference=len(said.split()),
        substitutions=aligned.substitutions,
        insertions=aligned.insertions,
        deletions=aligned.deletions,
    )


def character_errors(reference: str, hypothesis: str, language: str) -> Errors:
    """Spaces count as characters. Raises UnsupportedLanguage or EngineMissing."""
    said, heard = normalise(reference, language), normalise(hypothesis, language)
    if not said:
        return _nothing_said(len(heard))
    aligned = library("jiwer").process_characters(said, heard)
    return Errors(
        reference=len(said),
        substitutions=aligned.substitutions,
        insertions=aligned.insertions,
        deletions=aligned.deletions,
    )


def pooled(errors: Iterable[Errors | None]) -> Errors | None:
    """All edits over all words: a long recording counts for more. None when there are none."""
    known = [one for one in errors if one is not None]
    if not known:
        return None
    return Errors(
        reference=sum(one.reference for one in known),
        substitutions=sum(one.substitutions for one in known),
        insertions=sum(one.insertions for one in known),
        deletions=sum(one.deletions for one in known),
    )


def _nothing_said(heard: int) -> Errors:
    return Errors(reference=0, substitutions=0, insertions=heard, deletions=0)
