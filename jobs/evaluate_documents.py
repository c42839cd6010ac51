"""What reading keeps of documents whose content is known otherwise: CDA, FHIR, dates of E3C."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from pydantic import Field

from consultation.documents import SourceDocument
from consultation.errors import AnamneseError
from consultation.wire import Record
from records.limits import DEFAULT
from records.read import read_document
from records.readers.cda_entries import stamp
from records.readers.fhir_about import date_of
from records.readers.fhir_words import HEADINGS
from records.readers.xml import parsed
from records.written_dates import day_first, written_dates

_V3 = "{urn:hl7-org:v3}"


class DocumentsReport(Record):
    """Counts: what there was, and what was kept of it."""

    files: int = 0
    read: int = 0
    cda: int = 0
    cda_dates_right: int = 0
    cda_kinds: dict[str, str] = Field(default_factory=dict)
    """File → kind, to be judged by a reader."""
    narrative_words: int = 0
    narrative_words_read: int = 0
    codes: int = 0
    """Coded entries of CDA, each once a document."""
    codes_kept: int = 0
    codes_placed: int = 0
    """On the words that they point at, not on their section's title."""
    fhir_resources: int = 0
    """Clinical ones with a code."""
    fhir_resources_kept: int = 0
    """Their code is on one paragraph with their date."""
    dates: dict[str, tuple[int, int, int]] = Field(default_factory=dict)
    """By language: written dates of E3C, found with the exact ISO value, found beyond them."""
    missed: tuple[str, ...] = ()
    """Dates that were missed, as they were written."""


def evaluate_documents(folder: Path) -> DocumentsReport:
    """Every XML and JSON file below ``folder``."""
    report = DocumentsReport()
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.suffix in (".xml", ".json") else b""
        if path.suffix == ".xml":
            report = _added(report, _cda(path.name, data))
        elif path.suffix == ".json":
            content = json.loads(data)
            if isinstance(content, dict) and "annotations" in content and "text" in content:
                report = _added(report, _dates(content))
            elif isinstance(content, dict) and content.get("resourceType") == "Bundle":
                report = _added(report, _fhir(path.name, data, content))
    return report


def _added(a: DocumentsReport, b: DocumentsReport) -> DocumentsReport:
    total: dict[str, Any] = {}
    for name in DocumentsReport.model_fields:
        first, second = getattr(a, name), getattr(b, name)
        if name == "dates":
            total[name] = {
                key: tuple(
                    x + y
                    for x, y in zip(
                        first.get(key, (0, 0, 0)), second.get(key, (0, 0, 0)), strict=True
                    )
                )
                for key in {*first, *second}
            }
        else:
            total[name] = {**first, **second} if isinstance(first, dict) else first + second
    return DocumentsReport(**total)


def _read(name: str, data: bytes) -> SourceDocument | None:
    try:
        return read_document(name, data)
    except AnamneseError:
        return None


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def _cda(name: str, data: bytes) -> DocumentsReport:
    document = _read(name, data)
    if document is None:
        return DocumentsReport(files=1)
    root = parsed(data, DEFAULT)
    said: Counter[str] = Counter()
    codes: set[str] = set()
    for section in root.iter(_V3 + "section"):
        for part in ("title", "text"):
            element = section.find(_V3 + part)
            if element is not None:
                said += _words(" ".join(element.itertext()))
        for entry in section.findall(_V3 + "entry"):
            codes.update(_codes(entry))
    kept = {code.code: paragraph for paragraph in document.paragraphs for code in paragraph.codes}
    on_words = {
        code.code
        for paragraph in document.paragraphs
        if paragraph.kind.value != "heading"
        for code in paragraph.codes
    }
    return DocumentsReport(
        files=1,
        read=1,
        cda=1,
        cda_dates_right=int(document.date == stamp(root.find(_V3 + "effectiveTime"))),
        cda_kinds={name: f"{document.kind.value} ({document.kind_evidence})"},
        narrative_words=said.total(),
        narrative_words_read=(said & _words(document.text)).total(),
        codes=len(codes),
        codes_kept=len(codes & set(kept)),
        codes_placed=len(codes & on_words),
    )


def _codes(entry: Element) -> Iterator[str]:
    """Of what was observed or done: not of people, places and devices."""
    wanted = ("observation", "act", "procedure", "substanceAdministration", "supply", "encounter")
    for act in (one for tag in wanted for one in entry.iter(_V3 + tag)):
        for tag in ("code", "value"):
            for element in act.findall(_V3 + tag):
                if element.get("code") and not element.get("nullFlavor"):
                    yield element.get("code") or ""


def _fhir(name: str, data: bytes, bundle: dict[str, Any]) -> DocumentsReport:
    document = _read(name, data)
    if document is None:
        return DocumentsReport(files=1)
    found = {(code.code, one.date) for one in document.paragraphs for code in one.codes}
    wanted: list[tuple[str, str | None]] = []
    for entry in bundle["entry"]:
        resource = entry["resource"]
        concept = resource.get("code") or resource.get("vaccineCode") or {}
        coding = concept.get("coding") if isinstance(concept, dict) else None
        if resource["resourceType"] in HEADINGS and coding:
            wanted.append((coding[0]["code"], date_of(resource)))
    return DocumentsReport(
        files=1,
        read=1,
        fhir_resources=len(wanted),
        fhir_resources_kept=sum(1 for one in wanted if one in found),
    )


def _dates(case: dict[str, Any]) -> DocumentsReport:
    """TIMEX3 dates that are written out: with their year in digits."""
    language = "fr" if case["meta"].get("docLanguage") == "fr" else "en"
    text = case["text"]
    wanted = {
        (one["begin"], one["end"]): re.sub(r"(-(XX|__))+$", "", one["value"])
        for one in case["annotations"]
        if one["type"] == "TIMEX3"
        and one.get("timex3Class") == "DATE"
        and one.get("value")
        and re.search(r"\b(19|20)\d\d\b", one["text"])
    }
    found = list(written_dates(text, day_first(text, language)))
    right: set[tuple[int, int]] = set()
    beyond = 0
    for one in found:
        place = next(
            (p for p in wanted if one.start < p[1] and p[0] < one.end and p not in right), None
        )
        if place is not None and wanted[place] == one.iso:
            right.add(place)
        else:
            beyond += 1
    missed = tuple(f"{text[a:b]} = {wanted[a, b]}" for a, b in wanted if (a, b) not in right)
    return DocumentsReport(dates={language: (len(wanted), len(right), beyond)}, missed=missed)
