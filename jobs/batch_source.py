"""Where an item of a batch comes from, and the rows that become items."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pydantic import Field

from consultation.errors import InputError
from consultation.wire import Record
from jobs.tasks import JobOptions


class ItemSource(Record):
    """One of ``path``, ``consultation_id`` and ``transcript``. Clinical, so stored encrypted."""

    path: str | None = None
    """Of a recording, a transcript.json or a dialogue as text, from the batch's folder on; of a
    record, its folder or its archive or bundle."""
    record: bool = False
    """``path`` holds the documents of one patient."""
    as_of: str | None = None
    """Of a record: the day that ages count to; None: the day on which its turn comes."""
    consultation_id: str | None = None
    """One that is stored already."""
    transcript: str | None = None
    """JSON that was sent; it goes from here to the consultation that is made of it."""
    template: str | None = None
    reference: str | None = None
    """The caller's own name for the item; given back in results, never looked at."""
    patient: str | None = None
    """The caller's reference to the patient, to erase by."""
    options: JobOptions = Field(default_factory=JobOptions)

    def options_digest(self, content: str) -> str:
        """sha256 of what is done with what: two items that share it would give the same result."""
        parts = (content, self.template or "", self.options.model_dump_json())
        return hashlib.sha256("\x00".join(parts).encode()).hexdigest()

    def identity(self) -> str:
        """Before anything is read: the same path, consultation or text with the same options."""
        kind = f"record {self.as_of or ''} " if self.record else ""
        return self.options_digest(
            f"{kind}{self.path or ''}|{self.consultation_id or ''}|{self.transcript or ''}"
        )


@dataclass(frozen=True)
class BadRow:
    line: int
    problem: str
    """Names the column, never what stands in it."""


@dataclass(frozen=True)
class GoodRow:
    line: int
    source: ItemSource


class BadManifest(InputError):
    """Nothing was started. ``errors`` has a line for each bad row, up to a hundred."""

    code = "bad_manifest"
    hint = "Correct these rows and send it again: nothing was started."

    def __init__(self, bad: list[BadRow], number: int) -> None:
        super().__init__(f"{number} row(s) of the manifest are wrong")
        self.errors = [f"line {row.line}: {row.problem}" for row in bad]
        if number > len(bad):
            self.errors.append(f"and {number - len(bad)} more")
