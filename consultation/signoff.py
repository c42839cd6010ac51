"""From a draft to a signed note: who changed what, why, and who answers for it."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Literal

from pydantic import Field

from consultation.author import Author
from consultation.evidence import Level, Verdict
from consultation.summary import SectionState, Summary
from consultation.wire import Record

__all__ = [
    "Author",
    "Blocking",
    "Dismissal",
    "Edit",
    "NoteState",
    "NoteVersion",
    "Resolution",
    "Signature",
    "blocking",
    "next_draft",
    "review",
    "sign",
]


class NoteState(StrEnum):
    draft = "draft"
    reviewed = "reviewed"
    """Somebody read it whole; nobody answers for it yet."""
    signed = "signed"
    amended = "amended"
    """Signed again, in place of the version that ``replaces`` names."""


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
    """A statement's id; or what else ``Blocking.statement`` names."""
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


class Blocking(Record):
    """What somebody must answer for, with a reason, before the note can be signed."""

    statement: str
    """A statement's id; ``contradictions.<n>``, from 1 on; or a section's key."""
    rule: str
    """The check's; the contradiction's kind; ``section_failed``."""
    detail: str = ""


_GRAVE = frozenset({"allergy", "prescribed_allergen"})
"""Contradictions that nobody may sign unread."""


def blocking(version: NoteVersion) -> tuple[Blocking, ...]:
    """Failed blocking checks, grave contradictions and sections that were not written, without a
    resolution; in the order of the note."""
    resolved = {(one.statement, one.rule) for one in version.resolutions}
    found = [
        Blocking(statement=f"contradictions.{number}", rule=one.kind, detail=one.about)
        for number, one in enumerate(version.note.contradictions, start=1)
        if one.kind in _GRAVE
    ]
    for section in version.note.sections:
        if section.state is SectionState.failed:
            found.append(
                Blocking(statement=section.key, rule="section_failed", detail=section.problem or "")
            )
        found += [
            Blocking(statement=statement.id, rule=check.rule, detail=check.detail)
            for statement in section.statements
            for check in statement.checks
            if check.level is Level.blocking and check.verdict is Verdict.failed
        ]
    return tuple(one for one in found if (one.statement, one.rule) not in resolved)


def next_draft(version: NoteVersion, **update: object) -> NoteVersion:
    """One revision more; of a signed one, a draft that replaces it."""
    signed = version.signature
    return version.model_copy(
        update={
            "revision": version.revision + 1,
            "state": NoteState.draft,
            "signature": None,
            "replaces": signed.sha256 if signed is not None else version.replaces,
            **update,
        }
    )


def review(version: NoteVersion) -> NoteVersion:
    """Somebody read it whole. Raises ValueError for a signed one."""
    if version.signature is not None:
        raise ValueError("the note is signed")
    return version.model_copy(
        update={"revision": version.revision + 1, "state": NoteState.reviewed}
    )


def sign(
    version: NoteVersion,
    *,
    name: str,
    author: Author,
    at: str,
    identifier: str | None = None,
    system: str | None = None,
    organisation: str | None = None,
) -> NoteVersion:
    """The next revision, whose words a named person answers for.

    Raises ValueError for a signed one, for a name that is blank, and while anything blocks.
    """
    if version.signature is not None:
        raise ValueError("the note is signed")
    if blocking(version):
        raise ValueError("checks are not resolved")
    if not name.strip():
        raise ValueError("whoever signs has a name")
    signature = Signature(
        name=name.strip(),
        identifier=identifier,
        system=system,
        organisation=organisation,
        author=author,
        at=at,
        sha256=version.content_sha256,
    )
    state = NoteState.signed if version.replaces is None else NoteState.amended
    return version.model_copy(
        update={"revision": version.revision + 1, "state": state, "signature": signature}
    )
