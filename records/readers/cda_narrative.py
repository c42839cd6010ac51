"""The narrative of a CDA section (``<text>``) → blocks, each with the ids that entries point at."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from consultation.documents import ParagraphKind
from records.blocks import Block, cleaned, row

V3 = "{urn:hl7-org:v3}"
_OWN = {"paragraph", "item", "caption", "br", "list", "table", "thead", "tbody", "tfoot"}


@dataclass(slots=True)
class Place:
    block: Block
    ids: list[str] = field(default_factory=list)
    folded: str = ""


def narrative(text: Element) -> list[Place]:
    """In reading order; a table's row is one block."""
    walk = _Walk()
    walk.element(text)
    walk.close()
    for place in walk.places:
        place.folded = place.block.text.casefold()
    return walk.places


class _Walk:
    """Recursive: the tree's depth was bounded when it was read."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._held: list[str] = []
        self._ids: list[str] = []
        self._kind = ParagraphKind.text
        self._spans: list[list[str]] = []

    def element(self, element: Element) -> None:
        tag = element.tag.rpartition("}")[2]
        if tag == "tr":
            self.close()
            self._row(element)
            return
        if tag in _OWN:
            self.close()
            if tag == "item":
                self._kind = ParagraphKind.item
        self._note(element)
        if element.text:
            self._held.append(element.text)
        for child in element:
            self.element(child)
            if child.tail:
                self._held.append(child.tail)
        if tag in _OWN:
            self.close()

    def _note(self, element: Element) -> None:
        name = element.get("ID")
        if name:
            self._ids.append(name)

    def _row(self, element: Element) -> None:
        cells: list[str] = []
        nested: list[Element] = []
        for node in element.iter():
            self._note(node)
        for cell in element:
            if cell.tag not in (V3 + "td", V3 + "th"):
                continue
            tables = cell.findall(f".//{V3}tr")
            if tables:
                nested.append(cell)
                cells.append(_spaced(cell, skip="table"))
            else:
                cells.append(_spaced(cell))
        ids, self._ids = self._ids, []
        cut = row(cells)
        if cut:
            self.places.append(Place(cut, ids))
        for cell in nested:
            for table in cell.iter(V3 + "table"):
                self.element(table)
                break

    def close(self) -> None:
        text = cleaned("".join(self._held))
        self._held.clear()
        if text:
            self.places.append(Place(Block(text, self._kind), self._ids))
            self._ids = []
        self._kind = ParagraphKind.text


def _spaced(element: Element, skip: str = "") -> str:
    parts: list[str] = []

    def walk(node: Element) -> None:
        tag = node.tag.rpartition("}")[2]
        if tag == skip:
            return
        if tag in ("br", "paragraph", "item", "td", "th", "list"):
            parts.append(" ")
        parts.append(node.text or "")
        for child in node:
            walk(child)
            parts.append(child.tail or "")

    walk(element)
    return "".join(parts)
