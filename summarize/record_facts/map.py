"""One document → its facts, by rules, kept by the digest of what was read and of the rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Protocol

from pydantic import TypeAdapter

from clinical.lexicon_digest import lexicons_sha256
from clinical.text import LANGUAGES
from consultation.documents import DocumentKind, SourceDocument
from consultation.record_facts import Category, RecordFact
from summarize.record_facts.allergies import allergy_facts
from summarize.record_facts.background import background_facts
from summarize.record_facts.mentions import mention_facts
from summarize.record_facts.pieces import Piece, pieces
from summarize.record_facts.plans import plan_facts
from summarize.record_facts.problems import problem_facts
from summarize.record_facts.results import imaging_facts, result_facts
from summarize.record_facts.treatments import treatment_facts

_FACTS = TypeAdapter(tuple[RecordFact, ...])


class MapCache(Protocol):
    """Bytes by content digest. ``get`` of what is not there is None; ``put`` may forget."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, content: bytes) -> None: ...


class MemoryCache:
    """A MapCache in this process: for tests, and for one record read twice."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, content: bytes) -> None:
        self.kept[key] = content


def facts_of(document: SourceDocument) -> tuple[RecordFact, ...]:
    """All facts of one document, in its order; none in a language that no rule reads."""
    if document.language not in LANGUAGES:
        return ()
    found: dict[tuple[object, ...], RecordFact] = {}
    for piece in pieces(document):
        for fact in _of(piece, document.kind, document.language):
            found.setdefault((fact.category, fact.key, fact.anchor, fact.start), fact)
    return tuple(found.values())


def _of(piece: Piece, kind: DocumentKind, language: str) -> Iterator[RecordFact]:
    known = tuple(_read(piece, kind, language))
    yield from known
    yield from mention_facts(piece, known, language)


def _read(piece: Piece, kind: DocumentKind, language: str) -> Iterator[RecordFact]:
    allergies = tuple(allergy_facts(piece, language))
    yield from allergies
    allergens = {one.values.get("inn") for one in allergies}
    for taken in treatment_facts(piece, language):
        named = taken.values["inn"] in allergens  # "éruption sous codéine : allergie"
        if not named or taken.status == "stopped":
            yield taken
    problems = tuple(problem_facts(piece, language))
    yield from problems
    yield from result_facts(piece, language)
    yield from imaging_facts(piece, kind)
    yield from plan_facts(piece, language)
    operated = any(one.category is Category.surgery for one in problems)
    for fact in background_facts(piece, language):
        if not (operated and fact.category is Category.procedure):
            yield fact


def cached_facts(
    document: SourceDocument, cache: MapCache, key: str | None = None
) -> tuple[RecordFact, ...]:
    """As ``facts_of``; read only when these bytes were never read by these rules. ``key``: of
    ``map_key``, where it is known."""
    key = key or map_key(document)
    kept = cache.get(key)
    if kept is not None:
        return _FACTS.validate_json(kept)
    found = facts_of(document)
    cache.put(key, _FACTS.dump_json(found, by_alias=True, exclude_defaults=True))
    return found


def map_key(document: SourceDocument) -> str:
    """sha256 of what the facts depend on: bytes, reading, date, kind, language, rules, lexicons."""
    total = hashlib.sha256()
    head = [document.sha256, document.date, document.kind.value, document.language, rules_sha256()]
    total.update(json.dumps(head).encode())
    for one in document.paragraphs:
        parts = (one.id, one.kind.value, one.heading or "\0", one.date or "\0", one.text)
        total.update("\x1e".join(("", *parts)).encode())
    return total.hexdigest()


@cache
def rules_sha256() -> str:
    """Of every rule and list that facts are read with: a changed rule reads all again."""
    total = hashlib.sha256(lexicons_sha256().encode())
    for package in ("clinical", "clinical.oncology", "summarize.record_facts", "consultation"):
        folder = files(package)
        for path in sorted(folder.iterdir(), key=lambda one: one.name):
            if path.name.endswith(".py"):
                total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()
