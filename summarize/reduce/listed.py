"""Which facts stand in a list, and how one is told that another document speaks of otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from consultation.summary import Polarity
from summarize.reduce.cited import Cited
from summarize.reduce.copies import Copy


def spoken_otherwise(stands: Cited, other: Cited) -> Copy:
    return Copy("spoken_otherwise", stands.fact.label, stands, other)


def is_listed(one: Cited) -> bool:
    return one.fact.values.get("listed") == "yes"


def active(found: Sequence[Cited]) -> list[Cited]:
    """Where a list of problems has it; none once it is known to be over."""
    if any(c.fact.status == "resolved" for c in found):
        return []
    return [
        c for c in found
        if c.fact.polarity is Polarity.affirmed and c.fact.values.get("context") == "problems"
    ]  # fmt: skip
