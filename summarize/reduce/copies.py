"""Old statements that later documents go on with: what is stale, and what superseded it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clinical.text import fold
from consultation.record_facts import Category
from consultation.summary import Polarity
from summarize.record_facts.plans import pending_words
from summarize.reduce.cited import Cited, days_between
from summarize.reduce.clashes import Groups

PREGNANCY_DAYS = 300
_ACTIVE = frozenset({"problems", "conclusion"})


@dataclass(frozen=True)
class Copy:
    kind: str
    about: str
    old: Cited
    newer: Cited | None
    more: tuple[Cited, ...] = ()
    """The rest of a list, of which ``newer`` is the first item."""


def copies(groups: Groups, known: dict[str, Cited]) -> tuple[Copy, ...]:
    """Treatments are compared by ``course``; ``groups``: facts by key, each in order; ``known``:
    what ``answered`` found."""
    return (
        *_awaited(groups, known),
        *_resolved(groups),
        *_habit(groups),
        *_outlived(groups),
        *_values(groups),
    )


def answered(groups: Groups) -> dict[str, Cited]:
    """Key of what was awaited → the first result that names all of it, told later."""
    answers = [c for key, found in groups.items() if key.startswith("answer:") for c in found]
    answers.sort(key=lambda c: c.order)
    by_word: dict[str, list[Cited]] = {}
    for one in answers:
        for word in pending_words(one.quote):
            by_word.setdefault(word, []).append(one)
    known: dict[str, Cited] = {}
    for key, found in groups.items():
        if not key.startswith("pending:"):
            continue
        words = pending_words(found[0].quote)
        wanted = _telling(words)
        for one in by_word.get(next(iter(sorted(wanted)), ""), ()):
            there = pending_words(one.quote)
            later = one.told > found[0].told
            if later and wanted <= there:
                known[key] = one
                break
    return known


WIDE = frozenset(
    {
        "biopsie",
        "biopsy",
        "histologie",
        "histology",
        "anapath",
        "blood",
        "scan",
        "examens",
        "examen",
    }
)


def _telling(words: frozenset[str]) -> frozenset[str]:
    """*Biopsie : HER2 en attente* waits for HER2."""
    return words - WIDE or words


def _awaited(groups: Groups, known: dict[str, Cited]) -> Iterator[Copy]:
    for key, answer in sorted(known.items()):
        later = [c for c in groups[key] if c.told > answer.told]
        if later:
            yield Copy("result_known", key.removeprefix("pending:"), later[-1], answer)


def _resolved(groups: Groups) -> Iterator[Copy]:
    for key, found in groups.items():
        if not key.startswith(("problem:", "item:")):
            continue
        over = next((c for c in found if c.fact.status == "resolved"), None)
        if over is None:
            continue
        later = [
            c
            for c in found
            if c.told > over.told
            and c.fact.status != "resolved"
            and c.fact.polarity is Polarity.affirmed
            and c.fact.values.get("context") in _ACTIVE
            and not _anew(c)
        ]
        if later:
            yield Copy("resolved_listed", later[-1].fact.label, later[-1], over)


_ANEW = ("recidiv", "rechute", "nouve", "recur", "relaps", "new ", "again", "reappar")


def _anew(one: Cited) -> bool:
    line = fold(one.quote)
    return any(word in line for word in _ANEW)


def _habit(groups: Groups) -> Iterator[Copy]:
    found = groups.get("habit:tobacco", [])
    over = next((c for c in found if c.fact.values.get("state") == "stopped"), None)
    if over is None:
        return
    later = [c for c in found if c.told > over.told and c.fact.values.get("state") == "current"]
    later = [c for c in later if not _anew(c) and "repri" not in fold(c.quote)]
    if later:
        yield Copy("habit_superseded", later[-1].fact.label, later[-1], over)


def _outlived(groups: Groups) -> Iterator[Copy]:
    for key, group in groups.items():
        if not key.startswith(("vigilance:", "problem:pregnancy")):
            continue
        found = [
            c for c in group
            if c.told and _PREGNANT.search(fold(c.quote))
            and c.fact.polarity is Polarity.affirmed
            and c.fact.values.get("context") not in ("history", "surgery")
        ]  # fmt: skip
        late = [
            c for c in found[1:]
            if (days_between(found[0].told, c.told) or 0) > PREGNANCY_DAYS
            and (c.copied or same_words(c, found[0]))
        ]  # fmt: skip
        if late:
            yield Copy("outlived", late[-1].fact.label, late[-1], None)
            return


_PREGNANT = re.compile(r"grossesse|enceinte|pregnan|gravid")
_HEAD = re.compile(r"^[^:.;,]{1,48}:\s*")


def _words(one: Cited) -> str:
    """Of the quote, without the heading that may stand before it, case and marks."""
    return " ".join(re.findall(r"[\w,./]+", _HEAD.sub("", fold(one.quote)))).strip(" .,")


def same_words(one: Cited, other: Cited) -> bool:
    return _words(one) == _words(other)


def _values(groups: Groups) -> Iterator[Copy]:
    """The same words with an old value, after a newer one: chance does not repeat a sentence. Of
    laboratory values only: a blood pressure is often written in the same words."""
    for key, found in groups.items():
        if not key.startswith("result:"):
            continue
        told = [c for c in found if c.told and c.fact.category in (Category.laboratory,)]
        first: dict[tuple[str, str], int] = {}
        for i, one in enumerate(told):
            words = (_words(one), one.fact.values["value"])
            at = first.setdefault(words, i)
            if at == i or told[at].told == one.told or one.fact.date:
                continue
            between = [
                c for c in told[at + 1 : i]
                if c.fact.values["value"] != one.fact.values["value"]
                and told[at].told < c.told < one.told
            ]  # fmt: skip
            long = one.copied or len(_words(one)) >= 25
            if between and long and (days_between(told[at].told, one.told) or 0) >= 14:
                yield Copy("old_value", one.fact.values["name"], one, between[-1])
                break
