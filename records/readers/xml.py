"""XML → a tree of elements, with no DTD, no entity and no more or deeper elements than the
limits have."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from consultation.document_errors import (
    DamagedDocument,
    DocumentTooDeep,
    DocumentTooLarge,
    UnsafeXml,
    missing_library,
)
from records.limits import Limits


class _Shallow(TreeBuilder):
    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._left, self._room = limits.depth, limits.elements

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._left -= 1
        self._room -= 1
        if self._room < 0:
            raise DocumentTooLarge("too many elements in one document")
        if self._left < 0:
            raise DocumentTooDeep("elements are nested too deep")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Element:
        self._left += 1
        return super().end(tag)


def parsed(data: bytes | str, limits: Limits) -> Element:
    """Raises UnsafeXml, DocumentTooDeep, DocumentTooLarge, DamagedDocument."""
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import DefusedXMLParser
    except ImportError:
        raise missing_library() from None
    parser = DefusedXMLParser(target=_Shallow(limits), forbid_dtd=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise UnsafeXml("the XML declares a DTD or entities") from None
    except (ParseError, ValueError, LookupError):
        raise DamagedDocument("the XML is not well formed") from None
    return root
