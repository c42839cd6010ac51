"""Whose document it is: as the caller sent it, completed by the settings and the signature."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy.orm import Session

from consultation.export.context import DocumentContext, Instant
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
