"""What the statements of a note say, read once: what must be documented is looked for in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from clinical.drugs import find_drugs
from clinical.numbers import quantities
from clinical.polarity import findings
from clinical.quantity import Quantity
from clinical.temporality import Status, courses
from consultation.summary import Polarity, Statement
from summarize.terms import Terms, terms


@dataclass
class NoteContent:
    """What the statements of a note say, all together and one by one."""

    language: str
    statements: Sequence[Statement]
    inns: set[str] = field(init=False)
    pairs: list[tuple[str, Quantity]] = field(init=False)
    numbers: list[Quantity] = field(init=False)
    concepts: set[tuple[str, Polarity]] = field(init=False)
    allergic: set[str] = field(init=False)
    allergy: bool = field(init=False)
    """An allergy is affirmed or denied somewhere."""
    words: list[Terms] = field(init=False)
    """Of each statement."""
    stopped: set[str] = field(init=False)
    holding: dict[str, list[int]] = field(init=False)
    """Term → indexes of the statements that hold it."""

    def __post_init__(self) -> None:
        self.inns, self.pairs, self.numbers, self.concepts = set(), [], [], set()
        self.allergic, self.allergy, self.words = set(), False, []
        self.stopped = set()
        for statement in self.statements:
            text = statement.text
            inns = {drug.inn for drug in find_drugs(text, self.language)}
            named = findings(text, self.language)
            said = list(quantities(text, self.language))
            self.inns |= inns
            self.numbers += said
            self.pairs += [(inn, q) for inn in inns for q in said]
            self.concepts |= {(f.concept, f.polarity) for f in named}
            if any(f.concept == "allergy" for f in named):
                self.allergy = True
                self.allergic |= inns
            self.words.append(terms(text, self.language))
            self.stopped |= {
                c.key for c in courses(text, self.language) if c.status is Status.stopped
            }
        self.holding = {}
        for index, own in enumerate(self.words):
            for term in own:
                self.holding.setdefault(term, []).append(index)
