"""What a clinician changed before signing: how good the draft was, in the only unit that counts."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, computed_field

from consultation.signoff import NoteVersion
from consultation.wire import Record, Seconds, ms
from evaluation.wer import Errors, pooled, word_errors


class Review(Record):
    """One signed note."""

    template: str
    language: str
    statements: int = Field(ge=0)
    """As signed."""
    edited: int
    added: int
    removed: int
    resolved: int
    """Checks that were overruled with a reason."""
    dismissed: int
    """Said, and rightly not in the note."""
    words: Errors
    """Edits that turn the words of the draft's changed statements into what was signed, over the
    words of the signed note."""
    waited: Seconds | None = ms("waited", default=None)
    """From the draft to the signature: reading is in it, and so is lunch."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def share_changed(self) -> float | None:
        return self.words.rate


def review(version: NoteVersion) -> Review | None:
    """None when it is not signed. Raises UnsupportedLanguage or EngineMissing."""
    if version.signature is None:
        return None
    note = version.note
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    kinds: dict[str, set[str]] = {}
    for edit in version.edits:
        first.setdefault(edit.statement, edit.before or "")
        last[edit.statement] = edit.after or ""
        kinds.setdefault(edit.kind, set()).add(edit.statement)
    changes = pooled(
        word_errors(first[one], last[one], note.language)
        for one in first
        if first[one] != last[one]
    )
    signed = sum(len(statement.text.split()) for statement in note.statements())
    return Review(
        template=note.template,
        language=note.language,
        statements=len(note.statements()),
        edited=len(kinds.get("edit", set())),
        added=len(
            kinds.get("add", set()) | kinds.get("document", set()) | kinds.get("accept", set())
        ),
        removed=len(kinds.get("remove", set())),
        resolved=len(version.resolutions),
        dismissed=len(version.dismissals),
        words=Errors(
            reference=signed,
            substitutions=changes.substitutions if changes else 0,
            insertions=changes.insertions if changes else 0,
            deletions=changes.deletions if changes else 0,
        ),
        waited=_between(note.provenance.created, version.signature.at),
    )


def _between(begun: str, ended: str) -> float | None:
    try:
        return max(
            0.0, (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds()
        )
    except (ValueError, TypeError):
        return None
