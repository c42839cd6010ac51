"""What is sent of notes that people work on, and what is asked to change them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.wire import Wire, iso
from consultation.changes import Change, Line
from consultation.signoff import (
    Blocking,
    Dismissal,
    Edit,
    NoteState,
    NoteVersion,
    Resolution,
    Signature,
    blocking,
)
from consultation.summary import Summary
from consultation.wire import Record
from jobs.store.note_tables import NoteRevision


class NoteOut(Record):
    """A note as it stands (``NoteVersion``), and what follows from it."""

    schema_version: Literal["1"]
    revision: int
    """Counts every change; 1 is the AI's note that nobody touched."""
    state: NoteState
    note: Summary
    edits: tuple[Edit, ...]
    resolutions: tuple[Resolution, ...]
    dismissals: tuple[Dismissal, ...]
    signature: Signature | None
    replaces: str | None
    content_sha256: str
    """Of what a signature is about: note, resolutions, dismissals, and what it replaces."""
    signed: bool
    """Whether somebody answers for exactly these words."""
    blocking: tuple[Blocking, ...]
    """What must be resolved before it can be signed."""
    stale: tuple[str, ...]
    """Statements whose quotes are no longer in the transcript."""


class Changes(Wire):
    changes: list[Change] = Field(min_length=1, max_length=100)
    """Done one after the other, all or none."""


class SignatureIn(Wire):
    name: Annotated[Line, Field(max_length=200)]
    """Of the clinician who answers for the note."""
    identifier: Annotated[Line, Field(max_length=100)] | None = None
    """A professional number, such as RPPS."""
    system: Annotated[Line, Field(max_length=200)] | None = None
    """Of the identifier: a URI."""
    organisation: Annotated[Line, Field(max_length=200)] | None = None


class RevisionLine(Wire):
    revision: int
    state: NoteState
    source: Literal["ai", "person", "transcript"]
    """Who made it: the AI, a person, or a changed transcript that quotes had to follow."""
    created: str
    created_by: str
    """A key's id, a person's hash, or ``worker``."""


class Revisions(Wire):
    items: list[RevisionLine]


def note_out(version: NoteVersion, stale: tuple[str, ...]) -> NoteOut:
    return NoteOut(
        **{name: getattr(version, name) for name in NoteVersion.model_fields},
        content_sha256=version.content_sha256,
        signed=version.signed,
        blocking=blocking(version),
        stale=stale,
    )


def revision_line(row: NoteRevision) -> RevisionLine:
    return RevisionLine.model_validate(
        {
            "revision": row.revision,
            "state": row.state,
            "source": row.source,
            "created": iso(row.created),
            "created_by": row.created_by,
        }
    )
