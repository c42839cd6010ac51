"""Tables of notes that people work on, of what their documents name, and of transcripts' edits."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from jobs.store.tables import Base


class NoteRevision(Base):
    """A note as it was at one moment: written once, never changed. The first one is the AI's; there
    are none of a note that nobody touched."""

    __tablename__ = "note_revisions"
    consultation_id: Mapped[str] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True
    )
    template: Mapped[str] = mapped_column(String(100), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    source: Mapped[str] = mapped_column(String(20))
    """ai, person, or transcript: what made it."""
    state: Mapped[str] = mapped_column(String(20))
    job_id: Mapped[str | None] = mapped_column(String(40))
    """Of one that the AI wrote."""
    created: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(40))
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """A ``NoteVersion``, compressed and encrypted."""


class DocumentContext(Base):
    """Whose document it is: identities of the patient, the practitioner and the encounter."""

    __tablename__ = "document_contexts"
    consultation_id: Mapped[str] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True
    )
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    version: Mapped[int]
    created: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(40))
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class TranscriptEdit(Base):
    """What people changed in a transcript. Number 0 is the transcript before the first change."""

    __tablename__ = "transcript_edits"
    consultation_id: Mapped[str] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    org_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    created: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(40))
    key_id: Mapped[str] = mapped_column(String(40), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, compressed and encrypted."""
