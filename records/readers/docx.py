"""DOCX: paragraphs, headings, lists and tables of the body, in order.

python-docx opens the package; the body is walked here, because its ``paragraphs`` leave out what
stands in content controls (most hospital templates) and in tracked insertions. Deletions, and the
header and footer that repeat on every page, are left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from consultation.document_errors import DamagedDocument, missing_library
from consultation.documents import DocumentFormat, ParagraphKind
from records.blocks import Block, Reading, cleaned, row
from records.lines import is_heading

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = {_W + "del", _W + "moveFrom", _FALLBACK}
_THROUGH = {_W + "sdt", _W + "sdtContent", _W + "customXml", _W + "ins", _W + "moveTo"}


def read_docx(data: bytes) -> Reading:
    """The archive's limits were checked before. Raises DamagedDocument."""
    try:
        import docx
    except ImportError:
        raise missing_library() from None
    try:
        document = docx.Document(io.BytesIO(data))
    except (KeyError, ValueError):
        raise DamagedDocument("not a whole DOCX") from None
    names = {style.style_id: style.name or "" for style in document.styles}
    blocks: list[Block] = []
    for element in _blocks(document.element.body):
        if element.tag == _W + "tbl":
            blocks.extend(_table(element))
        else:
            block = _paragraph(element, names)
            if block:
                blocks.append(block)
    properties = document.core_properties
    made = properties.modified or properties.created
    titled = [b.text for b in blocks[:6] if b.kind is ParagraphKind.heading]
    return Reading(
        DocumentFormat.docx,
        tuple(blocks),
        title=cleaned(properties.title or "") or (titled[0] if titled else ""),
        author=cleaned(properties.author or ""),
        made=made.date().isoformat() if made else None,
    )


def _blocks(body: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, through content controls and tracked insertions."""
    stack = [iter(body)]
    while stack:
        for element in stack[-1]:
            if element.tag in (_W + "p", _W + "tbl"):
                yield element
            elif element.tag in _THROUGH:
                stack.append(iter(element))
                break
        else:
            stack.pop()


def _text(element: Any) -> str:
    """What a reader sees: insertions yes, deletions no."""
    parts: list[str] = []
    for node in element.iter():
        if node.tag == _W + "t":
            if not any(above.tag in _GONE for above in node.iterancestors()):
                parts.append(node.text or "")
        elif node.tag in (_W + "tab", _W + "br", _W + "cr", _W + "p"):
            parts.append(" ")
        elif node.tag == _W + "noBreakHyphen":
            parts.append("-")
    return cleaned("".join(parts))


def _paragraph(element: Any, names: dict[str, str]) -> Block | None:
    text = _text(element)
    if not text:
        return None
    style = element.find(f"{_W}pPr/{_W}pStyle")
    name = names.get(style.get(_W + "val"), "") if style is not None else ""
    lowered = name.lower()
    if lowered.startswith(("heading", "titre", "title", "subtitle")) or is_heading(text):
        return Block(text, ParagraphKind.heading)
    if element.find(f"{_W}pPr/{_W}numPr") is not None or lowered.startswith(("list", "liste")):
        return Block(text, ParagraphKind.item)
    return Block(text)


def _table(element: Any) -> Iterator[Block]:
    for line in element.iterchildren(_W + "tr"):
        cells = []
        for cell in line.iter(_W + "tc"):
            if next(cell.iterancestors(_W + "tr")) is line:
                cells.append(_text(cell))
        cut = row(cells)
        if cut:
            yield cut
