"""What was copied: whole documents, near copies of documents, and passages.

Each passage is cited at the first document, by date, that has it. Time grows with the number of
words: exact passages go through a dictionary, near ones through bands of minhashes.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict

from clinical.text import fold
from consultation.documents import Paragraph, ParagraphKind, Place, SourceDocument

_SHORT = 25
"""Folded characters: shorter lines (*Pas d'allergie connue*) are said anew, not copied."""
_SHINGLE = 5
"""Words."""
_HASHES = 32
_BANDS = 8
_ALIKE = 0.85
"""Jaccard of shingles, beyond which two passages are one with a comma moved."""
_LONG = 15
"""Words: a shorter passage must be the same to count; one word can change all of it."""
_PRIME = (1 << 61) - 1
_SEEDS = tuple((2 * i + 1) * 0x9E3779B97F4A7C15 % _PRIME for i in range(1, _HASHES + 1))
_ADDED = tuple(i * 0xC2B2AE3D27D4EB4F % _PRIME for i in range(1, _HASHES + 1))


def with_repeats(documents: tuple[SourceDocument, ...]) -> tuple[SourceDocument, ...]:
    """The same documents, in the same order, with ``Paragraph.repeats`` and a warning on copies."""
    known = _Known()
    places: dict[str, dict[str, Place]] = {}
    for document in sorted(documents, key=_first):
        mine: dict[str, Place] = {}
        added: list[tuple[Paragraph, str]] = []
        for paragraph in document.paragraphs:
            if paragraph.kind is ParagraphKind.heading:
                continue
            folded = _folded(paragraph.text)
            if len(folded) < _SHORT:
                continue
            at = known.find(folded)
            if at:
                mine[paragraph.id] = at
            else:
                added.append((paragraph, folded))
        for paragraph, folded in added:
            known.add(folded, Place(document=document.id, paragraph=paragraph.id))
        places[document.id] = mine
    by_id = {document.id: document for document in documents}
    return tuple(_marked(document, places[document.id], by_id) for document in documents)


def _first(document: SourceDocument) -> tuple[str, str]:
    """An undated document comes last: it cannot be said to be the first."""
    return (document.date or "9999", document.id)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _marked(
    document: SourceDocument, places: dict[str, Place], by_id: dict[str, SourceDocument]
) -> SourceDocument:
    if not places:
        return document
    paragraphs = tuple(
        paragraph.model_copy(update={"repeats": places[paragraph.id]})
        if paragraph.id in places
        else paragraph
        for paragraph in document.paragraphs
    )
    update: dict[str, object] = {"paragraphs": paragraphs}
    copied = _copied(document, places)
    if copied:
        same = by_id[copied].sha256 == document.sha256
        said = "an exact copy of" if same else "almost all of it is in"
        update["warnings"] = (*document.warnings, f"{said} {copied}")
    return document.model_copy(update=update)


def _copied(document: SourceDocument, places: dict[str, Place]) -> str | None:
    """The one document that holds nine tenths of this one's text."""
    size = 0
    shares: dict[str, int] = defaultdict(int)
    for paragraph in document.paragraphs:
        if paragraph.kind is not ParagraphKind.heading and len(paragraph.text) >= _SHORT:
            size += len(paragraph.text)
            if paragraph.id in places:
                shares[places[paragraph.id].document] += len(paragraph.text)
    best = max(shares, key=lambda one: shares[one], default=None)
    return best if best and shares[best] >= 0.9 * size else None


class _Known:
    """Passages that were seen, by their words and by bands of their minhashes."""

    def __init__(self) -> None:
        self._exact: dict[str, Place] = {}
        self._bands: dict[tuple[int, int], list[tuple[frozenset[int], str, Place]]] = {}

    def find(self, folded: str) -> Place | None:
        exact = self._exact.get(folded)
        if exact:
            return exact
        shingles = _shingles(folded)
        if not shingles:
            return None
        for key in _keys(shingles):
            for other, text, place in self._bands.get(key, ())[:20]:
                union = len(shingles | other)
                if len(shingles & other) >= _ALIKE * union and _numbers(text) == _numbers(folded):
                    return place
        return None

    def add(self, folded: str, place: Place) -> None:
        if folded in self._exact:
            return
        self._exact[folded] = place
        shingles = _shingles(folded)
        if shingles:
            for key in _keys(shingles):
                self._bands.setdefault(key, []).append((shingles, folded, place))


def _numbers(folded: str) -> list[str]:
    """A dose or a date that differs makes another passage, however alike the rest."""
    return re.findall(r"\w*\d\w*", folded)


def _shingles(folded: str) -> frozenset[int]:
    words = folded.split()
    if len(words) < _LONG:
        return frozenset()
    return frozenset(
        zlib.crc32(" ".join(words[i : i + _SHINGLE]).encode())
        for i in range(len(words) - _SHINGLE + 1)
    )


def _keys(shingles: frozenset[int]) -> list[tuple[int, int]]:
    rows = _HASHES // _BANDS
    least = [
        min((seed * one + more) % _PRIME for one in shingles)
        for seed, more in zip(_SEEDS, _ADDED, strict=True)
    ]
    return [(band, hash(tuple(least[band * rows : (band + 1) * rows]))) for band in range(_BANDS)]
