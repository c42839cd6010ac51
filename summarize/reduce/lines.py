"""Facts of one key → one line: cited at their first date, the latest source beside it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from consultation.documents import DocumentEvidence
from consultation.record_facts import FactStatus
from consultation.summary import Polarity
from consultation.synthesis import Flag, SynthesisLine
from summarize.reduce.cited import Cited, agree, days_between
from summarize.reduce.phrases import PHRASES, age
from summarize.reduce.treatments import Course

OLD_DAYS = 3 * 365
"""A treatment or a point of vigilance that nothing confirms since then is flagged ``old``."""
MOST_SOURCES = 4
"""Quotes of one line: the first, the one that stands, and the latest others."""


def line_id(category: str, key: str) -> str:
    """Readable and stable: what the line is about."""
    slug = re.sub(r"[^a-z0-9]+", "-", key.lower().partition(":")[2] or key.lower()).strip("-")
    if len(slug) <= 40 and slug:
        return f"{category}.{slug}"
    return f"{category}.{slug[:30].strip('-')}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def merged(
    key: str, found: Sequence[Cited], as_of: str, language: str, flags: Sequence[Flag] = ()
) -> SynthesisLine:
    """``found``: in order, all saying the same. The words are those of the fullest mention."""
    own = [c for c in found if not c.copied] or list(found)
    best = max(own, key=lambda c: (_fullness(c), c.order))
    first, last = own[0], own[-1]
    status: FactStatus | None = last.fact.status
    text = best.fact.label
    told = [c.fact.values["reaction"] for c in own if "reaction" in c.fact.values]
    if told and told[-1].lower() not in text.lower():
        text += f" ({PHRASES[language].reaction}{told[-1]})"
    when = next((c.fact.date for c in own if c.fact.date), None)
    marks = list(flags)
    if any(c.fact.polarity is Polarity.uncertain for c in own[-1:]):
        marks.append("uncertain")
    if any(c.fact.values.get("certainty") == "intolerance" for c in own):
        marks.append("intolerance")
    years = {c.fact.date for c in own if c.fact.date}
    if len(years) > 1 and any(not agree(a, b) for a in years for b in years):
        marks.append("several_dates")
    sources = _sources(
        [first, best, *(c for c in own if c.fact.values.get("reaction")), last, *own[-2:]]
    )
    return SynthesisLine(
        id=line_id(best.fact.category, key),
        category=best.fact.category,
        text=text,
        date=when or first.told or None,
        last_seen=found[-1].told or None,
        age=age(last.told or None, as_of, language),
        status=status,
        polarity=best.fact.polarity,
        experiencer=best.fact.experiencer,
        flags=tuple(dict.fromkeys(marks)),
        evidence=sources,
    )


def _fullness(one: Cited) -> tuple[int, bool, int]:
    fact = one.fact
    told = (fact.date is not None) + ("side" in fact.values) + ("reaction" in fact.values)
    return (told, fact.status == "resolved", min(len(fact.label), 80))


def _sources(found: Sequence[Cited]) -> tuple[DocumentEvidence, ...]:
    kept: dict[tuple[str, str, int, int], DocumentEvidence] = {}
    for one in found:
        evidence = one.evidence
        kept.setdefault(
            (evidence.source, evidence.anchor, evidence.quote_start, evidence.quote_end), evidence
        )
    return tuple(kept.values())[:MOST_SOURCES]


def treatment_line(
    key: str, course: Course, as_of: str, language: str, *, stopped: bool
) -> SynthesisLine:
    """As the mention that stands has it; a stop with the reason that was written."""
    stands = course.stopped if stopped and course.stopped else course.stands
    own = [c for c in course.mentions if not c.copied] or list(course.mentions)
    text = stands.fact.label
    before = None
    if "dose" not in stands.fact.values:
        earlier = [c for c in course.mentions if c.told <= stands.told and "dose" in c.fact.values]
        before = earlier[-1] if earlier else None
        text = before.fact.label if before else text
    reason = stands.fact.values.get("reason") if stopped else None
    if reason and reason not in text:
        text += f" ; {PHRASES[language].reason}{reason}"
    flags: list[Flag] = []
    if course.conflicts:
        flags.append("conflict")
    if any(one.order == stands.order for _, one, _ in course.stale):
        flags.append("stale")
    if not stopped and course.mentions[-1].copied:
        flags.append("copied")
    since = days_between(own[-1].told or None, as_of)
    if not stopped and (since is None or since > OLD_DAYS):
        flags.append("old")
    began = next((c.fact.date for c in own if c.fact.date and c.fact.status != "stopped"), None)
    last = course.mentions[-1].told or None
    since_when = (stands.fact.date or stands.told or None) if stopped else last
    return SynthesisLine(
        id=line_id("stopped" if stopped else "treatment", key),
        category=stands.fact.category,
        text=text,
        date=stands.fact.date if stopped else began or own[0].told or None,
        last_seen=course.mentions[-1].told or None,
        age=age(since_when, as_of, language),
        status=stands.fact.status,
        flags=tuple(flags),
        evidence=_sources([*([before] if before else []), stands, own[0], own[-1]]),
    )  # fmt: skip
