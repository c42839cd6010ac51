"""What was copied: passages, and documents that were given twice.

A passage repeats another when they say the same in the same order: case, accents, punctuation and
articles may differ, and nothing that could change a meaning. It is cited at the first document, by
date, that has it. Near copies of whole documents (a PDF and the letter it was made from, cut
otherwise into paragraphs) are found by a sample of their runs of words, and told in a warning.
Time grows with the number of words.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from clinical.stopwords import STOPWORDS
from clinical.text import fold
from consultation.documents import ParagraphKind, Place, SourceDocument

_WORD = re.compile(r"\w+")
_WORD = re.compile(r"\w+")
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


class Passage(NamedTuple):
    """A paragraph that can be told to be a copy."""

    paragraph: str
    words: str
    """Digest of its day and of its words that count: the same words of another day are another
    fact."""
    alone: bool
    """Long enough to be a copy without a neighbour that is one."""


@dataclass(frozen=True, slots=True)
class Print:
    """What copies of a document are told by. It depends on the document alone: it may be kept."""

    passages: tuple[Passage, ...]
    runs: frozenset[int]

    def to_bytes(self) -> bytes:
        return json.dumps([self.passages, sorted(self.runs)], separators=(",", ":")).encode()

    @classmethod
    def of_bytes(cls, content: bytes) -> Print:
        passages, runs = json.loads(content)
        return cls(tuple(Passage(*one) for one in passages), frozenset(runs))


def print_of(document: SourceDocument) -> Print:
    """Time grows with the words of the document."""
    passages: list[Passage] = []
    crcs = bytearray()
    for paragraph in document.paragraphs:
        if paragraph.kind is ParagraphKind.heading:
            continue
        folded = (fold(word) for word in _WORD.findall(paragraph.text))
        words = [word for word in folded if word not in _SMALL]
        if len(words) < _SHORT:
            continue
        said = "\x1f".join((paragraph.date or "", *words)).encode()
        alone = len(words) >= _ENOUGH_ALONE and paragraph.kind is not ParagraphKind.row
        passages.append(
            Passage(paragraph.id, hashlib.blake2b(said, digest_size=16).hexdigest(), alone)
        )
        for word in words:
            crcs += zlib.crc32(word.encode()).to_bytes(4, "big")
    return Print(tuple(passages), _runs(bytes(crcs)))


def with_repeats(
    documents: tuple[SourceDocument, ...],
    print_of: Callable[[SourceDocument], Print] = print_of,
) -> tuple[SourceDocument, ...]:
    """The same documents, in the same order, with ``Paragraph.repeats`` and a warning on copies."""
    known: dict[str, Place] = {}
    index: dict[int, list[str]] = defaultdict(list)
    runs: dict[str, frozenset[int]] = {}
    places: dict[str, dict[str, Place]] = {}
    copies: dict[str, str] = {}
    bytes_of: dict[str, str] = {}
    for document in sorted(documents, key=_first):
        made = print_of(document)
        seen = [known.get(one.words) for one in made.passages]
        places[document.id] = kept = _kept(made.passages, seen)
        for one in made.passages:
            if one.paragraph not in kept and one.words not in known:
                known[one.words] = Place(document=document.id, paragraph=one.paragraph)
        runs[document.id] = made.runs
        copied = bytes_of.get(document.sha256) or _copied(made.runs, index, runs)
        bytes_of.setdefault(document.sha256, document.id)
        if copied:
            copies[document.id] = copied
        for run in made.runs:
            if len(index[run]) < _MOST:
                index[run].append(document.id)
    by_id = {document.id: document for document in documents}
    return tuple(
        _marked(one, places[one.id], by_id.get(copies.get(one.id, ""))) for one in documents
    )


def _first(document: SourceDocument) -> tuple[str, str]:
    """An undated document comes last: it cannot be said to be the first."""
    return (document.date or "9999", document.id)


def _kept(passages: tuple[Passage, ...], seen: list[Place | None]) -> dict[str, Place]:
    """A short passage or a table's row is copied when its neighbour is too, from the same document;
    alone, it may be the same result again."""
    kept: dict[str, Place] = {}
    for at, (passage, place) in enumerate(zip(passages, seen, strict=True)):
        if place is None:
            continue
        around = (*seen[max(0, at - 1) : at], *seen[at + 1 : at + 2])
        beside = any(one is not None and one.document == place.document for one in around)
        if passage.alone or beside:
            kept[passage.paragraph] = place
    return kept


def _runs(crcs: bytes) -> frozenset[int]:
    """A sample that does not depend on where a document begins. ``crcs``: four bytes a word."""
    last = len(crcs) - 4 * _RUN
    hashes = (zlib.crc32(crcs[at : at + 4 * _RUN]) for at in range(0, last + 1, 4))
    return frozenset(run for run in hashes if run % _SAMPLE == 0)


def _copied(
    mine: frozenset[int], index: dict[int, list[str]], runs: dict[str, frozenset[int]]
) -> str | None:
    """The earlier document that has almost the same runs. It must have one of any tenth of mine:
    who has none of these is not compared."""
    if len(mine) < _FEW:
        return None
    some = sorted(mine)[: int((1 - _NEARLY) * len(mine)) + 1]
    best, most = None, 0
    for document in dict.fromkeys(one for run in some for one in index.get(run, ())):
        longer = max(len(mine), len(runs[document]))
        if min(len(mine), len(runs[document])) < _NEARLY * longer:
            continue
        shared = len(mine & runs[document])
        if shared >= _NEARLY * longer and shared > most:
            best, most = document, shared
    return best


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
