"""A patient's documents as dated, numbered paragraphs, and the words that a synthesis cites."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Literal

from pydantic import Field

from consultation.evidence import Evidence
from consultation.wire import Record

PARTIAL_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
"""ISO 8601, as precise as what was written: a year, a month or a day."""


class DocumentFormat(StrEnum):
    text = "text"
    markdown = "markdown"
    pdf = "pdf"
    docx = "docx"
    rtf = "rtf"
    html = "html"
    email = "email"
    cda = "cda"
    fhir = "fhir"
    transcript = "transcript"
    """A transcript of ours."""
    summary = "summary"
    """A note of ours."""


class DocumentKind(StrEnum):
    consultation = "consultation"
    discharge = "discharge"
    """Lettre de liaison, discharge summary."""
    stay = "stay"
    """Compte rendu d'hospitalisation."""
    operation = "operation"
    pathology = "pathology"
    molecular = "molecular"
    imaging = "imaging"
    laboratory = "laboratory"
    tumour_board = "tumour_board"
    """Fiche RCP."""
    prescription = "prescription"
    letter = "letter"
    emergency = "emergency"
    nursing = "nursing"
    patient_summary = "patient_summary"
    """Volet de synthèse médicale, International Patient Summary."""
    vaccination = "vaccination"
    transcript = "transcript"
    other = "other"


class ParagraphKind(StrEnum):
    heading = "heading"
    text = "text"
    item = "item"
    """Of a list."""
    row = "row"
    """Of a table: its cells joined by ``" | "``."""


class DateSource(StrEnum):
    header = "header"
    """Structured: a CDA header, a FHIR resource, an e-mail's Date."""
    text = "text"
    """Words of the document: ``evidence`` quotes them."""
    file_name = "file_name"
    metadata = "metadata"
    """Of the file: when a PDF was made, which may be long after what it tells."""
    none = "none"


class Place(Record):
    """One paragraph of one document."""

    document: str
    paragraph: str


class Coding(Record):
    """A coded entry that a paragraph came with, as it was coded; never inferred from words."""

    system: str
    """A URI, or ``urn:oid:…``."""
    code: str
    display: str = ""


class OcrReading(Record):
    """Words that OCR read in a picture: a misread dose looks like any other word."""

    confidence: float | None = Field(default=None, ge=0, le=1)
    """Of the paragraph's words on average, as the OCR command says; None where it does not."""
    lowest: float | None = Field(default=None, ge=0, le=1)
    """Of the word that it is least sure of."""
    doubtful: tuple[str, ...] = ()
    """Words that it is not sure of, in order: to be compared with the picture."""


class Paragraph(Record):
    """The unit that a synthesis cites. ``text`` is exactly ``document.text[start:end]``."""

    id: str = Field(pattern=r"^p\d{4,}$")
    """Unique in its document, in order."""
    text: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    """Characters, in the document's text."""
    page: int | None = Field(default=None, ge=1)
    kind: ParagraphKind = ParagraphKind.text
    heading: str | None = None
    """The nearest heading above it."""
    date: str | None = Field(default=None, pattern=PARTIAL_DATE)
    """Of what this paragraph tells, when it says so itself; else the document's holds."""
    repeats: Place | None = None
    """The first document, by date, that has the same words: what is copied is cited there."""
    codes: tuple[Coding, ...] = ()
    ocr: OcrReading | None = None
    """None: these are the document's own characters."""


class DocumentEvidence(Evidence):
    """Words of a document. ``source`` is the document's id, ``anchor`` the paragraph's, and the
    offsets of the quote count in the paragraph's text."""

    title: str = ""
    """The document's."""
    date: str | None = Field(default=None, pattern=PARTIAL_DATE)
    """The paragraph's own, else the document's: how old these words are."""
    page: int | None = Field(default=None, ge=1)
    ocr: OcrReading | None = None
    """How sure the words are that OCR read, of the whole paragraph; None: nothing had to be
    recognised."""


class SourceDocument(Record):
    """One document as it was read."""

    id: str = Field(pattern=r"^d\d{3,}$")
    """Unique in the record, in the order in which they were given."""
    file: str
    """Its name, without folders; inside an archive: ``archive.zip/name``."""
    sha256: str
    """Of the bytes: what tells whether it must be read again."""
    format: DocumentFormat
    title: str = ""
    kind: DocumentKind = DocumentKind.other
    kind_evidence: str = ""
    """The words, the code or the type that told the kind."""
    date: str | None = Field(default=None, pattern=PARTIAL_DATE)
    date_source: DateSource = DateSource.none
    date_evidence: DocumentEvidence | None = None
    language: str = "fr"
    """ISO 639-1."""
    author: str = ""
    pages: int | None = Field(default=None, ge=1)
    paragraphs: tuple[Paragraph, ...] = ()
    warnings: tuple[str, ...] = ()
    """For a reader: pages without text, an encoding that was guessed, columns in doubt."""

    @property
    def text(self) -> str:
        """Paragraphs, one a line: what ``Paragraph.start`` counts in."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)

    def paragraph(self, paragraph_id: str) -> Paragraph | None:
        return next((one for one in self.paragraphs if one.id == paragraph_id), None)

    def cite(self, paragraph: Paragraph, start: int, end: int) -> DocumentEvidence:
        """The words ``paragraph.text[start:end]``. Raises ValueError when there are none."""
        quote = paragraph.text[start:end]
        if not quote.strip():
            raise ValueError("nothing is quoted")
        return DocumentEvidence(
            source=self.id,
            anchor=paragraph.id,
            quote=quote,
            quote_start=start,
            quote_end=end,
            title=self.title or self.file,
            date=paragraph.date or self.date,
            page=paragraph.page,
            ocr=paragraph.ocr,
        )


class RefusedDocument(Record):
    """A file that could not be read; the others went on."""

    file: str
    code: str
    hint: str


class PatientRecord(Record):
    """What is known of one patient: the documents that were read, and those that were not."""

    schema_version: Literal["1"] = "1"
    language: str = "fr"
    documents: tuple[SourceDocument, ...] = ()
    refused: tuple[RefusedDocument, ...] = ()

    def document(self, document_id: str) -> SourceDocument | None:
        return next((one for one in self.documents if one.id == document_id), None)


def is_partial_date(text: str) -> bool:
    return re.match(PARTIAL_DATE, text) is not None
