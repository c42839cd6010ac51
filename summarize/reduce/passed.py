"""Examinations that were planned for a day that has passed, and of which no document tells more."""

from __future__ import annotations

from collections.abc import Iterable

from clinical.text import fold
from consultation.record_facts import Category
from consultation.summary import Polarity
from consultation.synthesis import OpenQuestion
from summarize.record_facts.plans import pending_words
from summarize.reduce.cited import Cited
from summarize.reduce.clashes import Groups
from summarize.reduce.lines import line_id
from summarize.reduce.phrases import PHRASES

_ANSWERS = frozenset(
    {Category.answer, Category.imaging, Category.procedure, Category.laboratory, Category.surgery}
)


def passed(groups: Groups, as_of: str, language: str) -> list[OpenQuestion]:
    """One question a planned examination. That it was not done is nowhere said: only that nothing
    of it was found in what was read."""
    planned: dict[frozenset[str], Cited] = {}
    for key, found in sorted(groups.items()):
        if not key.startswith("follow_up:"):
            continue
        for one in found:
            due = one.fact.date
            if one.fact.polarity is Polarity.denied or not due or due >= as_of[: len(due)]:
                continue
            words = pending_words(one.fact.label)
            if words and (words not in planned or planned[words].order < one.order):
                planned[words] = one
    if not planned:
        return []
    told = list(_told(groups))
    return [
        OpenQuestion(
            text=PHRASES[language].passed.format(
                "/".join(reversed((one.fact.date or "").split("-"))), one.fact.label.rstrip(" .")
            ),
            source=line_id("passed", one.fact.key),
            evidence=(one.evidence,),
        )
        for words, one in sorted(planned.items(), key=lambda pair: pair[1].order)
        if not any(words <= there and day > one.told for there, day in told)
    ]


def _told(groups: Groups) -> Iterable[tuple[frozenset[str], str]]:
    """(the tests named, when) of what tells of a result; a title names its examination too."""
    for found in groups.values():
        for one in found:
            if one.fact.category in _ANSWERS:
                named = f"{one.quote} {one.paragraph.heading or ''} {one.document.title}"
                yield pending_words(fold(named)), one.fact.date or one.told
