"""The upper limit that a document itself prints for a laboratory value, with the words."""

from __future__ import annotations

from clinical.folded import folded
from clinical.reference_ranges import NORMS, ReferenceRange, range_behind, range_named
from clinical.trials.names import measured
from clinical.trials.patient import PrintedLimit
from consultation.documents import Paragraph, SourceDocument
from consultation.record_facts import RecordFact


def behind(document: SourceDocument, paragraph: Paragraph, fact: RecordFact) -> PrintedLimit | None:
    """The one right behind the value, before another value is named."""
    at = paragraph.text.find(fact.label, fact.start, fact.end)
    if at < 0:
        return None
    line = folded(paragraph.text)
    first = line.at(at + len(fact.label))
    found = range_behind(line.line, first)
    if found is None or measured(line.line[first : found.start]):
        return None
    return _cited(document, paragraph, found)


def listed(document: SourceDocument, name: str) -> PrintedLimit | None:
    """The one that a list of normal values of the document gives (*Normes : ASAT < 40 UI/L*)."""
    for paragraph in document.paragraphs:
        line = folded(paragraph.text)
        norms = NORMS.search(line.line)
        for _, named, start, end in measured(line.line) if norms else ():
            if norms and named == name and norms.end() <= start:
                found = range_named(line.line, end)
                if found:
                    return _cited(document, paragraph, found)
    return None


def _cited(document: SourceDocument, paragraph: Paragraph, found: ReferenceRange) -> PrintedLimit:
    start, end = folded(paragraph.text).place(found.start, found.end)
    return PrintedLimit(found.high, found.unit, document.cite(paragraph, start, end))
