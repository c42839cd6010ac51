"""What a clinician found on examination and no statement holds, normal findings among it.

An examination is one stretch of a consultation: it begins with *let me listen* or *on exam* and
ends with results, an assessment or a plan. A finding is documented when one statement holds most of
its words, or the sign itself with a fair part of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from clinical.examination import closes, examination_findings, opens
from clinical.polarity import findings
from clinical.text import stem
from consultation.transcript import Role
from summarize.terms import neutral_stems, terms
from summarize.units import Unit

HELD, HELD_WITH_SIGN = 0.6, 0.4
"""Of the words of a finding that a statement must hold; that is enough where it names the sign."""
FORGETS = 12
"""Sentences after which an examination of which nothing more is said is over."""


SPOKEN = {
    "fr": "examen physique aspect note retrouve retrouver entends vois sens palpe petit petite là"
    " niveau",
    "en": "exam examination physical look looking sound sounding appreciate recognize notice nice"
    " nicely evidence obvious obviously hear see feel identify positive portion area know",
}
"""Words in which a finding is told aloud, and which a note leaves out."""


@cache
def _spoken_stems(language: str) -> frozenset[str]:
    return frozenset({stem(word, language) for word in SPOKEN[language].split()} | {"~slight"})


@dataclass(frozen=True, slots=True)
class Seen:
    """``unit.text[start:end]`` tells one finding."""

    unit: Unit
    start: int
    end: int
    normal: bool

    @property
    def text(self) -> str:
        return self.unit.text[self.start : self.end]


def seen(units: Sequence[Unit], language: str) -> Iterator[Seen]:
    """Every finding that a clinician tells, in order."""
    examining, last = False, 0
    for unit in units:
        if unit.role is not Role.clinician:
            continue
        if examining and unit.index - last > FORGETS:
            examining = False
        found = examination_findings(unit.text, language, examining)
        # The question that a long turn ends with is no finding.
        if unit.is_question:
            found = tuple(f for f in found if len(unit.text) - f.end > 3)
        for one in found:
            yield Seen(unit, one.start, one.end, one.normal)
        if found or opens(unit.text):
            examining, last = True, unit.index
        if closes(unit.text):
            examining = False


def held(
    one: Seen,
    words: Sequence[Mapping[str, str]],
    holding: Mapping[str, Sequence[int]],
    language: str,
) -> bool:
    """Whether a statement documents it.

    Args:
        words: of each statement, ``terms``.
        holding: term → indexes of the statements that hold it.
    """
    own = terms(one.text, language).keys() - neutral_stems(language) - _spoken_stems(language)
    if not own:
        return True
    # That something hurts is said of many places: the place must be told too.
    named = findings(one.text, language)
    signs = {f"={f.concept}" for f in named if "pain" not in f.concept}
    shared = Counter(index for term in own for index in holding.get(term, ()))
    for index, count in shared.items():
        sign = bool(signs) and signs <= words[index].keys()
        if count >= (HELD_WITH_SIGN if sign else HELD) * len(own):
            return True
    return False
