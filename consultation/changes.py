"""What a person asks to change in a note: one operation each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from consultation.wire import Record

Line = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4000,
        pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$",
    ),
]
"""A line of text that is not blank."""
Id = Annotated[str, Field(min_length=1, max_length=120)]


class Quoted(Record):
    """``segment.text[quote_start:quote_end]`` of the transcript."""

    anchor: Id
    """A segment's id."""
    quote_start: int = Field(ge=0, le=1_000_000)
    quote_end: int = Field(ge=1, le=1_000_000)


class EditText(Record):
    op: Literal["edit"]
    statement: Id
    text: Line
    reason: Line | None = None


class Add(Record):
    """Without evidence, and unless code finds the words in the transcript, it is marked as the
    clinician's own addition."""

    op: Literal["add"]
    section: Id
    text: Line
    evidence: tuple[Quoted, ...] = Field(default=(), max_length=20)


class Remove(Record):
    op: Literal["remove"]
    statement: Id
    reason: Line


class Restore(Record):
    """The AI's words back, also where they were removed."""

    op: Literal["restore"]
    statement: Id


class Move(Record):
    op: Literal["move"]
    statement: Id
    section: Id
    before: Id | None = None
    """A statement of that section; None: at its end."""


class Document(Record):
    """What was said and is in no statement goes into the note, with its quote."""

    op: Literal["document"]
    undocumented: int = Field(ge=1, le=1000)
    """Its rank."""
    text: Annotated[str, Field(max_length=4000)] | None = None
    """Its text, where several have that rank."""
    section: Id


class Dismiss(Record):
    """What was said need not be in the note."""

    op: Literal["dismiss"]
    undocumented: int = Field(ge=1, le=1000)
    """Its rank."""
    text: Annotated[str, Field(max_length=4000)] | None = None
    """Its text, where several have that rank."""
    reason: Line


class Accept(Record):
    """What code refused goes into the note; the reason stands for each check that fails."""

    op: Literal["accept"]
    unsupported: int = Field(ge=0, le=10_000)
    """Its place in the note's list, from 0, as it was before this request."""
    section: Id
    reason: Line


class Resolve(Record):
    """Why a check that fails may stand."""

    op: Literal["resolve"]
    statement: Id
    """As in ``blocking``."""
    rule: Id
    reason: Line


Change = Annotated[
    EditText | Add | Remove | Restore | Move | Document | Dismiss | Accept | Resolve,
    Field(discriminator="op"),
]
