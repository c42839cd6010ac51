"""Whether a narrative is text and nothing else: well-formed XHTML of the few elements we write."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree

_ELEMENTS = {"div", "p", "br", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"id", "xmlns"}
_XHTML = "http://www.w3.org/1999/xhtml"


class _Reader(HTMLParser):
    """As a lenient browser would read it: what it takes for an element is one."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            self.odd.add("an element that is not text")
        for name, value in attrs:
            if name not in _ATTRIBUTES:
                self.odd.add("an attribute that is not an id")
            if name == "id" and value:
                self.ids.append(value)


def faults(div: str) -> Iterator[str]:
    """What is wrong, in words that hold nothing of it."""
    reader = _read(div)
    yield from sorted(reader.odd)
    if len(set(reader.ids)) < len(reader.ids):
        yield "two elements with one id"
    if "<!" in div or "<?" in div:
        # No entities are declared in what is parsed next.
        yield "markup that is not an element"
        return
    try:
        root = ElementTree.fromstring(div)  # noqa: S314 - it declares nothing: looked at above
    except ElementTree.ParseError:
        yield "not well-formed"
    else:
        if root.tag != f"{{{_XHTML}}}div":
            yield "not a div of XHTML"
        if not "".join(root.itertext()).strip():
            yield "no text"


def element_ids(div: str) -> list[str]:
    return _read(div).ids


def _read(div: str) -> _Reader:
    reader = _Reader()
    reader.feed(div)
    reader.close()
    return reader
