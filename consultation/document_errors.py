"""Why a document cannot be read.

InputError
└── DocumentError
    ├── UnknownFormat          no reader for it, or not text at all
    ├── EmptyDocument          no words in it
    ├── ScannedDocument        pictures of pages, and no OCR is configured
    ├── EncryptedDocument      needs a password
    ├── DamagedDocument        its reader cannot make sense of it
    ├── UnsafeXml              a DTD or entities, which no clinical document needs
    ├── DocumentTooDeep        nested beyond what any real document is
    ├── DocumentTooLarge       over a limit of bytes or characters
    ├── TooManyPages
    ├── TooManyDocuments
    └── ArchiveTooLarge        a ZIP that inflates beyond its limits

A text of these never holds words of the document or its name.
"""

from __future__ import annotations

from consultation.errors import EngineMissing, InputError


class DocumentError(InputError):
    code = "unreadable_document"


class UnknownFormat(DocumentError):
    code = "unknown_format"
    hint = "Save it as PDF, DOCX, RTF, HTML, e-mail, CDA, FHIR JSON or plain text."


class EmptyDocument(DocumentError):
    code = "empty_document"
    hint = "There are no words in it: export or copy it again."


class ScannedDocument(DocumentError):
    code = "scanned_document"
    hint = "It is pictures of pages: set ANAMNESE_OCR_COMMAND, or give a copy that has its text."


class EncryptedDocument(DocumentError):
    code = "encrypted_document"
    hint = "It needs a password: save a copy without one."


class DamagedDocument(DocumentError):
    code = "damaged_document"
    hint = "It is cut or damaged: export or copy it again."


class UnsafeXml(DocumentError):
    code = "unsafe_xml"
    hint = "It declares a DTD or entities, which can be used to attack a reader: remove them."


class DocumentTooDeep(DocumentError):
    code = "too_deep"
    hint = "It is nested deeper than any real document."


class DocumentTooLarge(DocumentError):
    code = "document_too_large"
    hint = "Split it, or give the part that matters."


class TooManyPages(DocumentError):
    code = "too_many_pages"
    hint = "Split it into documents of fewer pages."


class TooManyDocuments(DocumentError):
    code = "too_many_documents"
    hint = "Give fewer files at once."


class ArchiveTooLarge(DocumentError):
    code = "archive_too_large"
    hint = "It holds too many files, or inflates too far: split it."


def missing_library() -> EngineMissing:
    """For a reader whose library is not installed."""
    return EngineMissing(
        "a library that reads this format is not installed",
        hint="Install it with: pip install 'anamnese[records]'",
    )
