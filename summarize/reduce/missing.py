"""What a later full list of the same kind does not have any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from consultation.summary import Polarity
from summarize.record_facts.headings import Context, context_of, inline
from summarize.reduce.cited import Cited
from summarize.reduce.clashes import Groups
from summarize.reduce.copies import Copy
from summarize.reduce.listed import active, is_listed
from summarize.reduce.treatments import Course, goes_on

_QUOTED = 4
"""Items of a list that are quoted."""


def missing_treatments(courses: Mapping[str, Course], groups: Groups) -> Iterator[Copy]:
    lists: dict[str, dict[str, Cited]] = defaultdict(dict)
    spoken: dict[str, set[str]] = defaultdict(set)
    for key, one in courses.items():
        for each in (*one.mentions, *groups.get(f"mention:{key}", ())):
            spoken[key].add(each.document.sha256)
            if is_listed(each) and each.fact.status != "stopped":
                lists[each.document.sha256].setdefault(key, each)
    stands = {key: one.stands for key, one in courses.items() if goes_on(one)}
    yield from _missing({k: s for k, s in stands.items() if is_listed(s)}, lists, spoken)


def missing_allergies(groups: Groups) -> Iterator[Copy]:
    lists: dict[str, dict[str, Cited]] = defaultdict(dict)
    spoken: dict[str, set[str]] = defaultdict(set)
    stands: dict[str, Cited] = {}
    for key, found in groups.items():
        if not key.startswith("allergy:"):
            continue
        for one in found:
            spoken[key].add(one.document.sha256)
            opened = inline(one.paragraph.text)
            context = opened[0] if opened else context_of(one.paragraph.heading)
            if one.fact.polarity is Polarity.affirmed and context is Context.allergies:
                lists[one.document.sha256].setdefault(key, one)
                stands[key] = one
    yield from _missing(stands, lists, spoken)


def missing_problems(groups: Groups) -> Iterator[Copy]:
    lists: dict[str, dict[str, Cited]] = defaultdict(dict)
    spoken: dict[str, set[str]] = defaultdict(set)
    stands: dict[str, Cited] = {}
    for key, found in groups.items():
        if not key.startswith(("problem:", "item:")):
            continue
        for one in (*found, *groups.get(f"mention:{key}", ())):
            spoken[key].add(one.document.sha256)
        for one in active(found):
            lists[one.document.sha256].setdefault(key, one)
            stands[key] = one
    yield from _missing(stands, lists, spoken)


def _missing(
    stands: Mapping[str, Cited],
    lists: Mapping[str, Mapping[str, Cited]],
    spoken: Mapping[str, set[str]],
) -> Iterator[Copy]:
    """``lists``: by document, what each holds. A list that goes on with an earlier one of which it
    shares an item, and has two or more, is a full one: a prescription of one antibiotic is not."""
    latest_first = sorted(
        (list(held.values()) for held in lists.values() if len(held) > 1),
        key=lambda held: held[0].order,
        reverse=True,
    )
    for key, one in stands.items():
        before = lists.get(one.document.sha256, {})
        held = next(
            (
                held for held in latest_first
                if held[0].told <= one.told
                or (
                    held[0].document.sha256 not in spoken[key]
                    and any(each.fact.key in before for each in held)
                )
            ),
            None,
        )  # fmt: skip
        if held is not None and held[0].told > one.told and one.told:
            yield Copy("not_listed", one.fact.label, one, held[0], tuple(held[1:_QUOTED]))
