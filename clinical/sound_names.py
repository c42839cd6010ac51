"""The names that a misspelt word may be, by sound: drugs, brands, medical terms, a vocabulary."""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from clinical.drugs import Drug, drugs, find_drugs, lexicon_digests
from clinical.sounds import VOWELS, likeness, skeleton, sound, weight
from clinical.text import fold

Kind = Literal["drug", "term", "vocabulary"]
TERMS = "terms.csv"
_LEAST = 0.7
"""Likeness under which a name is no candidate."""
_ALIKE = 0.5
"""The same, unweighted: vowels, which are many, count fully here."""
_SHORT, _SHORT_NEEDS = 4.2, 0.95
"""What there is to hear in a name (four consonants, or three and some vowels), and the likeness
that is asked of a name with less."""
_ONE_WORD = re.compile(r"[^\W\d_]{5,}")


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling and how it sounds."""

    text: str
    key: str
    """INN of a drug: two names of one drug are no ambiguity. The folded text of anything else."""
    kind: Kind
    sound: str
    systematic: bool
    """An INN, or a name that was supplied: what several ordinary words may be joined to."""
    vowel: bool
    """Whether a French article is elided before it."""


@lru_cache(maxsize=20_000)
def candidates(
    heard: str, language: str, vocabulary: tuple[str, ...]
) -> tuple[tuple[Name, float], ...]:
    """(name, likeness) of what a sound key may be, best first; one entry a drug."""
    names, skeletons = _table(language)
    extra = _expected(vocabulary, language)
    bones = skeleton(heard)
    edits = 1 if len(bones) < 7 else 2
    close = process.extract(
        bones, skeletons, scorer=Levenshtein.distance, score_cutoff=edits, limit=None
    )
    pool = [*extra, *(names[index] for _, _, index in close)]
    best: dict[str, tuple[Name, float]] = {}
    for name in pool:
        if not Levenshtein.normalized_similarity(heard, name.sound, score_cutoff=_ALIKE):
            continue  # far off: not worth the weighted distance
        score = likeness(heard, name.sound)
        if weight(name.sound) < _SHORT and score < _SHORT_NEEDS:
            continue  # little to hear: many words are like it
        if score > _LEAST and (name.key not in best or score > best[name.key][1]):
            best[name.key] = (name, score)
    return tuple(sorted(best.values(), key=lambda item: -item[1]))


def digests() -> dict[str, str]:
    """Lexicon file → sha256 of every list that corrections come from."""
    terms = (files("clinical") / "lexicons" / TERMS).read_bytes()
    return {**lexicon_digests(), TERMS: hashlib.sha256(terms).hexdigest()}


def heard_as(word: str, language: str) -> str | None:
    """The term that is known to be written like this by speech recognition, if another."""
    return _mishearings(language).get(re.sub(r"[\W_]", "", fold(word)))


def is_term(folded: str) -> bool:
    """Whether the word is a term that is spelt right, in either language."""
    return folded in _spelt() or folded.removesuffix("s") in _spelt()


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with (files("clinical") / "lexicons" / TERMS).open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def _spelt() -> frozenset[str]:
    return frozenset(
        fold(row[k]).removesuffix("s") for row in _rows() for k in ("fr", "en") if row[k]
    )


@cache
def _mishearings(language: str) -> dict[str, str]:
    return {
        heard: row[language]
        for row in _rows()
        for heard in row["heard"].split(";")
        if heard and row[language]
    }


@cache
def _table(language: str) -> tuple[tuple[Name, ...], tuple[str, ...]]:
    found: dict[str, Name] = {}
    for drug in drugs():
        if drug.kind == "drug":
            for text in _spellings(drug, language):
                if _ONE_WORD.fullmatch(text):
                    inn = text in (drug.inn, drug.fr)
                    found.setdefault(fold(text), _name(text, drug.inn, "drug", language, inn))
    for row in _rows():
        text = row[language]
        if text and _ONE_WORD.fullmatch(text):
            found.setdefault(fold(text), _name(text, fold(text), "term", language, False))
    names = tuple(found.values())
    return names, tuple(skeleton(name.sound) for name in names)


def _spellings(drug: Drug, language: str) -> tuple[str, ...]:
    return (drug.fr if language == "fr" else drug.inn, *drug.names)


@lru_cache(maxsize=64)
def _expected(vocabulary: tuple[str, ...], language: str) -> tuple[Name, ...]:
    found = []
    for text in vocabulary:
        if len(re.sub(r"[\W\d_]", "", text)) >= 5:
            drug = find_drugs(text, language, exact=True)
            named = len(drug) == 1 and drug[0].text == text
            key = drug[0].inn if named else fold(text)
            found.append(_name(text, key, "drug" if named else "vocabulary", language, True))
    return tuple(found)


def _name(text: str, key: str, kind: Kind, language: str, systematic: bool) -> Name:
    heard = sound("".join(text.split()), language)
    return Name(text, key, kind, heard, systematic, bool(heard) and heard[0] in VOWELS)
