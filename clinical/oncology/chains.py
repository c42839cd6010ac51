"""Several values of one serum marker in a row: *PSA 12 puis 4*, *30.1 → 12.4 → 2.1*, *2.1
(previously 30.1)*. Each is a value of the series; which of them is of today, their link tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from clinical.oncology.reading import Passage
from clinical.oncology.values import AMOUNT, Number, read

_LEAD = re.compile(
    r"[\s:=(]*(?:(?:est|etait|sont|is|was|has|had|a|ete|en|at|of|level|levels|values?|taux|serique|total"
    r"|pass\w*|baiss\w*|hausse|diminu\w*|augment\w*|descend\w*|remont\w*|chut\w*|evolu\w*|fell|fallen"
    r"|dropped|went|rose|risen|increased|decreased|down|up|de|from|initial\w*|successi\w*|:)[\s:]+)*"
)
_AFTER = re.compile(
    r"\s*[,(]?\s*(?:→|➔|➜|⟶|-{1,2}>|–>|—>|=>|puis|then(?: to)?|et enfin|and then)"
    r"\s*(?:(?:a|to|at)\s)?\s*"
)
"""What leads on to a later value."""
_TO = re.compile(r"\s+(?:a|to)\s+")
"""*De 30 à 12*: later, when the words before the first value say *from*."""
_BEFORE = re.compile(
    r"\s*[,(]?\s*(?:\(\s*)?(?:(?:contre|versus|vs\.?|previously|precedemment|anterieurement|auparavant"
    r"|precedent\w*|previous|prior|was|initialement|initially|compared (?:to|with)|up from"
    r"|down from|au lieu de)[\s:]+)+(?:(?:a|at|of|de)\s)?"
)
"""What leads back to an earlier one."""
_LIST = re.compile(r"\s*,\s*(?:(?:et|and)\s)?(?:a\s)?|\s+(?:et|and)\s+")
"""A value behind a comma goes on only where each has its date."""
_FROM = re.compile(r"\b(?:de|from)[\s:]+$")
_WHEN = re.compile(r"\s*\(?\s*(?:(?:le|en|du|au|on|in|of)\s)?\s*$")


@dataclass(frozen=True, slots=True)
class Link:
    number: Number
    date: str | None
    earlier: bool
    """Than the one value that the document tells of today."""


def chain(passage: Passage, start: int, end: int) -> tuple[Link, ...]:
    """The values right behind a marker that ends at ``start``; none unless there are two."""
    lead = _LEAD.match(passage.line, start, end)
    at = lead.end() if lead else start
    first = _value(passage, at, end)
    if first is None:
        return ()
    opened = _FROM.search(passage.line, start, at) is not None
    numbers, dates, back = [first[0]], [first[1]], False
    at = first[2]
    while True:
        link = _AFTER.match(passage.line, at, end)
        earlier = None if link else _BEFORE.match(passage.line, at, end)
        to = _TO.match(passage.line, at, end) if opened and not (link or earlier) else None
        listed = _LIST.match(passage.line, at, end) if dates[-1] else None
        found = link or earlier or to or listed
        value = _value(passage, found.end(), end) if found else None
        if value is None or (found is listed and not value[1]):
            break
        back = back or found is earlier
        numbers.append(value[0])
        dates.append(value[1])
        at = value[2]
    if len(numbers) < 2:
        return ()
    unit = next((one.unit for one in reversed(numbers) if one.unit), None)
    today = 0 if back else len(numbers) - 1
    return tuple(
        Link(replace(number, unit=number.unit or unit), date, place != today)
        for place, (number, date) in enumerate(zip(numbers, dates, strict=True))
    )


def _value(passage: Passage, at: int, end: int) -> tuple[Number, str | None, int] | None:
    """(the amount that begins here, its date, where both end)"""
    match = AMOUNT.match(passage.line, at, end)
    if match is None or any(d.start <= match.start("value") < d.end for d in passage.dates):
        return None
    behind = passage.line[match.end() : match.end() + 12]
    if not match["unit"] and _OTHER_UNIT.match(behind):
        return None
    number = read(match, passage.language)
    for dated in passage.dates:
        if dated.start >= match.end() and _WHEN.fullmatch(passage.line, match.end(), dated.start):
            closing = re.compile(r"\s*\)").match(passage.line, dated.end)
            return number, dated.iso, closing.end() if closing else dated.end
    return number, None, match.end()


_OTHER_UNIT = re.compile(
    r"\s*(?:%|ans\b|an\b|mois|jours?|semaines?|fois|cures?|cycles?|years?|months?|weeks?|days?|mg\b|cm\b"
    r"|mm\b|kg\b|seances?|fractions?|gy\b)"
)
