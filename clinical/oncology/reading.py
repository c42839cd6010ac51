"""One paragraph, read once: its folded line, its sentences, and of whom and how they speak."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from clinical.clause import Clause, clause_of
from clinical.findings import Span
from clinical.folded import Folded, folded
from clinical.oncology.when import Dated, dates
from clinical.text import LANGUAGES, Sentence, sentences
from consultation.documents import DocumentEvidence, Paragraph, SourceDocument
from consultation.summary import Experiencer, Polarity

_FAMILY = re.compile(
    r"\b(?:antecedents? famil\w+|atcd famil\w+|heredite|histoire familiale|contexte familial"
    r"|family history|famil\w+ cancer history|fhx?|familial antecedents?)\b"
)
_OWN = re.compile(
    r"\b(?:antecedents? (?:personnel|medic|chirurg)\w+|atcd (?:perso|med|chir)\w*|personal history"
    r"|past (?:medical|surgical|oncologic\w*) history|medical history|patiente?)\b"
)
_REFUTED = re.compile(
    r"\b(?:ecart(?:e|er|ant)\w*|elimin(?:e|er|ant)\w*|exclu\w*|ruled out|rule out)\b[^,;.]{0,25}$"
    r"|\b(?:if|si|in case of|risk of|depistage|screening)\b|\b(?:en cas d|risques? d)[e']"
)


@dataclass(frozen=True, slots=True)
class Told:
    """How a passage speaks of some words of it."""

    polarity: Polarity
    experiencer: Experiencer
    asked: bool

    @property
    def of_patient(self) -> bool:
        return self.experiencer is Experiencer.patient and not self.asked

    @property
    def affirmed(self) -> bool:
        return self.of_patient and self.polarity is not Polarity.denied

    @property
    def certain(self) -> bool:
        return self.polarity is Polarity.affirmed


class Passage:
    """A paragraph of a document. Places are characters of ``line``, the folded text, unless they
    are called verbatim."""

    def __init__(self, document: SourceDocument, paragraph: Paragraph) -> None:
        self.document = document
        self.paragraph = paragraph
        self.text = paragraph.text
        self.language = document.language if document.language in LANGUAGES else "fr"
        self.folded: Folded = folded(paragraph.text)
        self.line = self.folded.line

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return sentences(self.text)

    @cached_property
    def _bounds(self) -> list[int]:
        """Where each sentence begins, in the line."""
        return [self.folded.at(one.start) for one in self.sentences]

    @cached_property
    def dates(self) -> tuple[Dated, ...]:
        return dates(self.line, self.language)

    def sentence(self, at: int) -> tuple[int, int]:
        """(start, end) in the line of the sentence that holds a place."""
        if not self.sentences:
            return 0, len(self.line)
        index = self._index(at)
        end = self._bounds[index + 1] if index + 1 < len(self._bounds) else len(self.line)
        return self._bounds[index], end

    def _index(self, at: int) -> int:
        return max(0, bisect_right(self._bounds, at) - 1)

    def verbatim(self, start: int, end: int) -> str:
        first, last = self.folded.place(start, end)
        return self.text[first:last]

    def upper(self, start: int, end: int) -> bool:
        """Whether the words stand in capitals."""
        words = self.verbatim(start, end)
        return words.upper() == words

    def cite(self, start: int, end: int) -> DocumentEvidence:
        first, last = self.folded.place(start, end)
        while first < last and self.text[first].isspace():
            first += 1
        while last > first and self.text[last - 1].isspace():
            last -= 1
        return self.document.cite(self.paragraph, first, last)

    def base(self, letter: str, start: int, end: int) -> dict[str, Any]:
        """id, text and evidence of a fact that stands at ``line[start:end]``."""
        evidence = self.cite(start, end)
        return {
            "id": f"{self.document.id}.{self.paragraph.id}.{letter}{evidence.quote_start}",
            "text": evidence.quote,
            "evidence": (evidence,),
        }

    def told(self, start: int, end: int) -> Told:
        """Of whom, and whether it is affirmed, denied or in doubt."""
        if not self.sentences:
            return Told(Polarity.affirmed, Experiencer.patient, False)
        index = self._index(start)
        sentence = self.sentences[index]
        clause, starts, ends = self._clauses(index)
        first_char, last_char = self.folded.place(start, end)
        first = bisect_right(ends, first_char - sentence.start)
        last = bisect_left(starts, last_char - sentence.start)
        if first >= last:
            polarity, who = Polarity.affirmed, Experiencer.patient
        else:
            span = Span("", first, last, absent=False)
            polarity = clause.polarity(span)
            who = clause.experiencer(span, self._carried(index))
        if who is Experiencer.patient and self._of_family(index, start):
            who = Experiencer.family
        return Told(polarity, who, sentence.text.rstrip("\"'»”’) ").endswith("?"))

    def supposed(self, start: int) -> bool:
        """Whether the words right before say that it may come: *risque de*, *if*, *dépistage*."""
        return (
            _REFUTED.search(self.line, max(self.sentence(start)[0], start - 40), start) is not None
        )

    def date_near(self, start: int, end: int, reach: int = 90) -> str | None:
        """The date of the same sentence that is nearest to the words; after wins over before."""
        first, last = self.sentence(start)
        best: tuple[int, str] | None = None
        at = bisect_left(self._date_starts, first)
        while at < len(self.dates) and self.dates[at].start < last:
            one = self.dates[at]
            gap = one.start - end if one.start >= end else start - one.end + 5
            if 0 <= gap <= reach and (best is None or gap < best[0]):
                best = (gap, one.iso)
            if one.start > end + reach:
                break
            at += 1
        return best[1] if best else None

    @cached_property
    def _date_starts(self) -> list[int]:
        return [one.start for one in self.dates]

    def _clauses(self, index: int) -> tuple[Clause, list[int], list[int]]:
        known = self._read.get(index)
        if known is None:
            clause = clause_of(self.sentences[index], self.language)
            known = clause, [w.start for w in clause.words], [w.end for w in clause.words]
            self._read[index] = known
        return known

    @cached_property
    def _read(self) -> dict[int, tuple[Clause, list[int], list[int]]]:
        return {}

    def _carried(self, index: int) -> Experiencer | None:
        """Whom the sentence before spoke of; one sentence back is enough for *he* and *she*."""
        return self._clauses(index - 1)[0].subject(None) if index else None

    @cached_property
    def _family_heading(self) -> bool:
        return bool(_FAMILY.search(folded(self.paragraph.heading or "").line))

    @cached_property
    def _switches(self) -> tuple[list[int], list[bool]]:
        """(where the words turn to the family or back to the patient, which of both)"""
        found = [(m.end(), True) for m in _FAMILY.finditer(self.line)]
        found += [(m.end(), False) for m in _OWN.finditer(self.line)]
        found.sort()
        return [place for place, _ in found], [family for _, family in found]

    def _of_family(self, index: int, start: int) -> bool:
        """*Antécédents familiaux : …* governs its sentence, or its paragraph under a heading."""
        if self._family_heading:
            return True
        places, family = self._switches
        at = bisect_right(places, start) - 1
        return at >= 0 and family[at] and places[at] >= self._bounds[index]
