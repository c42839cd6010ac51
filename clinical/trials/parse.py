"""Text of criteria → structured criteria, by rules; what no rule understands is ``other``.

Never raises. ``criterion.text`` is exactly ``text[criterion.start:criterion.end]``.
"""

from __future__ import annotations

import re
from itertools import pairwise

from clinical.oncology.reading import Passage
from clinical.trials.lines import CriteriaLine, criteria_lines
from clinical.trials.numeric import numeric
from clinical.trials.pieces import Piece
from clinical.trials.worded import worded
from consultation.documents import DocumentFormat, Paragraph, SourceDocument
from consultation.research import Criterion, CriterionKind, Variable

_CONDITIONAL = re.compile(
    r"\b(?:unless|except\w*|if|provided|other than|apart from|sauf|excepte\w*|hormis|si|en dehors"
    r"|a moins|a l'exception|for (?:patients|subjects|women|men|those)|in case of|en cas d\w*"
    r"|pour les (?:patient|femme|homme)\w*|allowed|permitted|acceptable|autorise\w*|permis\w*"
    r"|may be|must be (?:off|stopped)|eligible|eligibles?|planned|planning|prevue?s?|scheduled"
    r"|of child|en age de|requiring|necessitant|due to|secondary to|lie a|history of allerg\w*"
    r"|(?:grades?|ctcae|nyha|child-pugh)\b|hypersensitiv\w*|allerg\w*|contre-?indicat\w*"
    r"|contraindicat\w*|intoleran\w*|candidates? (?:for|a))\b"
)
"""Words that bind a criterion to something else: code does not judge those."""
_JOINS = {
    CriterionKind.inclusion: re.compile(r"\b(?:or|ou|and/or|et/ou)\b|/"),
    CriterionKind.exclusion: re.compile(r"\b(?:and|et|with|avec)\b|\+"),
}


def criteria(text: str, language: str) -> tuple[Criterion, ...]:
    """All criteria of a text; every line gives one at least. ``language``: fr or en."""
    found: list[Criterion] = []
    for line in criteria_lines(text):
        found.extend(of_line(line, language))
    return tuple(found)


def of_line(line: CriteriaLine, language: str) -> list[Criterion]:
    passage = as_passage(line.text, language)
    pieces = _apart([*numeric(passage), *worded(passage, line.kind)])
    if not pieces:
        pieces = [Piece(Variable.other, 0, len(passage.line))]
    conditional = _CONDITIONAL.search(passage.line) is not None
    joined = any(
        _JOINS[line.kind].search(passage.line, a.end, b.start)
        for a, b in pairwise(pieces)
        if a.end <= b.start
    )
    return [
        _criterion(piece, passage, line, number, conditional, joined and len(pieces) > 1)
        for number, piece in enumerate(pieces, 1)
    ]


def as_passage(text: str, language: str) -> Passage:
    """A line as a paragraph of a document, so that it is read by the rules for records."""
    document = SourceDocument(
        id="d000", file="criteria", sha256="", format=DocumentFormat.text, language=language
    )
    return Passage(document, Paragraph(id="p0001", text=text, start=0, end=len(text)))


def _apart(pieces: list[Piece]) -> list[Piece]:
    """In order; of two that overlap and name the same variable the longer one."""
    kept: list[Piece] = []
    for piece in sorted(pieces, key=lambda one: (one.start, -one.end)):
        if any(
            k.variable is piece.variable and k.name == piece.name and piece.start < k.end
            for k in kept
        ):
            continue
        kept.append(piece)
    return kept


def _criterion(
    piece: Piece,
    passage: Passage,
    line: CriteriaLine,
    number: int,
    conditional: bool,
    joined: bool,
) -> Criterion:
    start, end = passage.folded.place(piece.start, piece.end)
    while start < end and line.text[start].isspace():
        start += 1
    while end > start and line.text[end - 1].isspace():
        end -= 1
    return Criterion(
        id=f"{line.kind.value[0]}{line.number}.{number}",
        kind=line.kind,
        variable=piece.variable,
        name=piece.name,
        op=piece.op,
        value=piece.value,
        high=piece.high,
        unit=piece.unit,
        values=piece.values,
        window_days=piece.window_days,
        line=line.number,
        conditional=conditional,
        alternative=joined,
        context=line.text,
        text=line.text[start:end],
        start=line.start + start,
        end=line.start + end,
    )
