"""What was copied: passages, and documents that were given twice.

A passage repeats another when they say the same in the same order: case, accents, punctuation and
articles may differ, and nothing that could change a meaning. It is cited at the first document, by
date, that has it. Near copies of whole documents (a PDF and the letter it was made from, cut
otherwise into paragraphs) are found by a sample of their runs of words, and told in a warning.
Time grows with the number of words.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from clinical.stopwords import STOPWORDS
from clinical.text import fold
from consultation.documents import Paragraph, ParagraphKind, Place, SourceDocument

_SHORT = 4
"""Words that count: shorter lines (*Pas d'allergie*) are said anew, not copied."""
_ENOUGH_ALONE = 12
_TURNING = frozenset(
    [
        "pas",
        "ni",
        "non",
        "sans",
        "aucun",
        "aucune",
        "jamais",
        "plus",
        "moins",
        "sauf",
        "avant",
        "apres",
        "depuis",
        "pendant",
        "peu",
        "tres",
        "trop",
        "no",
        "nor",
        "not",
        "never",
        "without",
        "more",
        "less",
        "before",
        "after",
        "since",
        "during",
        "few",
        "very",
        "too",
        "if",
        "si",
        "ou",
        "or",
    ]
)
"""Small words that change what is said."""
_SMALL = (STOPWORDS["fr"] | STOPWORDS["en"]) - _TURNING
_RUN = 6
"""Words in a run."""
_SAMPLE = 4
"""One run in so many is kept."""
_MOST = 40
"""Documents that share a run; a form that all share tells nothing."""
_NEARLY = 0.9
_FEW = 6
"""Sampled runs: a shorter document is not compared as a whole."""

Words = tuple[str, ...]
Passage = tuple[Paragraph, Words]


def with_repeats(documents: tuple[SourceDocument, ...]) -> tuple[SourceDocument, ...]:
    """The same documents, in the same order, with ``Paragraph.repeats`` and a warning on copies."""
    known: dict[tuple[str, Words], Place] = {}
    index: dict[int, list[str]] = defaultdict(list)
    runs: dict[str, frozenset[int]] = {}
    places: dict[str, dict[str, Place]] = {}
    copies: dict[str, str] = {}
    bytes_of: dict[str, str] = {}
    for document in sorted(documents, key=_first):
        passages = list(_passages(document))
        seen = [known.get(_key(one)) for one in passages]
        places[document.id] = kept = _kept(passages, seen)
        for one in passages:
            if one[0].id not in kept:
                known.setdefault(_key(one), Place(document=document.id, paragraph=one[0].id))
        runs[document.id] = _runs([word for _, words in passages for word in words])
        copied = bytes_of.get(document.sha256) or _copied(runs[document.id], index, runs)
        bytes_of.setdefault(document.sha256, document.id)
        if copied:
            copies[document.id] = copied
        for run in runs[document.id]:
            if len(index[run]) < _MOST:
                index[run].append(document.id)
    by_id = {document.id: document for document in documents}
    return tuple(
        _marked(one, places[one.id], by_id.get(copies.get(one.id, ""))) for one in documents
    )


def _first(document: SourceDocument) -> tuple[str, str]:
    """An undated document comes last: it cannot be said to be the first."""
    return (document.date or "9999", document.id)


def _passages(document: SourceDocument) -> Iterator[Passage]:
    for paragraph in document.paragraphs:
        if paragraph.kind is not ParagraphKind.heading:
            folded = (fold(word) for word in re.findall(r"\w+", paragraph.text))
            words = tuple(word for word in folded if word not in _SMALL)
            if len(words) >= _SHORT:
                yield paragraph, words


def _key(passage: Passage) -> tuple[str, Words]:
    """The same words of another day are another fact."""
    paragraph, words = passage
    return (paragraph.date or "", words)


def _kept(passages: list[Passage], seen: list[Place | None]) -> dict[str, Place]:
    """A short passage or a table's row is copied when its neighbour is too, from the same document;
    alone, it may be the same result again."""
    kept: dict[str, Place] = {}
    for at, ((paragraph, words), place) in enumerate(zip(passages, seen, strict=True)):
        if place is None:
            continue
        around = (*seen[max(0, at - 1) : at], *seen[at + 1 : at + 2])
        beside = any(one is not None and one.document == place.document for one in around)
        alone = len(words) >= _ENOUGH_ALONE and paragraph.kind is not ParagraphKind.row
        if alone or beside:
            kept[paragraph.id] = place
    return kept


def _runs(words: list[str]) -> frozenset[int]:
    """A sample that does not depend on where a document begins."""
    hashes = [zlib.crc32(word.encode()) for word in words]
    found = set()
    for at in range(len(hashes) - _RUN + 1):
        run = hash(tuple(hashes[at : at + _RUN]))
        if run % _SAMPLE == 0:
            found.add(run)
    return frozenset(found)


def _copied(
    mine: frozenset[int], index: dict[int, list[str]], runs: dict[str, frozenset[int]]
) -> str | None:
    """The earlier document that has almost the same runs."""
    if len(mine) < _FEW:
        return None
    shared = Counter(document for run in mine for document in index.get(run, ()))
    for document, count in shared.most_common(3):
        if count >= _NEARLY * max(len(mine), len(runs[document])):
            return document
    return None


def _marked(
    document: SourceDocument, places: dict[str, Place], copied: SourceDocument | None
) -> SourceDocument:
    update: dict[str, object] = {}
    if places:
        update["paragraphs"] = tuple(
            paragraph.model_copy(update={"repeats": places[paragraph.id]})
            if paragraph.id in places
            else paragraph
            for paragraph in document.paragraphs
        )
    if copied is not None:
        same = copied.sha256 == document.sha256
        said = f"an exact copy of {copied.id}" if same else f"almost the same words as {copied.id}"
        update["warnings"] = (*document.warnings, said)
    return document.model_copy(update=update) if update else document
