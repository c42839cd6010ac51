"""What is listed, and elsewhere spoken of in words that no rule understands, or listed no more.

Weaker than what is *stale*: nothing says that the fact is over, only that a later document speaks
of it in other words than of what goes on, or that a later list of the same kind has all but this.
A list alone settles nothing, for lists are copied; a sentence that plainly says that it goes on
does, and so does a stop, a change or a recovery that rules understand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from consultation.documents import SourceDocument
from consultation.record_facts import Category
from consultation.summary import Polarity
from summarize.record_facts.plans import pending_words
from summarize.reduce.cited import Cited, in_order
from summarize.reduce.clashes import CHRONIC, Groups
from summarize.reduce.copies import WIDE, Copy, same_words
from summarize.reduce.listed import active, is_listed, spoken_otherwise
from summarize.reduce.missing import missing_allergies, missing_problems, missing_treatments
from summarize.reduce.named_later import named_later
from summarize.reduce.treatments import Course, goes_on

_PROBLEMS = frozenset({"problems", "conclusion"})


def unsettled(
    groups: Groups,
    courses: Mapping[str, Course],
    documents: Iterable[SourceDocument],
    settled: frozenset[str],
) -> tuple[Copy, ...]:
    """One a subject: words before lists. ``groups``: facts by key, each in order; ``settled``: keys
    of which a stronger alarm tells already."""
    found: dict[str, Copy] = {}
    rules = (
        _treatments(groups, courses), _problems(groups), named_later(groups, documents),
        _habit(groups), _awaited(groups), _allergies(groups), _devices(groups), _values(groups),
        missing_treatments(courses, groups), missing_allergies(groups), missing_problems(groups),
    )  # fmt: skip
    for rule in rules:
        for copy in rule:
            if copy.old.fact.key not in settled:
                found.setdefault(copy.old.fact.key, copy)
    return tuple(found.values())


def _odd(
    stands: Cited,
    mentions: Sequence[Cited],
    plain: Sequence[Cited] = (),
    *,
    lists: Sequence[Cited] = (),
    since: str = "",
) -> Cited | None:
    """The latest mention in another document that no later plain sentence (``plain``) settles. In
    a document whose own list has it (``lists``), only one that negates, ends or sets in the past.
    """
    places = {m.place for m in mentions}
    settled = max((p.told for p in plain if p.place not in places), default="")
    listed = {p.document.sha256 for p in lists}
    odd = [
        m for m in mentions
        if m.told and m.told > since and m.told >= settled and not m.copied
        and m.document.sha256 != stands.document.sha256
        and ("not_plain" in m.fact.values or m.document.sha256 not in listed)
    ]  # fmt: skip
    return odd[-1] if odd else None


def _treatments(groups: Groups, courses: Mapping[str, Course]) -> Iterator[Copy]:
    for key, one in courses.items():
        mentions = groups.get(f"mention:{key}", ())
        if mentions and goes_on(one) and is_listed(one.stands):
            told = [c for c in one.mentions if not is_listed(c) or c.fact.status != "current"]
            told += [m for m in mentions if "goes_on" in m.fact.values]
            first = one.mentions[0].told
            mentions = [
                m for m in mentions
                if "goes_on" not in m.fact.values
                and not ("planned" in m.fact.values and m.told <= first)
            ]  # fmt: skip
            lists = [c for c in one.mentions if is_listed(c) and c.fact.status == "current"]
            odd = _odd(one.stands, mentions, told, lists=lists)
            if odd is not None:
                yield spoken_otherwise(one.stands, odd)


def _problems(groups: Groups) -> Iterator[Copy]:
    """Of diseases that end: what is chronic is spoken of in every way."""
    for key, found in groups.items():
        if not key.startswith("problem:") or key.split(":")[1] in CHRONIC:
            continue
        mentions = groups.get(f"mention:{key}", ())
        listed = active(found)
        if mentions and listed:
            told = [c for c in found if c.fact.values.get("context") not in _PROBLEMS | {"history"}]
            odd = _odd(listed[-1], mentions, told, lists=listed, since=listed[0].told)
            if odd is not None:
                yield spoken_otherwise(listed[-1], odd)


def _habit(groups: Groups) -> Iterator[Copy]:
    found = groups.get("habit:tobacco", [])
    current = [c for c in found if c.fact.values.get("state") == "current"]
    mentions = groups.get("mention:habit:tobacco", ())
    if not current or not mentions or any(c.fact.values["state"] == "stopped" for c in found):
        return
    odd = _odd(current[-1], mentions)
    if odd is not None:
        yield spoken_otherwise(current[-1], odd)


def _awaited(groups: Groups) -> Iterator[Copy]:
    """Awaited, though its test is spoken of after it was asked for."""
    mentions = [
        c for key, found in groups.items() if key.startswith("mention:test:") for c in found
    ]
    if not mentions:
        return
    for key, found in sorted(groups.items()):
        if key.startswith("pending:"):
            words = pending_words(found[0].quote)
            wanted = words - WIDE or words
            about = [m for m in mentions if wanted and wanted <= pending_words(m.quote)]
            odd = _odd(found[-1], in_order(about), since=found[0].told)
            if odd is not None:
                yield spoken_otherwise(found[-1], odd)


def _allergies(groups: Groups) -> Iterator[Copy]:
    for key, found in groups.items():
        if not key.startswith("allergy:") or "inn" not in found[0].fact.values:
            continue
        affirmed = [c for c in found if c.fact.polarity is Polarity.affirmed]
        mentions = groups.get(f"mention:drug:{found[0].fact.values['inn']}", [])
        mentions = [m for m in mentions if "goes_on" not in m.fact.values]
        if affirmed and mentions:
            odd = _odd(affirmed[-1], mentions, since=affirmed[0].told)
            if odd is not None:
                yield spoken_otherwise(affirmed[-1], odd)


def _devices(groups: Groups) -> Iterator[Copy]:
    for key, found in groups.items():
        if key.startswith("device:") and (mentions := groups.get(f"mention:{key}")):
            odd = {m.place for m in mentions}
            plain = [c for c in found if c.place not in odd]
            if plain:
                other = _odd(plain[-1], mentions, since=plain[0].told)
                if other is not None:
                    yield spoken_otherwise(plain[-1], other)


def _values(groups: Groups) -> Iterator[Copy]:
    """The same words with a value again, after another number was told of the same measurement."""
    for key, found in groups.items():
        mentions = groups.get(f"mention:{key}") if key.startswith("result:") else None
        if not mentions:
            continue
        told = [c for c in found if c.told and c.fact.category is Category.laboratory]
        for one in reversed(told):
            first = next((c for c in told if c.told < one.told and same_words(c, one)), None)
            between = first and [m for m in mentions if first.told < m.told < one.told]
            if between:
                yield spoken_otherwise(one, between[-1])
                break
