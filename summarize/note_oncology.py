"""What the statements of a note tell of a cancer, by the rules that read records.

Read are the statements, not the transcript: they are what a clinician checks and signs, and each
has its quotes.
"""

from __future__ import annotations

import hashlib

from clinical.oncology.extract import facts_of
from consultation.documents import DocumentFormat, Paragraph, SourceDocument
from consultation.oncology import OncologyHistory
from consultation.summary import Experiencer, Polarity, Statement, Summary

__all__ = ["note_oncology"]


def note_oncology(note: Summary) -> dict[str, OncologyHistory]:
    """Id of a statement → its facts; only of the patient, and of statements that have some.

    A denied statement may tell a marker ("pas de mutation EGFR") and no tumour; an uncertain one
    tells nothing.
    """
    found = {}
    for statement in note.statements():
        if statement.experiencer is not Experiencer.patient:
            continue
        if statement.polarity is Polarity.affirmed:
            history = facts_of(_document(statement, note.title, note.language))
        elif statement.polarity is Polarity.denied:
            read = facts_of(_document(statement, note.title, note.language))
            history = OncologyHistory(biomarkers=read.biomarkers)
        else:
            continue
        if history.found:
            found[statement.id] = history
    return found


def _document(statement: Statement, title: str, language: str) -> SourceDocument:
    """The statement as a document of one paragraph."""
    text = statement.text
    return SourceDocument(
        id="d001",
        file=statement.id,
        title=title,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        format=DocumentFormat.summary,
        language=language,
        paragraphs=(Paragraph(id="p0001", text=text, start=0, end=len(text)),),
    )
