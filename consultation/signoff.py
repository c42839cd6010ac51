"""From a draft to a signed note: who changed what, why, and who answers for it."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Literal

from pydantic import Field

from consultation.summary import Summary
from consultation.wire import Record


class NoteState(StrEnum):
    draft = "draft"
    reviewed = "reviewed"
    """Somebody read it whole; nobody answers for it yet."""
    signed = "signed"
    amended = "amended"
    """Signed again, in place of the version that ``replaces`` names."""


class Author(Record):
    """Who changed something: never guessed, always the caller's own identity."""

    id: str
    """Of the key or the token's subject."""
    name: str | None = None


class Edit(Record):
    """One change by a person; ``before`` keeps what stood there, the AI's words first of all."""

    kind: Literal["edit", "add", "remove", "restore", "move", "document", "accept"]
    """``document``: what was said and stood in no statement was added. ``accept``: what code had
    refused was taken, with a reason."""
    section: str
    statement: str
    before: str | None = None
    after: str | None = None
    reason: str | None = None
    author: Author
    at: str
    """UTC, ISO 8601."""


class Resolution(Record):
    """Why a failed check may stand."""

    statement: str
    rule: str
    reason: str = Field(min_length=1)
    author: Author
    at: str


class Dismissal(Record):
    """Why something that was said need not be in the note."""

    rank: int
    """Of ``Undocumented``."""
    text: str
    reason: str = Field(min_length=1)
    author: Author
    at: str


class Signature(Record):
    """The named clinician who answers for exactly these words."""

    name: str = Field(min_length=1)
    identifier: str | None = None
    """A professional number, such as RPPS."""
    system: str | None = None
    """Of the identifier: a URI."""
    organisation: str | None = None
    author: Author
    at: str
    sha256: str
    """``NoteVersion.content_sha256`` at that moment: an edit afterwards no longer matches."""


class NoteVersion(Record):
    """A note as it stands, with its history. The AI's label stays whoever signs."""

    schema_version: Literal["1"] = "1"
    revision: int = Field(ge=1)
    state: NoteState = NoteState.draft
    note: Summary
    edits: tuple[Edit, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    dismissals: tuple[Dismissal, ...] = ()
    signature: Signature | None = None
    replaces: str | None = None
    """sha256 of the signed version that this one amends."""

    @property
    def content_sha256(self) -> str:
        """Of the note, the resolutions and the dismissals, in canonical JSON."""
        content = self.model_dump(
            mode="json", by_alias=True, include={"note", "resolutions", "dismissals", "replaces"}
        )
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def signed(self) -> bool:
        """Whether somebody answers for the words as they stand."""
        return self.signature is not None and self.signature.sha256 == self.content_sha256
