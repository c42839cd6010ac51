"""Blocks → numbered paragraphs with offsets, the heading above each and its own date."""

from __future__ import annotations

from collections.abc import Iterable

from clinical.text import sentences
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
                )
            )
            at += len(piece) + 1
    if not found:
        raise EmptyDocument("the document has no words")
    return tuple(found)


def _pieces(text: str) -> list[str]:
    if len(text) <= _LONGEST:
        return [text] if text else []
    pieces: list[str] = []
    start = end = 0
    for sentence in sentences(text):
        if sentence.end - start > _LONGEST and end > start:
            pieces.append(text[start:end])
            start = sentence.start
        end = sentence.end
    pieces.append(text[start:end])
    return [part for piece in pieces for part in _hard(piece)]


def _hard(text: str) -> list[str]:
    """A sentence without end is cut between words, and a word without end anywhere."""
    parts: list[str] = []
    while len(text) > 2 * _LONGEST:
        cut = text.rfind(" ", 1, _LONGEST)
        cut = cut if cut > 0 else _LONGEST
        parts.append(text[:cut].strip())
        text = text[cut:].strip()
    return [part for part in (*parts, text) if part]
