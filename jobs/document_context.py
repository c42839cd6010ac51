"""Whose document it is: as the caller sent it, completed by the settings and the signature."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy.orm import Session

from consultation.errors import InvalidOption
from consultation.export.context import DocumentContext, Instant
from consultation.export.numbers import fits
from consultation.signoff import NoteVersion
from jobs.document_settings import DocumentSettings
from jobs.notes import now
from jobs.store import notes
from jobs.store.keys import KeyRing


class ContextIn(DocumentContext):
    """Whose document it is. Nothing of it is ever taken from what was said."""

    identifier: str | None = Field(  # type: ignore[assignment]
        default=None, min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$"
    )
    """Of the documents; without one, made of the consultation's id and the template."""
    timestamp: Instant | None = None  # type: ignore[assignment]
    """When a draft was put together; without one, when it is asked for. A signed document has the
    time of its signature."""


class WrongNumber(InvalidOption):
    """``errors``: the places."""

    code = "wrong_number"
    hint = "Its key does not fit: INS has 15 characters, RPPS 11 digits, FINESS 9."

    def __init__(self, errors: list[str]) -> None:
        super().__init__("a national number is not one that exists", hint=self.hint)
        self.errors = errors


def check_numbers(context: ContextIn) -> None:
    """When it is sent; what was stored before is read as it stands. Raises WrongNumber."""
    holders = {
        "patient": context.patient,
        **{f"practitioners.{at}": one for at, one in enumerate(context.practitioners)},
        "organisation": context.organisation,
        "custodian": context.custodian,
        "encounter": context.encounter,
    }
    wrong = [
        f"body.{name}.identifiers.{at}"
        for name, holder in holders.items()
        if holder is not None
        for at, one in enumerate(holder.identifiers)
        if not fits(one.system, one.value)
    ]
    if wrong:
        raise WrongNumber(wrong)


def document_context(
    session: Session,
    ring: KeyRing,
    settings: DocumentSettings,
    org_id: str,
    consultation_id: str,
    version: NoteVersion,
) -> DocumentContext:
    """For a document of this version."""
    kept = notes.document_context(session, ring, org_id, consultation_id)
    given = ContextIn.model_validate_json(kept.content) if kept else ContextIn()
    signature = version.signature if version.signed else None
    own = f"{consultation_id}.{version.note.template}"
    values = {name: getattr(given, name) for name in DocumentContext.model_fields} | {
        "identifier": given.identifier or own,
        "timestamp": signature.at if signature else given.timestamp or now(),
        "letterhead": given.letterhead or (() if given.organisation else settings.letterhead),
        "footer": given.footer or settings.document_footer,
    }
    return DocumentContext.model_validate(values)
