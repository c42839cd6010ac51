"""Documents for tests, from plain text: "# " begins a heading, "- " an item, " | " makes a row."""

from __future__ import annotations

import hashlib

from consultation.documents import (
    DocumentFormat,
    DocumentKind,
    Paragraph,
    ParagraphKind,
    PatientRecord,
    SourceDocument,
)
from consultation.settings import Settings
from consultation.synthesis import Synthesis
from summarize.record_facts.map import MapCache
from summarize.synthesis import synthesize


def document(
    number: int, text: str, date: str | None = None, *, language: str = "fr", kind: str = "letter"
) -> SourceDocument:
    paragraphs: list[Paragraph] = []
    at, heading = 0, None
    for raw in text.strip().splitlines():
        line, of = raw.strip(), ParagraphKind.text
        if not line:
            continue
        if line.startswith("# "):
            line, of = line[2:], ParagraphKind.heading
        elif line.startswith("- "):
            line, of = line[2:], ParagraphKind.item
        elif " | " in line:
            of = ParagraphKind.row
        paragraphs.append(
            Paragraph(
                id=f"p{len(paragraphs) + 1:04}", text=line, start=at, end=at + len(line), page=1,
                kind=of, heading=None if of is ParagraphKind.heading else heading,
            )
        )  # fmt: skip
        heading = line if of is ParagraphKind.heading else heading
        at += len(line) + 1
    return SourceDocument(
        id=f"d{number:03}",
        file=f"{number:03}.txt",
        sha256=hashlib.sha256(f"{text} {date}".encode()).hexdigest(),
        format=DocumentFormat.text,
        kind=DocumentKind(kind),
        date=date,
        language=language,
        pages=1,
        paragraphs=tuple(paragraphs),
    )


def record(*documents: SourceDocument, language: str = "fr") -> PatientRecord:
    return PatientRecord(language=language, documents=documents)


def synthesis(
    *documents: SourceDocument,
    language: str = "fr",
    template: str = "patient-summary",
    as_of: str | None = None,
    cache: MapCache | None = None,
) -> Synthesis:
    return synthesize(
        record(*documents, language=language), None, Settings(), template=template, as_of=as_of,
        cache=cache,
    )  # fmt: skip


def texts(made: Synthesis, section: str) -> list[str]:
    return [line.text for one in made.sections if one.key == section for line in one.lines]
