"""What stands above a document's first section: its letterhead, and the line that names it."""

from __future__ import annotations

import re

from clinical.text import fold
from consultation.documents import DocumentKind, Paragraph, ParagraphKind
from records.lines import is_section

_LINES = 10
_LONG = 120
"""Characters: a longer line is prose."""
DOCUMENT_WORD = re.compile(
    r"\b(?:compte[- ]rendu|courrier|lettre|fiche|ordonnance|resultats?|bilan|note|report|letter"
    r"|summary|synthese|certificat|certificate|consultation|reunion|rcp|tumou?r board|mdt|protocole"
    r"|transmissions?|bulletin|prescription|demande|visit|passage|volet|carnet|referral)\b"
)
"""Folded. Words that name a document rather than a place or a section of it."""
_INSTITUTION = re.compile(
    r"^(?:service|pole|centre|hopital|chu?\b|clinique|cabinet|laboratoire|institut|departement"
    r"|department|unite)\b|\b(?:hospital|unit|practice|department|clinic|centre|center|trust)$"
)
_KINDS = {
    "fr": {
        DocumentKind.consultation: "Consultation", DocumentKind.discharge: "Lettre de sortie",
        DocumentKind.stay: "Compte rendu d'hospitalisation",
        DocumentKind.operation: "Compte rendu opératoire",
        DocumentKind.pathology: "Anatomopathologie",
        DocumentKind.molecular: "Biologie moléculaire", DocumentKind.imaging: "Imagerie",
        DocumentKind.laboratory: "Biologie", DocumentKind.tumour_board: "RCP",
        DocumentKind.prescription: "Ordonnance", DocumentKind.letter: "Courrier",
        DocumentKind.emergency: "Urgences", DocumentKind.nursing: "Soins infirmiers",
        DocumentKind.patient_summary: "Synthèse médicale",
        DocumentKind.vaccination: "Vaccinations", DocumentKind.transcript: "Transcription",
        DocumentKind.other: "Document",
    },
    "en": {
        DocumentKind.consultation: "Consultation", DocumentKind.discharge: "Discharge letter",
        DocumentKind.stay: "Hospital stay", DocumentKind.operation: "Procedure report",
        DocumentKind.pathology: "Pathology report", DocumentKind.molecular: "Molecular report",
        DocumentKind.imaging: "Imaging report", DocumentKind.laboratory: "Laboratory report",
        DocumentKind.tumour_board: "Tumour board", DocumentKind.prescription: "Prescription",
        DocumentKind.letter: "Letter", DocumentKind.emergency: "Emergency visit",
        DocumentKind.nursing: "Nursing note", DocumentKind.patient_summary: "Patient summary",
        DocumentKind.vaccination: "Vaccinations", DocumentKind.transcript: "Transcript",
        DocumentKind.other: "Document",
    },
}  # fmt: skip


def header_length(paragraphs: tuple[Paragraph, ...]) -> int:
    """How many paragraphs stand above the first section and the first line of prose."""
    for index, one in enumerate(paragraphs[:_LINES]):
        if len(one.text) > _LONG:
            return index
        if one.kind is not ParagraphKind.heading:
            continue
        folded = fold(one.text).strip(" :")
        if names_document(one.text) or (not is_section(folded) and index == 0):
            continue
        if is_section(folded) or not _INSTITUTION.search(folded):
            return index
    return min(len(paragraphs), _LINES)


def names_document(text: str) -> bool:
    """Whether a line says what document it is: *Compte rendu de …*, *Discharge letter*."""
    folded = fold(text).strip(" :")
    if len(text) > _LONG or is_section(folded) or folded.startswith(("reason", "motif")):
        return False
    return DOCUMENT_WORD.search(folded) is not None


def title_of(
    paragraphs: tuple[Paragraph, ...], kind: DocumentKind, date: str | None, language: str
) -> str:
    """The line that names the document, else its first heading that is no section's, else what
    kind it is and of what day."""
    head = paragraphs[: header_length(paragraphs)]
    headings = [one for one in head if one.kind is ParagraphKind.heading]
    named = [one for one in (*headings, *head) if names_document(one.text) and _short(one.text)]
    for one in (*named, *headings):
        return one.text.strip(" :")
    label = _KINDS.get(language, _KINDS["en"])[kind]
    return f"{label} {'/'.join(reversed(date.split('-')))}" if date else label


def _short(text: str) -> bool:
    """No sentence: *Vu en consultation ce jour.* names nothing."""
    return not re.search(r"[.!?;]\s*$", text) and len(text.split()) <= 16
