"""Treatments of a passage: protocols and drugs, operations, radiotherapy, transplants.

Drugs that are named in one breath (*carboplatine et paclitaxel*) are one treatment. Line, intent
and status hold for the whole sentence; cycles and dates for the treatment they stand next to.
"""

from __future__ import annotations

import re
from dataclasses import replace

from clinical.oncology.courses import Course, course
from clinical.oncology.lexicon import coding
from clinical.oncology.reading import Passage
from clinical.oncology.regimens import Named, kind_of, named_drugs, named_protocols, other_named
from consultation.oncology import TreatmentLine

_JOINS = re.compile(
    r"\s*(?:\(?(?:auc|asc)\s?\d(?:[.,]\d)?\)?|\(?\d+(?:[.,]\d+)?\s?(?:mg|g|ug"
    r"|µg)(?:/m2|/m²|/kg|/j|/jour|/day)?"
    r"(?: (?:par jour|daily|/j))?\)?)?\s*(?:\+|-|–|/|,|et|and|plus|avec|with"
    r"|associe(?:e|s)? (?:a|au)|&|en association avec"
    r"|in combination with|combined with|sel de|hebdomadaire)?\s*"
    r"(?:(?:du|de|le|la|des)\s|l'|d'){0,2}\s*(?:,\s*)?"
)

_NO_MORE = re.compile(
    r"\b(?:refus\w+|declin\w+|ne (?:souhaite|veut) p(?:as|lus))\b[^.;,]{0,30}"
    r"\b(?:poursui\w+|continu\w+|further|any more)\b\W*(?:(?:of|with|on|du|de|la|le|les)\s|[ld]')*$"
)
"""To decline going on is to have been treated, and to stop."""


def treatments(passage: Passage) -> tuple[TreatmentLine, ...]:
    """The treatments of cancer that a passage tells of the patient."""
    named = _together(passage, [*named_protocols(passage), *named_drugs(passage)])
    sentences = {passage.sentence(one.start) for one in named}
    for one in other_named(passage):
        generic = one.label in ("chemotherapy", "hormone", "immunotherapy", "targeted")
        if not (generic and passage.sentence(one.start) in sentences):
            named.append(one)
    named.sort(key=lambda one: one.start)
    starts = [one.start for one in named]
    found = []
    for index, one in enumerate(named):
        told = passage.told(one.start, one.end)
        refused = _NO_MORE.search(passage.line, passage.sentence(one.start)[0], one.start)
        if not (told.affirmed or refused) or passage.supposed(one.start):
            continue
        before = named[index - 1].end if index else 0
        after = starts[index + 1] if index + 1 < len(starts) else len(passage.line)
        own = course(passage, one, before, after)
        if refused and own.status != "stopped":
            own = replace(own, status="stopped")
        found.append(_line(passage, one, own, told.certain))
    return tuple(found)


def _together(passage: Passage, named: list[Named]) -> list[Named]:
    """Protocols over the drugs inside them; drugs in one breath joined."""
    named.sort(key=lambda one: (one.start, -one.end))
    found: list[Named] = []
    for one in named:
        last = found[-1] if found else None
        if last and one.start < last.end:
            continue
        gap = passage.line[last.end : one.start] if last else ""
        beside = 0 < len(gap) <= 45 and (not gap.strip() or _JOINS.fullmatch(gap))
        if last and beside and not (last.protocol and one.protocol):
            found[-1] = _joined(last, one)
            continue
        found.append(one)
    return found


def _joined(first: Named, second: Named) -> Named:
    drugs = tuple(dict.fromkeys((*first.drugs, *second.drugs)))
    codes = tuple(dict.fromkeys((*first.atc, *second.atc)))
    protocol = first.protocol or second.protocol
    kind = first.label if first.label == second.label else kind_of(codes, first.label)
    return Named(protocol, drugs, codes, kind, first.start, second.end)


def _line(passage: Passage, one: Named, told: Course, certain: bool) -> TreatmentLine:
    start, end = min(one.start, told.first), max(one.end, told.last)
    return TreatmentLine(
        **passage.base("l", start, end),
        kind=one.label,
        protocol=one.protocol,
        drugs=one.drugs,
        line=told.line,
        intent=told.intent,
        cycle=told.cycle,
        cycles=told.cycles,
        start=told.start,
        end=told.end,
        date=told.start or told.date,
        status=told.status,
        stop_reason=told.stop_reason,
        dose=told.dose,
        dose_change=told.dose_change,
        certainty="certain" if certain else "uncertain",
        codes=tuple(coding("atc", code) for code in one.atc),
    )
