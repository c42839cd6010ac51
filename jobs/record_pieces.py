"""What is kept of a record's documents, read back a hundred at a time, not one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from consultation.documents import SourceDocument
from jobs.store import artefacts
from jobs.store.records import MAP, READING
from jobs.store.store import Store
from records.repeats import Print, print_of
from records.version import readers_sha256

AT_ONCE = 100
"""Pieces in memory at a time: of documents of a thousand words, two megabytes."""
Put = Callable[[str, bytes], None]


class Pieces:
    """The sealed pieces of one record, opened."""

    def __init__(self, store: Store, org_id: str, record_id: str) -> None:
        self._store, self._org, self._id = store, org_id, record_id

    def named(self, kind: str) -> set[str]:
        with self._store.database.read() as session:
            return artefacts.names(session, self._org, self._id, kind)

    def opened(self, kind: str, names: Sequence[str]) -> dict[str, bytes]:
        with self._store.database.read() as session:
            return artefacts.many(
                session, self._store.ring, org_id=self._org, consultation_id=self._id, kind=kind,
                names=names,
            )  # fmt: skip

    def readings(self, numbers: Sequence[int]) -> Iterator[SourceDocument]:
        """As they were read, in this order; those that are gone are left out."""
        for start in range(0, len(numbers), AT_ONCE):
            names = [str(one) for one in numbers[start : start + AT_ONCE]]
            found = self.opened(READING, names)
            for name in names:
                if name in found:
                    yield SourceDocument.model_validate_json(found[name])


class Kept:
    """What rules found in each document, encrypted in the store: a ``MapCache``.

    A name says whose it is (``<number>.<key>``; 0 for what several documents made), so that what
    was found in a document goes with it. What is asked for is opened with its neighbours by
    number: they are asked for next.
    """

    def __init__(self, pieces: Pieces, put: Put) -> None:
        self._pieces, self._put = pieces, put
        self._names = sorted(pieces.named(MAP), key=_order)
        self._at = {name: at // AT_ONCE for at, name in enumerate(self._names)}
        self._closed = set(self._at.values())
        self._open: dict[str, bytes] = {}
        self._of: dict[str, int] = {}
        self.used: set[str] = set()

    def belong(self, key: str, number: int) -> None:
        """What is kept under this key was found in the document of this number."""
        self._of[key] = number

    def get(self, key: str) -> bytes | None:
        self.used.add(name := self._name(key))
        at = self._at.get(name)
        if at is None:
            return None
        if at in self._closed:
            self._closed.remove(at)
            start = at * AT_ONCE
            self._open |= self._pieces.opened(MAP, self._names[start : start + AT_ONCE])
        # Most are asked for once: what was used is not held until the end.
        found = self._open.pop(name, None)
        return found if found is not None else self._pieces.opened(MAP, [name]).get(name)

    def put(self, key: str, content: bytes) -> None:
        self.used.add(name := self._name(key))
        self._put(name, content)

    def print_of(self, document: SourceDocument) -> Print:
        """What copies of it are told by, made once."""
        number = int(document.id[1:])
        self.belong(key := print_key(number), number)
        kept = self.get(key)
        if kept is not None:
            return Print.of_bytes(kept)
        made = print_of(document)
        self.put(key, made.to_bytes())
        return made

    def _name(self, key: str) -> str:
        return f"{self._of.get(key, 0)}.{key}"


def print_key(number: int) -> str:
    """Of a document's ``Print``: another one where copies are told otherwise."""
    return hashlib.sha256(f"print {readers_sha256()} {number}".encode()).hexdigest()


def _order(name: str) -> tuple[int, str]:
    number, _, key = name.partition(".")
    return int(number), key


def number_of(name: str) -> int | None:
    """The document that a piece was found in; None where several made it."""
    return int(name.partition(".")[0]) or None
