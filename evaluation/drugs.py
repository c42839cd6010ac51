"""Whether the drugs and the numbers that were said are in the transcript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pydantic import Field, computed_field

from clinical.drugs import find_drugs
from clinical.numbers import Quantity, canonical, quantities, same_quantity
from consultation.wire import Record


class Found(Record):
    """Mentions said, mentions heard, and those that are both."""

    said: int = Field(ge=0)
    heard: int = Field(ge=0)
    both: int = Field(ge=0)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def recall(self) -> float | None:
        return self.both / self.said if self.said else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def precision(self) -> float | None:
        return self.both / self.heard if self.heard else None


class DrugCounts(Record):
    """Drugs and classes, each mention counted, wherever it is said."""

    exact: Found
    """Names that the transcript spells right."""
    by_sound: Found
    """And names that are recognised by their sound, which the reader is shown as corrections."""


def drug_counts(reference: str, hypothesis: str, language: str) -> DrugCounts:
    """Compared by INN. In the reference only exact names count: it is spelled right.

    Raises UnsupportedLanguage.
    """
    said = Counter(m.inn for m in find_drugs(reference, language) if m.score == 1)
    heard = find_drugs(hypothesis, language)
    return DrugCounts(
        exact=_found(said, Counter(m.inn for m in heard if m.score == 1)),
        by_sound=_found(said, Counter(m.inn for m in heard)),
    )


def number_counts(reference: str, hypothesis: str, language: str) -> Found:
    """Quantities with their units, wherever they are said: *75 µg*, *155 sur 95*, *trois semaines*.

    One quantity stands for one other at most. Raises UnsupportedLanguage.
    """
    said = [q for q in quantities(reference, language) if not q.weak]
    heard = [q for q in quantities(hypothesis, language) if not q.weak]
    return Found(said=len(said), heard=len(heard), both=_matched(said, heard))


def pooled_found(found: Iterable[Found]) -> Found | None:
    """None when there are none."""
    known = list(found)
    if not known:
        return None
    return Found(
        said=sum(one.said for one in known),
        heard=sum(one.heard for one in known),
        both=sum(one.both for one in known),
    )


def _found(said: Counter[str], heard: Counter[str]) -> Found:
    return Found(said=said.total(), heard=heard.total(), both=(said & heard).total())


def _matched(said: Sequence[Quantity], heard: Sequence[Quantity]) -> int:
    """How many can be paired; the identical first, so that a bare number takes no one's place."""
    left, free = list(said), list(heard)
    matched = 0
    for agree in (_identical, same_quantity):
        unmatched = []
        for quantity in left:
            partner = next((i for i, other in enumerate(free) if agree(quantity, other)), None)
            if partner is None:
                unmatched.append(quantity)
            else:
                del free[partner]
                matched += 1
        left = unmatched
    return matched


def _identical(a: Quantity, b: Quantity) -> bool:
    return (a.kind, a.part, canonical(a)) == (b.kind, b.part, canonical(b))
