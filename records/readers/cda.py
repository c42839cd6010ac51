"""CDA R2: the header's title, code, date and author; each section's narrative; its coded entries.

A coded entry goes to the paragraph that it points at (``<reference value="#id"/>``), else to the
one that holds its display name, else to its section's title. A section without narrative is told
by its entries.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from consultation.document_errors import DamagedDocument, UnknownFormat
from consultation.documents import Coding, DocumentFormat, ParagraphKind
from records.blocks import Attachment, Block, Reading, cleaned
from records.limits import Limits
from records.readers.cda_entries import Entry, coding, entries, stamp
from records.readers.cda_narrative import Place, narrative
from records.readers.xml import parsed

V3 = "{urn:hl7-org:v3}"


def read_cda(text: str, data: bytes, limits: Limits) -> Reading:
    """Raises UnsafeXml, DocumentTooDeep, DamagedDocument, UnknownFormat."""
    root = _tree(text, data, limits)
    if root.tag != V3 + "ClinicalDocument":
        raise UnknownFormat("XML that is no CDA document")
    title = cleaned(root.findtext(V3 + "title") or "")
    code = root.find(V3 + "code")
    language = root.find(V3 + "languageCode")
    blocks: list[Block] = []
    if title:
        blocks.append(Block(title, ParagraphKind.heading))
    attachments: list[Attachment] = []
    for component in root.findall(V3 + "component"):
        for section in component.iterfind(f"{V3}structuredBody/{V3}component/{V3}section"):
            for part in _sections(section):
                blocks.extend(_section(part))
        body = component.find(f"{V3}nonXMLBody/{V3}text")
        if body is not None:
            attachments.extend(_unstructured(body))
    coded = coding(code) if code is not None else None
    return Reading(
        DocumentFormat.cda,
        tuple(blocks),
        title=title,
        codes=(coded,) if coded else (),
        date=stamp(root.find(V3 + "effectiveTime")),
        author=_author(root),
        language=(language.get("code") or "")[:2].lower() or None if language is not None else None,
        attachments=tuple(attachments),
    )


def _tree(text: str, data: bytes, limits: Limits) -> Element:
    """By its bytes, so that the encoding it declares counts; by its text when that one is wrong."""
    try:
        return parsed(data, limits)
    except DamagedDocument:
        start = text.lstrip("\ufeff \t\r\n")
        cut = start.find("?>") + 2 if start.startswith("<?xml") and "?>" in start[:300] else 0
        return parsed(start[cut:], limits)


def _author(root: Element) -> str:
    for author in root.findall(V3 + "author"):
        name = author.find(f"{V3}assignedAuthor/{V3}assignedPerson/{V3}name")
        if name is not None:
            parts = ["suffix", "prefix", "given", "family"]
            words = [cleaned(name.findtext(V3 + part) or "") for part in parts]
            return " ".join(word for word in words if word) or cleaned("".join(name.itertext()))
        device = author.findtext(f"{V3}assignedAuthor/{V3}assignedAuthoringDevice/{V3}softwareName")
        if device:
            return cleaned(device)
    return ""


def _sections(section: Element) -> Iterator[Element]:
    """A section, then those inside it, in order. The tree's depth was bounded when it was read."""
    yield section
    for inner in section.iterfind(f"{V3}component/{V3}section"):
        yield from _sections(inner)


def _section(section: Element) -> list[Block]:
    title = cleaned(section.findtext(V3 + "title") or "")
    code = section.find(V3 + "code")
    coded = coding(code) if code is not None else None
    heading = title or (coded.display if coded else "")
    blocks: list[Block] = []
    if heading:
        blocks.append(Block(heading, ParagraphKind.heading, codes=(coded,) if coded else ()))
    text = section.find(V3 + "text")
    places = narrative(text) if text is not None else []
    found = list(entries(section))
    if not places:
        blocks.extend(_told(found))
        return blocks
    return [*_with_codes(blocks, places, found)]


def _with_codes(head: list[Block], places: list[Place], found: list[Entry]) -> list[Block]:
    by_id = {one: index for index, place in enumerate(places) for one in place.ids}
    codes: list[list[Coding]] = [[] for _ in places]
    dates: list[set[str]] = [set() for _ in places]
    loose: list[Coding] = []
    for entry in found:
        at = next((by_id[one] for one in entry.references if one in by_id), None)
        if at is None:
            at = _named(places, entry)
        if at is None:
            loose.extend(entry.codes)
            continue
        codes[at].extend(entry.codes)
        if entry.date:
            dates[at].add(entry.date)
    if head and loose:
        head = [replace(head[0], codes=_once([*head[0].codes, *loose]))]
    elif loose:
        codes[0].extend(loose)
    told = [
        replace(
            place.block,
            codes=_once(codes[index]),
            date=dates[index].pop() if len(dates[index]) == 1 else None,
        )
        for index, place in enumerate(places)
    ]
    return [*head, *told]


def _named(places: list[Place], entry: Entry) -> int | None:
    for code in entry.codes:
        if len(code.display) < 4:
            continue
        wanted = code.display.casefold()
        for index, place in enumerate(places):
            if wanted in place.folded:
                return index
    return None


def _told(found: list[Entry]) -> Iterator[Block]:
    for entry in found:
        if entry.told:
            yield Block(entry.told, ParagraphKind.item, date=entry.date, codes=_once(entry.codes))


def _once(codes: list[Coding] | tuple[Coding, ...]) -> tuple[Coding, ...]:
    return tuple(dict.fromkeys(codes))


def _unstructured(body: Element) -> Iterator[Attachment]:
    text = "".join(body.itertext())
    if body.get("representation") == "B64":
        try:
            yield Attachment("body", base64.b64decode("".join(text.split()), validate=True))
        except (binascii.Error, ValueError):
            return
    elif text.strip():
        yield Attachment("body", text.encode("utf-8", "replace"))
