"""When a document was written, and when what a paragraph tells happened: each with its words.

A date is chosen by what stands before it. The dates of birth, of printing and of other letters
are never the document's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clinical.text import fold
from consultation.documents import Paragraph, ParagraphKind
from records.headers import DOCUMENT_WORD, header_length
from records.written_dates import Order, Written, written_dates

_BIRTH = re.compile(
    r"\b(?:nee?(?:\(e\))?s?|naissance|ddn|d\.d\.n|dob|d\.o\.b|born|birth\s?date"
    r"|date of birth|birth)\b"
)
_OTHER = re.compile(
    r"\b(?:imprime|edite|edition|printed|votre (?:courrier|lettre)|your letter|prochaine?|prevue?"
    r"|next|scheduled|expir\w*|peremption|valable|valid|depuis|since|jusqu|until|antecedents?"
    r"|deced\w*|died|deceased|version|copie|loi|decret|dernieres? regles|ddr|lmp|terme|due date"
    r"|comparaison|compar\w+|anteriorite|par rapport|precedente?|previous|prior)\b"
)
_STRONG = re.compile(
    r"\b(?:date (?:de |du |d'|des |of )?(?:l')?(?:examen|exam|the exam|consultation"
    r"|acte|intervention"
    r"|rcp|la rcp|reunion|compte|document|redaction|service|visit|procedure|report|the report"
    r"|prescription|sortie|discharge|dictation|la consultation|the visit)"
    r"|compte[ -]rendu|consultation|examen realise|realisee? le|rcp du|reunion du|fait (?:a|le)"
    r"|redigee? le|operative (?:note|report)|discharge(?:d)? (?:date|on)|date de sortie|sortie le"
    r"|reported|examined on|seen (?:on|in clinic)|vue? (?:en consultation )?le"
    r"|visit date|report date|ordonnance du|intervention du|date du jour"
    r"|signe(?:e)?(?: electroniquement)? le"
    r"|scanner|irm|echographie|tep|mammographie|radiographie|bilan|clinic)\b"
)
_EVENT = re.compile(
    r"\b(?:entree|admis\w*|admission|admitted|admit date|hospitalisee?s?|entre le)\b"
    r"(?!.*\b(?:sortie?|discharged?|au|to)\b)"
)
"""When a stay began is never when its letter was written."""
_SAMPLED = re.compile(
    r"\b(?:preleve(?:e|s|es|ment|ments)?|recueil|collect(?:ed|ion)|sampled|sampling|drawn)\b"
)
_PERIOD = re.compile(r"^\W*(?:au|to|until|-|–)\W*(?:le\s+)?\d", re.IGNORECASE)
_SIGNED = re.compile(
    r"\b(?:docteur|dr|pr|professeur|professor|signe\w*|signed|signature|dictated|typed)\b"
)
_PLACE = re.compile(r"(?:^|[\n.])\s*[A-ZÀ-Ü][\w'À-ÿ -]{1,40},?\s+le\s*:?\s*(?:\w+\s+)?$")
_LABEL = re.compile(r"^\W*(?:date|le|du|on)\s*:?\s*$")
_LEAD = re.compile(r"^\W*(?:(?:le|du|on|en|in|since|depuis|au|courant|debut|fin|the|:)\s+){0,2}$")
_YEAR_FIRST = re.compile(r"^\W{0,3}((?:19|20)\d\d)\s*(?:[:|–—]|-\s)")
_NEAR = 60
_HEAD = 25
_TAIL = 8


@dataclass(frozen=True, slots=True)
class Dated:
    paragraph: Paragraph
    written: Written


def document_date(paragraphs: tuple[Paragraph, ...], order: Order) -> Dated | None:
    """The most telling date of the document's head and foot; None when none is fit."""
    best: tuple[int, int, Dated] | None = None
    last = len(paragraphs) - _TAIL
    head = header_length(paragraphs)
    for index, paragraph in enumerate(paragraphs):
        if _HEAD <= index < last:
            continue
        for written in written_dates(paragraph.text, order):
            points = _points(paragraph, written, index, head, index >= len(paragraphs) - 3)
            if points > 0 and (best is None or points > best[0]):
                best = (points, index, Dated(paragraph, written))
    return best[2] if best else None


def _points(paragraph: Paragraph, written: Written, index: int, head: int, foot: bool) -> int:
    """How well a date is the document's; none for those of birth, admission and other letters."""
    if len(written.iso) < 7:
        return 0
    text = paragraph.text
    before = _clause(text[max(0, written.start - _NEAR) : written.start])
    if _BIRTH.search(before) or _OTHER.search(before) or _EVENT.search(before):
        return 0
    if _PERIOD.match(text[written.end :]):
        return 0  # "hospitalised from the 2nd to the 9th": the letter came after
    if _SAMPLED.search(before):
        return 1  # better than none: a report of a laboratory often has no other
    points = 4 if len(written.iso) == 10 else 0
    if _PLACE.search(text[max(0, written.start - _NEAR) : written.start]):
        points += 12
    elif written.start < _NEAR and _LABEL.match(fold(text[: written.start])):
        points += 10
    elif _STRONG.search(before):
        points += 10 if paragraph.kind is ParagraphKind.heading or index < 12 else 4
    elif index < head and DOCUMENT_WORD.search(fold(text[: written.start])):
        points += 10  # its title has it
    elif foot and len(text) <= 80 and _SIGNED.search(before):
        points += 8
    points += 4 if index < 5 else 2 if index < 12 else 0
    if len(text) > 300 or written.start > 200:
        points -= 4  # told in passing
    return points - 5


def _clause(before: str) -> str:
    """What stands before a date and belongs to it: not another date's words, nor another row's."""
    cut = max(before.rfind(mark) for mark in (";", "|", ". ", ", né", " - "))
    folded = fold(before[cut + 1 :])
    digits = [m.end() for m in re.finditer(r"\d{4}", folded)]
    return folded[digits[-1] :] if digits else folded


def own_date(text: str, kind: ParagraphKind, order: Order) -> str | None:
    """The date with which a paragraph begins, as the lines of a chronology do."""
    year = _YEAR_FIRST.match(text)
    if year:
        return year[1]
    for written in written_dates(text[:60], order):
        lead = fold(text[: written.start])
        after = text[written.end : written.end + 2].strip()
        if not _LEAD.match(lead):
            return None
        if kind is not ParagraphKind.heading and not after and written.end >= len(text.strip()):
            return None  # a date alone is a heading or the document's own
        return written.iso
    return None


def file_date(name: str) -> str | None:
    """2024-03-12_scanner.pdf, 20240312-CR.docx, CR_12-03-2024.pdf."""
    spaced = re.sub(r"[_ ]+", " ", name.rsplit("/", 1)[-1])
    packed = re.search(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)", spaced)
    if packed:
        return "-".join(packed.groups())
    dates = [one for one in written_dates(spaced) if len(one.iso) > 4]
    return dates[0].iso if dates else None
