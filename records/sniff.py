"""The format of a file, told by its bytes. Its name is asked only where bytes do not tell."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Any

from consultation.document_errors import (
    DocumentTooDeep,
    EmptyDocument,
    EncryptedDocument,
    ScannedDocument,
    UnknownFormat,
)
from records.readers.fhir_xml import is_fhir_xml

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF8", b"BM6")
_SIGNED_HEADERS = re.compile(
    r"^(?:return-path|received|message-id|mime-version|delivered-to|x-mailer):", re.I | re.M
)
_FROM = re.compile(r"^(?:from|de|subject|date|to):", re.I | re.M)
_HTML = re.compile(r"<(?:!doctype\s+html|html|body|head|div|table|p|h[1-6]|br)\b", re.I)


class Found(StrEnum):
    """What a reader is chosen by."""

    pdf = "pdf"
    docx = "docx"
    archive = "archive"
    rtf = "rtf"
    text = "text"
    """To be looked at again once it is decoded."""


def by_bytes(data: bytes) -> Found:
    """Raises EmptyDocument, EncryptedDocument, ScannedDocument, UnknownFormat."""
    if not data.strip():
        raise EmptyDocument("the file is empty")
    if b"%PDF-" in data[:1024]:
        return Found.pdf
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Found.docx if b"word/" in data and b"[Content_Types].xml" in data else Found.archive
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise EncryptedDocument("an Office file with a password")
        raise UnknownFormat("an old binary Office file", hint="Save it as DOCX or PDF.")
    if data.startswith(_PICTURES):
        raise ScannedDocument("a picture")
    if data.lstrip()[:5] == b"{\\rtf":
        return Found.rtf
    return Found.text


class TextFound(StrEnum):
    cda = "cda"
    fhir = "fhir"
    """As XML."""
    html = "html"
    email = "email"
    json = "json"
    plain = "plain"


def by_text(text: str, name: str) -> TextFound:
    """Raises UnknownFormat for XML that is neither CDA nor FHIR."""
    start = text.lstrip()[:4000]
    if start.startswith("<"):
        if is_fhir_xml(start):
            return TextFound.fhir
        if "ClinicalDocument" in text[:20_000]:
            return TextFound.cda
        if _HTML.search(start) and not re.search(r"<\w+[^>]*xmlns=[\"']urn:", start):
            return TextFound.html
        if start.startswith(("<?xml", "<!DOCTYPE")):
            raise UnknownFormat("XML that is neither CDA nor FHIR")
    if start.startswith(("{", "[")):
        return TextFound.json
    headers = re.split(r"\r?\n\r?\n", text[:20_000], maxsplit=1)[0]
    if _FROM.search(headers) and (_SIGNED_HEADERS.search(headers) or name.lower().endswith(".eml")):
        return TextFound.email
    if name.lower().endswith((".html", ".htm")):
        return TextFound.html
    return TextFound.plain


def parsed_json(text: str) -> Any | None:
    """JSON, or one value a line; None when it is neither. Raises DocumentTooDeep."""
    try:
        return json.loads(text)
    except RecursionError:
        raise DocumentTooDeep("JSON nested too deep") from None
    except ValueError:
        pass
    if not text.lstrip().startswith("{"):
        return None
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except RecursionError:
        raise DocumentTooDeep("JSON nested too deep") from None
    except ValueError:
        return None
