"""Blocks → numbered paragraphs with offsets, the heading above each and its own date."""

from __future__ import annotations

from collections.abc import Iterable

from consultation.document_errors import DocumentTooLarge, EmptyDocument
from consultation.documents import Paragraph, ParagraphKind
from records.blocks import Block, cleaned
from records.dating import own_date
from records.limits import Limits
from records.written_dates import Order

_LONGEST = 4_000
"""Characters: a longer paragraph is cut between sentences, so that a citation can be read."""


def paragraphs(blocks: Iterable[Block], order: Order, limits: Limits) -> tuple[Paragraph, ...]:
    """Raises EmptyDocument without any text, DocumentTooLarge beyond the limits."""
    found: list[Paragraph] = []
    at = 0
    heading: str | None = None
    for block in blocks:
        text = cleaned(block.text)
        for piece in _pieces(text):
            if len(found) >= limits.paragraphs or at + len(piece) > limits.characters:
                raise DocumentTooLarge("more text than one document may hold")
            if block.kind is ParagraphKind.heading:
                heading = piece
            found.append(
                Paragraph(
                    id=f"p{len(found) + 1:04d}",
                    text=piece,
                    start=at,
                    end=at + len(piece),
                    page=block.page,
                    kind=block.kind,
                    heading=None if block.kind is ParagraphKind.heading else heading,
                    date=block.date or own_date(piece, block.kind, order),
                    codes=block.codes,
                    ocr=block.ocr,
                )
            )
            at += len(piece) + 1
    if not found:
        raise EmptyDocument("the document has no words")
    return tuple(found)


def _pieces(text: str) -> list[str]:
    """Cut after a sentence, else between words, else anywhere."""
    parts: list[str] = []
    at = 0
    while len(text) - at > _LONGEST:
        end = at + _LONGEST
        cut = max(text.rfind(mark, at + _LONGEST // 4, end) for mark in (". ", "! ", "? ", "; "))
        cut = cut + 1 if cut > 0 else text.rfind(" ", at + 1, end)
        cut = cut if cut > at else end
        parts.append(text[at:cut].strip())
        at = cut
    return [part for part in (*parts, text[at:].strip()) if part]
