"""The facts of several documents as one history: the same fact once, conflicts side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clinical.oncology.series import marker_series
from clinical.text import fold
from consultation.documents import DocumentEvidence
from consultation.oncology import Fact, OncologyHistory

_NAMES = ("tumors", "stages", "biomarkers", "performance", "treatments", "responses", "toxicities")
_LASTING = ("tumors", "stages")
"""Said again years later they are still the same fact; a level or a state is of its day."""
_WORDS = ("id", "text", "evidence", "codes", "topography", "morphology", "specimen", "method")
"""Not compared: how it was said. Tumours are compared by their codes instead."""


def merge(histories: Sequence[OncologyHistory]) -> OncologyHistory:
    """One history. The same fact of the same date is kept once, with its sources, the first one
    first; words that were copied are cited once. Values that differ are all kept."""
    joined = {
        name: _joined(name, [fact for one in histories for fact in getattr(one, name)])
        for name in _NAMES
    }
    history = OncologyHistory.model_validate(joined)
    return history.model_copy(update={"series": marker_series(history.biomarkers)})


def effective_date(fact: Fact) -> str | None:
    """When it happened, else how old its words are."""
    return fact.date or fact.evidence[0].date


def _joined(name: str, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    kept: dict[tuple[object, ...], Fact] = {}
    for fact in facts:
        key = _key(name, fact)
        known = kept.get(key)
        kept[key] = _cited(known, fact) if known else fact
    return tuple(kept.values())


def _key(name: str, fact: Fact) -> tuple[object, ...]:
    values = fact.model_dump(exclude=set(_WORDS))
    lasting = name in _LASTING or (name == "biomarkers" and _of_tissue(fact))
    if not lasting:
        values["date"] = effective_date(fact)
    key: list[object] = [*sorted((k, repr(v)) for k, v in values.items())]
    if name == "tumors":
        key.append(tuple(code.code for code in fact.codes))
    if name == "treatments" and not values["drugs"] and not values["protocol"]:
        key.append(fold(fact.text))
    return tuple(key)


def _of_tissue(fact: Fact) -> bool:
    unit = getattr(fact, "unit", None)
    return getattr(fact, "value", None) is None or unit in ("%", "{mut}/Mb")


def _cited(known: Fact, again: Fact) -> Fact:
    """The known fact with the further source, unless its words are cited already."""
    words = {fold(one.quote) for one in known.evidence}
    more = tuple(one for one in again.evidence if fold(one.quote) not in words)
    return known.model_copy(update={"evidence": (*known.evidence, *more)}) if more else known


def sources(facts: Iterable[Fact]) -> tuple[DocumentEvidence, ...]:
    """Every source of some facts, in order."""
    return tuple(one for fact in facts for one in fact.evidence)
