"""HTML → blocks, by walking the tree without recursion. Scripts and styles are never read."""

from __future__ import annotations

from typing import Any

from consultation.document_errors import DocumentTooDeep, EmptyDocument, missing_library
from consultation.documents import DocumentFormat, ParagraphKind
from records.blocks import Block, Reading, cleaned, row
from records.limits import Limits

_SKIPPED = {"script", "style", "noscript", "template", "svg", "iframe", "object", "head"}
_BREAKS = {
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "pre",
    "address",
    "figure",
    "figcaption",
    "form",
    "fieldset",
    "table",
    "tbody",
    "thead",
    "tfoot",
    "caption",
    "br",
    "hr",
    "body",
    "center",
}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def read_html(text: str, limits: Limits) -> Reading:
    """Raises DocumentTooDeep, EmptyDocument."""
    try:
        from lxml import etree, html
    except ImportError:
        raise missing_library() from None
    if not text.strip():
        raise EmptyDocument("the page is empty")
    parser = html.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        raise EmptyDocument("the page has no content") from None
    if any("xcessive depth" in one.message for one in parser.error_log):
        raise DocumentTooDeep("elements are nested too deep")
    walk = _Walk(limits.depth)
    for event, element in etree.iterwalk(root, events=("start", "end")):
        walk.step(event, element)
    walk.close()
    title = cleaned(root.findtext(".//title") or "")
    language = (root.get("lang") or "")[:2].lower() or None
    return Reading(DocumentFormat.html, tuple(walk.blocks), title=title, language=language)


class _Walk:
    def __init__(self, depth: int) -> None:
        self.blocks: list[Block] = []
        self._deepest = depth
        self._depth = 0
        self._skipping = 0
        self._tables = 0
        self._held: list[str] = []
        self._cells: list[str] | None = None
        self._kind = ParagraphKind.text

    def step(self, event: str, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else "!"
        if event == "start":
            self._depth += 1
            if self._depth > self._deepest:
                raise DocumentTooDeep("elements are nested too deep")
            self._start(tag, element.text)
        else:
            self._depth -= 1
            self._end(tag)
            if element.tail and not self._skipping:
                self._held.append(element.tail)

    def _start(self, tag: str, text: str | None) -> None:
        if tag in _SKIPPED or tag == "!":
            self._skipping += 1
        if self._skipping:
            return
        if tag == "tr" and self._cells is None:
            self.close()
            self._cells = []
        elif tag in ("td", "th") and self._cells is not None:
            self._held.append(" ")
        elif tag in _BREAKS or tag in _HEADINGS or tag == "li":
            self._break()
            if tag in _HEADINGS:
                self._kind = ParagraphKind.heading
            elif tag == "li":
                self._kind = ParagraphKind.item
        if text:
            self._held.append(text)

    def _end(self, tag: str) -> None:
        if tag in _SKIPPED or tag == "!":
            self._skipping -= 1
        if self._skipping:
            return
        if tag in ("td", "th") and self._cells is not None:
            self._cells.append("".join(self._held))
            self._held.clear()
        elif tag == "tr" and self._cells is not None:
            if cleaned("".join(self._held)):
                self._cells.append("".join(self._held))
            self._held.clear()
            cut = row(self._cells)
            self._cells = None
            if cut:
                self.blocks.append(cut)
        elif tag in _BREAKS or tag in _HEADINGS or tag == "li":
            self._break()

    def _break(self) -> None:
        if self._cells is not None:
            self._held.append(" ")
        else:
            self.close()

    def close(self) -> None:
        text = cleaned("".join(self._held))
        if text:
            self.blocks.append(Block(text, self._kind))
        self._held.clear()
        self._kind = ParagraphKind.text
