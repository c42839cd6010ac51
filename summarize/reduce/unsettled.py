"""What is listed, and elsewhere spoken of in words that no rule understands, or listed no more.

Weaker than what is *stale*: nothing says that the fact is over, only that a later document speaks
of it in other words than of what goes on, or that a later list of the same kind has all but this.
A list alone settles nothing, for lists are copied; a sentence that plainly says that it goes on
does, and so does a stop, a change or a recovery that rules understand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from clinical.text import content_stems, sentences
from consultation.documents import ParagraphKind, SourceDocument
from consultation.record_facts import Category, RecordFact
from consultation.summary import Polarity
from summarize.record_facts.going_on import says_still
from summarize.record_facts.headings import Context, context_of, inline
from summarize.record_facts.plans import pending_words
from summarize.reduce.cited import Cited, in_order
from summarize.reduce.clashes import CHRONIC, Groups
from summarize.reduce.copies import WIDE, Copy, same_words
from summarize.reduce.treatments import Course, goes_on

_ALLERGIES = Context.allergies
_PROBLEMS = frozenset({"problems", "conclusion"})
_QUOTED = 4
"""Items of a list that are quoted."""


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
        _treatments(groups, courses), _problems(groups), _items(groups, documents),
        _habit(groups), _awaited(groups), _allergies(groups), _devices(groups), _values(groups),
        _missing_treatments(courses, groups), _missing_allergies(groups), _missing_problems(groups),
    )  # fmt: skip
    for rule in rules:
        for copy in rule:
            if copy.old.fact.key not in settled:
                found.setdefault(copy.old.fact.key, copy)
    return tuple(found.values())


def _spoken(stands: Cited, other: Cited) -> Copy:
    return Copy("spoken_otherwise", stands.fact.label, stands, other)


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
    places = {(m.document.sha256, m.fact.anchor, m.fact.start) for m in mentions}
    settled = max(
        (p.told for p in plain if (p.document.sha256, p.fact.anchor, p.fact.start) not in places),
        default="",
    )
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
        if mentions and goes_on(one) and _listed(one.stands):
            told = [c for c in one.mentions if not _listed(c) or c.fact.status != "current"]
            told += [m for m in mentions if "goes_on" in m.fact.values]
            first = one.mentions[0].told
            mentions = [
                m for m in mentions
                if "goes_on" not in m.fact.values
                and not ("planned" in m.fact.values and m.told <= first)
            ]  # fmt: skip
            lists = [c for c in one.mentions if _listed(c) and c.fact.status == "current"]
            odd = _odd(one.stands, mentions, told, lists=lists)
            if odd is not None:
                yield _spoken(one.stands, odd)


def _listed(one: Cited) -> bool:
    return one.fact.values.get("listed") == "yes"


def _problems(groups: Groups) -> Iterator[Copy]:
    """Of diseases that end: what is chronic is spoken of in every way."""
    for key, found in groups.items():
        if not key.startswith("problem:") or key.split(":")[1] in CHRONIC:
            continue
        mentions = groups.get(f"mention:{key}", ())
        active = _active(found)
        if mentions and active:
            told = [c for c in found if c.fact.values.get("context") not in _PROBLEMS | {"history"}]
            odd = _odd(active[-1], mentions, told, lists=active, since=active[0].told)
            if odd is not None:
                yield _spoken(active[-1], odd)


def _active(found: Sequence[Cited]) -> list[Cited]:
    """Where a list of problems has it; none once it is known to be over."""
    if any(c.fact.status == "resolved" for c in found):
        return []
    return [
        c for c in found
        if c.fact.polarity is Polarity.affirmed and c.fact.values.get("context") == "problems"
    ]  # fmt: skip


def _items(groups: Groups, documents: Iterable[SourceDocument]) -> Iterator[Copy]:
    """Problems that no list of ours knows are looked for in the words of later documents."""
    wanted = {
        key: active
        for key, found in groups.items()
        if key.startswith("item:") and (active := _active(found))
    }
    if not wanted:
        return
    ordered = sorted(documents, key=lambda d: (d.date or "", d.sha256))
    for key, active in sorted(wanted.items()):
        odd = _last_word(active, key.removeprefix("item:").split(), ordered)
        if odd is not None:
            yield _spoken(active[-1], odd)


def _last_word(
    active: Sequence[Cited], stems: Sequence[str], ordered: Sequence[SourceDocument]
) -> Cited | None:
    """The last sentence that names it, if it does not plainly say that it is there."""
    longest = max(stems, key=len)
    if len(longest) < 4:
        return None
    looked_for = re.compile(r"(?<!\w)" + "".join(_ANY.get(c, re.escape(c)) for c in longest), re.I)
    for document in reversed(ordered):
        if not document.date or document.date <= active[0].told:
            return None
        if document.sha256 == active[-1].document.sha256:
            continue
        for paragraph in document.paragraphs:
            if (
                paragraph.kind is ParagraphKind.heading
                or paragraph.repeats is not None
                or not looked_for.search(paragraph.text)
            ):
                continue
            opened = inline(paragraph.text)
            if (opened[0] if opened else context_of(paragraph.heading)) in _NO_WORDS:
                continue
            for sentence in sentences(paragraph.text):
                start = max(sentence.start, opened[1] if opened else 0)
                words = paragraph.text[start : sentence.end]
                if not set(stems) <= set(content_stems(words, document.language)):
                    continue
                if says_still(words, active[-1].fact.label, document.language):
                    return None
                fact = RecordFact(
                    category=Category.mention, key=f"mention:{active[-1].fact.key}", label=words,
                    anchor=paragraph.id, start=start, end=sentence.end,
                    told=paragraph.date or document.date,
                )  # fmt: skip
                return Cited(fact, document, paragraph)
    return None


_ANY = {"a": "[aàâä]", "e": "[eéèêë]", "i": "[iîï]", "o": "[oôö]", "u": "[uùûü]", "c": "[cç]"}
_NO_WORDS = frozenset(
    {Context.problems, Context.history, Context.surgery, Context.family, Context.allergies}
    | {Context.treatments, Context.discharge_treatments, Context.stopped_treatments}
    | {Context.plan, Context.pending, Context.vigilance, Context.reason}
)


def _habit(groups: Groups) -> Iterator[Copy]:
    found = groups.get("habit:tobacco", [])
    current = [c for c in found if c.fact.values.get("state") == "current"]
    mentions = groups.get("mention:habit:tobacco", ())
    if not current or not mentions or any(c.fact.values["state"] == "stopped" for c in found):
        return
    odd = _odd(current[-1], mentions)
    if odd is not None:
        yield _spoken(current[-1], odd)


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
                yield _spoken(found[-1], odd)


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
                yield _spoken(affirmed[-1], odd)


def _devices(groups: Groups) -> Iterator[Copy]:
    for key, found in groups.items():
        if key.startswith("device:") and (mentions := groups.get(f"mention:{key}")):
            odd = {(m.document.sha256, m.fact.anchor, m.fact.start) for m in mentions}
            plain = [
                c for c in found if (c.document.sha256, c.fact.anchor, c.fact.start) not in odd
            ]
            if plain:
                other = _odd(plain[-1], mentions, since=plain[0].told)
                if other is not None:
                    yield _spoken(plain[-1], other)


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
                yield _spoken(one, between[-1])
                break


def _missing_treatments(courses: Mapping[str, Course], groups: Groups) -> Iterator[Copy]:
    lists: dict[str, dict[str, Cited]] = defaultdict(dict)
    spoken: dict[str, set[str]] = defaultdict(set)
    for key, one in courses.items():
        for each in (*one.mentions, *groups.get(f"mention:{key}", ())):
            spoken[key].add(each.document.sha256)
            if _listed(each) and each.fact.status != "stopped":
                lists[each.document.sha256].setdefault(key, each)
    stands = {key: one.stands for key, one in courses.items() if goes_on(one)}
    yield from _missing({k: s for k, s in stands.items() if _listed(s)}, lists, spoken)


def _missing_allergies(groups: Groups) -> Iterator[Copy]:
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
            if one.fact.polarity is Polarity.affirmed and context is _ALLERGIES:
                lists[one.document.sha256].setdefault(key, one)
                stands[key] = one
    yield from _missing(stands, lists, spoken)


def _missing_problems(groups: Groups) -> Iterator[Copy]:
    lists: dict[str, dict[str, Cited]] = defaultdict(dict)
    spoken: dict[str, set[str]] = defaultdict(set)
    stands: dict[str, Cited] = {}
    for key, found in groups.items():
        if not key.startswith(("problem:", "item:")):
            continue
        for one in (*found, *groups.get(f"mention:{key}", ())):
            spoken[key].add(one.document.sha256)
        for one in _active(found):
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
    ordered = sorted(
        (list(held.values()) for held in lists.values() if len(held) > 1),
        key=lambda held: held[0].order,
    )
    for key, one in stands.items():
        before = set(lists.get(one.document.sha256, ()))
        later = [
            held for held in ordered
            if held[0].told > one.told and held[0].document.sha256 not in spoken[key]
            and before & {each.fact.key for each in held}
        ]  # fmt: skip
        if later and one.told:
            held = later[-1]
            yield Copy("not_listed", one.fact.label, one, held[0], tuple(held[1:_QUOTED]))
