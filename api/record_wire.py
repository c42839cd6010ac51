"""Records over HTTP: their own types."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.wire import JobOut, Wire, iso
from jobs.store.record_tables import RecordSynthesis
from jobs.store.records import Document
from summarize.changes import Change


class RecordAccepted(Wire):
    """202: what was asked for is queued."""

    record_id: str
    job: JobOut


class DocumentRemoved(Wire):
    record_id: str
    job: JobOut | None
    """Makes the latest synthesis anew without it; None where there is nothing to make."""


class RecordLine(Wire):
    id: str
    created: str


class RecordPage(Wire):
    items: list[RecordLine]
    next_cursor: str | None
    """Give it as ``cursor`` for the next page; None on the last one."""


class DocumentOut(Wire):
    id: str
    """As evidence names it (``source``), and as its address does."""
    file: str
    """Its name, as it was sent; in an archive: archive.zip/name."""
    attached_to: str | None
    """The document that it came within."""
    status: Literal["pending", "read", "refused"]
    code: str | None
    """Why it was refused."""
    hint: str | None
    """What to do about that."""
    title: str
    kind: str | None
    date: str | None
    pages: int | None
    language: str | None
    format: str | None
    warnings: list[str]
    size: int
    added: str


class SynthesisOut(Wire):
    version: int
    template: str
    language: str
    as_of: str
    documents: list[str]
    """That it was made from."""
    job_id: str
    created: str


class Syntheses(Wire):
    items: list[SynthesisOut]


class RecordOut(Wire):
    id: str
    created: str
    documents: list[DocumentOut]
    syntheses: list[SynthesisOut]
    jobs: list[JobOut]


class NewSynthesis(Wire):
    template: str | None = Field(default=None, max_length=100)
    """patient-summary, discharge-letter, tumour-board, pre-visit or patient-letter."""
    as_of: str | None = Field(default=None, max_length=10)
    """The day ages count to, YYYY-MM-DD; today."""


class ChangesOut(Wire):
    """What a version says otherwise than an earlier one, and which document did it."""

    earlier: int | None
    """None: it is the first one of its template, and nothing is compared."""
    version: int
    changes: list[Change]


def document_out(one: Document) -> DocumentOut:
    about = one.about
    return DocumentOut(
        id=one.id,
        file=about.file,
        attached_to=f"d{one.parent:03d}" if one.parent is not None else None,
        status=one.status,
        code=one.code,
        hint=about.hint if one.code else None,
        title=about.title,
        kind=about.kind,
        date=about.date,
        pages=about.pages,
        language=about.language,
        format=about.format,
        warnings=list(about.warnings),
        size=one.size,
        added=iso(one.added),
    )


def synthesis_out(row: RecordSynthesis) -> SynthesisOut:
    return SynthesisOut(
        version=row.version,
        template=row.template,
        language=row.language,
        as_of=row.as_of,
        documents=[f"d{int(one):03d}" for one in row.documents.split()],
        job_id=row.job_id,
        created=iso(row.created),
    )
