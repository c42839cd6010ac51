"""Bytes of one document → its ``Reading``, by the reader of its format. Whatever a library throws
at damaged input becomes one of ``consultation.document_errors``."""

from __future__ import annotations

from dataclasses import replace

from consultation.document_errors import (
    ArchiveTooLarge,
    DamagedDocument,
    DocumentTooDeep,
    DocumentTooLarge,
    ScannedDocument,
)
from consultation.documents import DocumentFormat
from consultation.errors import AnamneseError
from records.archive import check_package
from records.blocks import Reading
from records.encoding import decoded
from records.limits import Limits
from records.ocr import Ocr, Seen, blocks_seen
from records.readers.cda import read_cda
from records.readers.docx import read_docx
from records.readers.fhir import is_fhir, read_fhir
from records.readers.fhir_xml import fhir_of_xml
from records.readers.html import read_html
from records.readers.mail import read_mail
from records.readers.ours import read_ours
from records.readers.pdf import read_pdf
from records.readers.rtf import read_rtf
from records.readers.text import is_markdown, read_markdown, read_text
from records.sniff import Found, TextFound, by_bytes, by_text, parsed_json

_NESTED = 3
"""A PDF in a CDA document is one document; nothing goes deeper."""


def is_archive(data: bytes) -> bool:
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06") and by_bytes(data) is Found.archive


def reading_of(name: str, data: bytes, limits: Limits, ocr: Ocr | None, depth: int = 0) -> Reading:
    """Raises DocumentError, EngineMissing, EngineFailed, and nothing else."""
    try:
        if len(data) > limits.document_bytes:
            raise DocumentTooLarge("the document is too large")
        return _read(name, data, limits, ocr, depth)
    except AnamneseError:
        raise
    except RecursionError:
        raise DocumentTooDeep("the document is nested too deep") from None
    except Exception:  # noqa: BLE001 - libraries that parse hostile bytes may raise anything
        raise DamagedDocument("its reader could not make sense of it") from None


def _read(name: str, data: bytes, limits: Limits, ocr: Ocr | None, depth: int) -> Reading:
    try:
        found = by_bytes(data)
    except ScannedDocument:
        seen = ocr(data) if ocr else Seen("")
        if not seen.text.strip():
            raise
        blocks = tuple(blocks_seen(seen, 1))
        return Reading(DocumentFormat.text, blocks, pages=1, warnings=("read by OCR",))
    if found is Found.archive:
        raise ArchiveTooLarge(
            "an archive inside an archive", hint="Unpack it: one level of archives is read."
        )
    if found is Found.pdf:
        return read_pdf(data, limits, ocr)
    if found is Found.docx:
        check_package(data, limits)
        return read_docx(data)
    if found is Found.rtf:
        return read_rtf(data, limits)
    return _text(name, data, limits, ocr, depth)


def _text(name: str, data: bytes, limits: Limits, ocr: Ocr | None, depth: int) -> Reading:
    text, guessed = decoded(data)
    if len(text) > 4 * limits.characters:
        raise DocumentTooLarge("more text than one document may hold")
    kind = by_text(text, name)
    if kind is TextFound.email:
        return read_mail(data, limits)
    if kind is TextFound.cda:
        return _cda(text, data, limits, ocr, depth)
    if kind is TextFound.fhir:
        # By its own bytes, so that the declared encoding counts.
        return read_fhir(fhir_of_xml(data, limits), limits)
    read: Reading | None = None
    if kind is TextFound.html:
        read = read_html(text, limits)
    elif kind is TextFound.json:
        content = parsed_json(text)
        if isinstance(content, (dict, list)) and content:
            return read_fhir(content, limits) if is_fhir(content) else read_ours(content)
    if read is None:
        marked = name.lower().endswith((".md", ".markdown")) or is_markdown(text)
        read = read_markdown(text) if marked else read_text(text)
    if guessed:
        read = replace(read, warnings=(*read.warnings, f"the encoding was guessed: {guessed}"))
    return read


def _cda(text: str, data: bytes, limits: Limits, ocr: Ocr | None, depth: int) -> Reading:
    """By its own bytes, so that the declared encoding counts. A body that is a file is read in its
    place."""
    read = read_cda(text, data, limits)
    if not read.attachments:
        return read
    if depth >= _NESTED:
        raise DocumentTooDeep("documents inside documents")
    bodies = [reading_of(one.name, one.data, limits, ocr, depth + 1) for one in read.attachments]
    return replace(
        read,
        blocks=(*read.blocks, *(block for body in bodies for block in body.blocks)),
        pages=bodies[0].pages,
        warnings=(*read.warnings, *(one for body in bodies for one in body.warnings)),
        attachments=tuple(one for body in bodies for one in body.attachments),
    )
