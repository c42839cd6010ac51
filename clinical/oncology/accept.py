"""What a model proposes, checked against the words: it becomes a fact only if the rules can read
the same value in the paragraph."""

from __future__ import annotations

from clinical.oncology.biomarkers import biomarkers
from clinical.oncology.reading import Passage
from consultation.documents import Paragraph, SourceDocument
from consultation.oncology import Biomarker, Interpretation

_VALUES = ("value", "high", "comparator", "score", "variant")


def accept(proposed: Biomarker, paragraph: Paragraph, document: SourceDocument) -> Biomarker | None:
    """The fact of the paragraph that bears the proposal out, with the rules' own evidence; None
    when there is none.

    Every value that is proposed must be the one that the words hold; what the proposal leaves out
    is filled from them. A proposal that says positive or negative of what is pending or not done
    is refused, and one whose quote is not in the paragraph too.
    """
    quote = proposed.evidence[0].quote
    if quote not in paragraph.text:
        return None
    passage = Passage(document, paragraph)
    found = [one for one in biomarkers(passage) if one.marker == proposed.marker]
    agreed = [one for one in found if _agrees(proposed, one)]
    near = [
        one for one in agreed if one.text in quote or quote in one.text or _overlap(one, proposed)
    ]
    return near[0] if near else None


def _agrees(proposed: Biomarker, found: Biomarker) -> bool:
    for name in _VALUES:
        wanted = getattr(proposed, name)
        if wanted is not None and wanted != getattr(found, name):
            return False
    if proposed.unit and found.unit and proposed.unit != found.unit:
        return False
    if proposed.date and proposed.date != found.date:
        return False
    unknown = Interpretation.unknown
    return proposed.interpretation in (unknown, found.interpretation)


def _overlap(one: Biomarker, other: Biomarker) -> bool:
    mine, theirs = one.evidence[0], other.evidence[0]
    if None in (mine.quote_start, mine.quote_end, theirs.quote_start, theirs.quote_end):
        return False
    return mine.quote_start < theirs.quote_end and theirs.quote_start < mine.quote_end
