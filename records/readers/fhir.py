"""FHIR R4 as JSON: a Bundle, one resource, or one resource a line.

A Composition's sections are read as they were written; every clinical resource becomes one dated
line with its codes. Texts and files that are attached become documents of their own.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from consultation.document_errors import DocumentTooLarge, UnknownFormat
from consultation.documents import DocumentFormat, ParagraphKind
from records.archive import safe_name
from records.blocks import Attachment, Block, Reading
from records.language import language_of
from records.limits import Limits
from records.readers.fhir_about import codes_of, date_of
from records.readers.fhir_values import Json, codes, day, items, listed, obj, text, words
from records.readers.fhir_words import HEADINGS, told, withdrawn
from records.readers.html import read_html

_WORDS_OF_PEOPLE = ("Practitioner", "Organization", "Patient")


def is_fhir(content: Any) -> bool:
    first = content[0] if isinstance(content, list) and content else content
    return isinstance(first, dict) and isinstance(first.get("resourceType"), str)


def read_fhir(content: Any, limits: Limits) -> Reading:
    """Raises DocumentTooLarge, UnknownFormat and what ``read_html`` raises."""
    resources = _resources(content)
    if len(resources) > limits.paragraphs:
        raise DocumentTooLarge("too many resources in one bundle")
    if not any(_type(one) in HEADINGS or _type(one) == "Composition" for one in resources):
        raise UnknownFormat("FHIR without clinical resources")
    names = _names(resources)

    def name_of(reference: Json) -> str:
        return text(reference.get("display")) or names.get(text(reference.get("reference")), "")

    lines = {language: _lines(resources, name_of, language) for language in ("en", "fr")}
    language = language_of(" ".join(block.text for block in lines["en"])) or "en"
    composition = next((one for one in resources if _type(one) == "Composition"), {})
    written = _written(composition, limits) if composition else []
    if written:
        language = language_of(" ".join(block.text for block in written)) or language
    declared = text(composition.get("language") or obj(content).get("language"))[:2]
    language = declared if declared in lines else language
    alone = resources[0] if len(resources) == 1 else composition
    dated = [date for one in resources if _type(one) in HEADINGS and (date := date_of(one))]
    authors = [name_of(one) for one in items(alone.get("author") or alone.get("performer"))]
    return Reading(
        DocumentFormat.fhir,
        (*written, *lines[language]),
        title=text(composition.get("title")) or words(alone.get("code")),
        codes=(*codes(composition.get("type")), *_kind_codes(alone)),
        date=day(composition.get("date"))
        or day(obj(content).get("timestamp"))
        or (max(dated) if dated else None),
        author=", ".join(one for one in authors if one),
        language=language,
        attachments=tuple(_attachments(resources)),
    )


def _type(resource: Json) -> str:
    return text(resource.get("resourceType"))


def _kind_codes(alone: Json) -> list[Any]:
    if _type(alone) not in ("DiagnosticReport", "DocumentReference"):
        return []
    return [
        *codes(alone.get("code")),
        *codes(alone.get("type")),
        *(code for one in items(alone.get("category")) for code in codes(one)),
    ]


def _resources(content: Any) -> list[Json]:
    """Of a bundle, of bundles a line, of one resource; contained ones too."""
    found: list[Json] = []
    for top in items(content):
        if _type(top) != "Bundle":
            found.append(top)
            continue
        for entry in items(top.get("entry")):
            resource = obj(entry.get("resource"))
            if resource and not withdrawn(resource):
                if text(entry.get("fullUrl")):
                    resource = {**resource, "_fullUrl": text(entry["fullUrl"])}
                found.append(resource)
    return found


def _names(resources: list[Json]) -> dict[str, str]:
    """What a reference may point at → words."""
    names: dict[str, str] = {}
    for resource in resources:
        for one in (resource, *items(resource.get("contained"))):
            name = _name(one)
            if not name:
                continue
            identity = text(one.get("id"))
            for key in (f"{_type(one)}/{identity}", text(one.get("_fullUrl")), f"#{identity}"):
                if len(key) > 1:
                    names.setdefault(key, name)
    return names


def _name(resource: Json) -> str:
    if _type(resource) in _WORDS_OF_PEOPLE:
        named = resource.get("name")
        if isinstance(named, str):
            return text(named)
        for one in items(named):
            parts = [*listed(one.get("prefix")), *listed(one.get("given")), one.get("family")]
            return text(one.get("text")) or " ".join(text(part) for part in parts if text(part))
        return ""
    return words(resource.get("code")) or words(resource.get("type"))


def _written(composition: Json, limits: Limits) -> list[Block]:
    blocks: list[Block] = []
    title = text(composition.get("title"))
    if title:
        blocks.append(
            Block(title, ParagraphKind.heading, codes=tuple(codes(composition.get("type"))))
        )
    stack = list(reversed(items(composition.get("section"))))
    while stack:
        section = stack.pop()
        heading = text(section.get("title")) or words(section.get("code"))
        if heading:
            blocks.append(
                Block(heading, ParagraphKind.heading, codes=tuple(codes(section.get("code"))))
            )
        narrative = obj(section.get("text")).get("div")
        if isinstance(narrative, str) and narrative.strip():
            blocks.extend(read_html(narrative, limits).blocks)
        stack.extend(reversed(items(section.get("section"))))
    return blocks


def _lines(resources: list[Json], name_of: Any, language: str) -> list[Block]:
    by_type: dict[str, list[Json]] = {}
    for resource in resources:
        by_type.setdefault(_type(resource), []).append(resource)
    blocks: list[Block] = []
    for kind, headings in HEADINGS.items():
        of = sorted(by_type.get(kind, []), key=lambda one: date_of(one) or "")
        lines = [
            Block(line, ParagraphKind.item, date=date_of(one), codes=codes_of(one))
            for one in of
            if (line := told(one, name_of, language))
        ]
        if lines:
            blocks.append(Block(headings[language != "fr"], ParagraphKind.heading))
            blocks.extend(lines)
    return blocks


def _attachments(resources: list[Json]) -> list[Attachment]:
    found: list[Attachment] = []
    for resource in resources:
        kind = _type(resource)
        if kind == "DocumentReference":
            given = [obj(one.get("attachment")) for one in items(resource.get("content"))]
        elif kind == "DiagnosticReport":
            given = items(resource.get("presentedForm"))
        elif kind == "Binary":
            given = [resource]
        else:
            continue
        for one in given:
            data = one.get("data")
            if not isinstance(data, str) or not data:
                continue
            try:
                content = base64.b64decode("".join(data.split()), validate=True)
            except (binascii.Error, ValueError):
                content = b""
            title = text(one.get("title")) or words(resource.get("type") or resource.get("code"))
            name = safe_name(title or f"{kind}-{len(found) + 1}")
            date = day(one.get("creation")) or date_of(resource)
            found.append(Attachment(name, content, date=date, title=title))
    return found
