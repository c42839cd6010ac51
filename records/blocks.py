"""What a reader hands back: blocks of text in reading order, and what the format itself says."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from consultation.documents import Coding, DocumentFormat, OcrReading, ParagraphKind

_SPACE = re.compile(r"\s+")
_UNSEEN = {"Cc", "Cf", "Co", "Cn", "Cs"}


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph to be. ``text`` may still hold line ends and stray spaces."""

    text: str
    kind: ParagraphKind = ParagraphKind.text
    page: int | None = None
    date: str | None = None
    """Structured, ISO; a date in words is found later."""
    codes: tuple[Coding, ...] = ()
    ocr: OcrReading | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document inside a document: of an e-mail, of a FHIR DocumentReference."""

    name: str
    data: bytes
    date: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One document as its format gives it."""

    format: DocumentFormat
    blocks: tuple[Block, ...]
    title: str = ""
    codes: tuple[Coding, ...] = ()
    """Of the kind of document: a LOINC code of a CDA header, a FHIR type."""
    date: str | None = None
    """Structured: see ``DateSource.header``."""
    made: str | None = None
    """When the file was made, by its metadata."""
    author: str = ""
    language: str | None = None
    pages: int | None = None
    warnings: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def cleaned(text: str) -> str:
    """On one line, composed (NFC), without characters that nobody sees."""
    composed = unicodedata.normalize("NFC", text.replace("\u00ad", ""))
    if not composed.isprintable():
        composed = "".join(
            " " if c in "\t\n\v\f\r\u2028\u2029\x85" else c
            for c in composed
            if c in "\t\n\v\f\r\x85" or unicodedata.category(c) not in _UNSEEN
        )
    return _SPACE.sub(" ", composed).strip()


def row(cells: list[str]) -> Block | None:
    """Cells of a table's row; None when all are empty. A row of one cell is plain text."""
    texts = [cleaned(cell) for cell in cells]
    filled = [text for text in texts if text]
    if not filled:
        return None
    if len(filled) == 1:
        return Block(filled[0])
    while texts and not texts[-1]:
        texts.pop()
    return Block(" | ".join(texts).strip(), ParagraphKind.row)
