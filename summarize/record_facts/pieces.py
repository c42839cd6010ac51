"""A document → the pieces that facts are read from: sentences, and items of lists.

A list item, a cell of a row and what stands between semicolons are pieces; under a heading that
lists (history, allergies, vaccines, devices) commas cut too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clinical.text import sentences
from consultation.documents import DocumentKind, Paragraph, ParagraphKind, SourceDocument
from consultation.record_facts import Category, FactStatus, RecordFact
from consultation.summary import Experiencer, Polarity
from summarize.record_facts.headings import Context, context_of, inline
from summarize.record_facts.when import dates

LISTS = frozenset(
    {
        Context.history, Context.surgery, Context.allergies, Context.vaccines, Context.devices,
        Context.problems, Context.family, Context.stopped_treatments, Context.treatments,
        Context.discharge_treatments,
    }
)  # fmt: skip
_TELLING = frozenset({Context.habits, Context.imaging})
_MEASURED = frozenset({Context.laboratory, Context.imaging, Context.examination})
_BY_KIND = {
    DocumentKind.imaging: Context.imaging,
    DocumentKind.laboratory: Context.laboratory,
    DocumentKind.prescription: Context.treatments,
    DocumentKind.vaccination: Context.vaccines,
}
_COMMA = re.compile(
    r",\s+(?!(?:et|and|puis|then|avec|with|sous|on|depuis|since|traite\w*|treated|en |in "
    r"|le |on |\d"
    r"|sans|without|non |dont|compliqu\w+|opere\w*|operated|stade|stage|grade|matin|midi|soir"
    r"|arrete\w*|stopped|suivi\w*|actuellement|currently|d'|de |du |a |au |aux |pour|for|par|by"
    r"|apparu\w*|diagnosti\w+|sevre\w*|quit|il y a|jusqu\w*|until|toux|droite?s?\b|gauche|left"
    r"|right|motif|cause|because|due))",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"^\W*(?:pas|aucune?|absence|ni|no|nil|none|denies|nie|sans)\b", re.IGNORECASE
)
_SHOUT = re.compile(r"[A-ZÉÈ]{2,}(?: [A-ZÉÈ]{2,}){0,2}\.?")
_BULLET = re.compile(r"\s*(?:[-–—•*·◦▪]|\d{1,2}[.)])\s+")
_SPLIT = re.compile(r";|\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """``paragraph.text[start:end] == text``."""

    paragraph: Paragraph
    start: int
    end: int
    text: str
    context: Context | None
    told: str | None
    """When it was written."""
    heads: str = ""
    """The heading, or the words before a colon, that it stands under."""

    def fact(
        self,
        category: Category,
        key: str,
        label: str,
        *,
        date: str | None = None,
        status: FactStatus | None = None,
        polarity: Polarity = Polarity.affirmed,
        experiencer: Experiencer = Experiencer.patient,
        values: dict[str, str] | None = None,
    ) -> RecordFact:
        """What this piece says; all of it is the quote."""
        return RecordFact(
            category=category,
            key=key,
            label=label,
            anchor=self.paragraph.id,
            start=self.start,
            end=self.end,
            date=date,
            told=self.told,
            status=status,
            polarity=polarity,
            experiencer=experiencer,
            values=values or {},
        )

    @property
    def first_date(self) -> str | None:
        """The first that its words give, ISO 8601."""
        when = dates(self.text, self.told)
        return when[0].iso if when else None


def pieces(document: SourceDocument) -> Iterator[Piece]:
    """In the order of the document; headings are none."""
    by_kind = _BY_KIND.get(document.kind)
    carried: tuple[str | None, Context | None] = (None, None)
    under: tuple[str | None, str] | None = None
    """A line "Biologie du 10/09/2023 :" that no reader took for a heading: (the heading above it,
    its words)."""
    for paragraph in document.paragraphs:
        text = paragraph.text
        if paragraph.kind is ParagraphKind.heading:
            known = context_of(paragraph.text)
            if known is None and carried[1] is not None and _SHOUT.fullmatch(paragraph.text):
                # A line in capitals is taken for a heading, and may be an answer: NKDA.
                told = paragraph.date or document.date
                yield Piece(paragraph, 0, len(paragraph.text), paragraph.text, carried[1], told)
            carried = (paragraph.text, known)
            continue
        headed = paragraph.heading if paragraph.heading is not None else carried[0]
        if under is not None and under[0] == paragraph.heading:
            headed = under[1]
        context = context_of(headed) or by_kind
        told = paragraph.date or document.date
        if context in _MEASURED and paragraph.date is None and headed and (own := dates(headed)):
            told = own[0].iso  # "Biologie du 12/01/2024"
        at = 0
        opened = inline(text)
        if opened:
            context, at = opened[0], _after(text, opened)
            if not text[opened[1] :].strip():
                under = (paragraph.heading, text.strip(" :"))
                continue
        if paragraph.kind is ParagraphKind.row:
            yield Piece(paragraph, 0, len(text), text, context, told, headed or "")
            continue
        for sentence in sentences(text):
            yield from _cut(paragraph, max(at, sentence.start), sentence.end, context, told, headed)


def _after(text: str, opened: tuple[Context, int]) -> int:
    """Where the piece begins: the words that head it stay where they say when or of what."""
    context, end = opened
    keeps = context in _TELLING or any(c.isdigit() for c in text[:end])
    return 0 if keeps and context not in LISTS else end


def _cut(
    paragraph: Paragraph,
    start: int,
    end: int,
    context: Context | None,
    told: str | None,
    headed: str | None,
) -> Iterator[Piece]:
    text = paragraph.text
    inside = inline(text[start:end]) if start else None
    if inside:
        context, start = inside[0], start + _after(text[start:end], inside)
    bullet = _BULLET.match(text, start, end)
    if bullet:
        start = bullet.end()
    cuts = [(m.start(), m.end()) for m in _SPLIT.finditer(text, start, end)]
    if context in LISTS and not _NEGATED.match(text[start:end]):
        cuts += [(m.start(), m.end()) for m in _COMMA.finditer(text, start, end)]
    at = start
    for first, last in [*sorted(cuts), (end, end)]:
        inner = text[start:first]
        if first < end and inner.count("(") > inner.count(")"):
            continue
        words = text[at:first]
        stripped = words.strip(" \t,;")
        if len(stripped) > 1:
            begin = at + words.index(stripped[0])
            yield Piece(
                paragraph, begin, begin + len(stripped), stripped, context, told, headed or ""
            )
        at = last
