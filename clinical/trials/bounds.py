"""Comparisons that a line writes: *≥ 1,500/mm3*, *between 18 and 75 years*, *2,5 fois la LSN*."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consultation.research import Op

_NUM = r"\d{1,3}(?:[ ,.]\d{3})+(?![\d])|\d{1,7}(?:[.,]\d{1,7})?"
_LOWER = (
    r"(?:superieure?s? ou egale?s? a|(?:is |be )?(?:greater|more|higher"
    r"|older) than or equal(?:s)?(?: to)?"
    r"|equal to or (?:greater|more|higher) than|at least|a minimum of|minimum of|minimum|au moins"
    r"|au minimum(?: de)?|no(?:t)? less than|not (?:lower|below) than|>\s?/?\s?=|=\s?>|≥|⩾)"
)
_ABOVE = (
    r"(?:(?:greater|more|higher|longer|older) than|superieure?s? a|plus de|exceeding|exceeds|above"
    r"|over|>)"
)
_UPPER = (
    r"(?:inferieure?s? ou egale?s? a|(?:is |be )?(?:less|lower|fewer) than or equal(?:s)?(?: to)?"
    r"|equal to or (?:less|lower) than|at most|a maximum of|maximum of|maximum|au plus"
    r"|au maximum(?: de)?"
    r"|up to|jusqu'a|no(?:t)? (?:more|greater|higher|longer|older) than|does not exceed"
    r"|ne depassant pas"
    r"|<\s?/?\s?=|=\s?<|≤|⩽)"
)
_BELOW = r"(?:(?:less|lower|fewer|younger|shorter) than|inferieure?s? a|moins de|below|under|<)"
_ECHO = r"(?:\s*\(\s*[<>≥≤=]{1,2}\s*\))?"
"""*less than or equal to (≤) 1.5*"""
_UNIT = (
    r"\s*(?P<unit{n}>%|percent|x\s?10\s?\^?\s?[39]\s?/\s?l|10\s?[e^*]?\s?[39]\s?/\s?l"
    r"|g(?:iga)?\s?/\s?l"
    r"|g\s?/\s?dl|(?:cells?\s?)?/\s?mm\s?\^?3|(?:cells?\s?)?/\s?[uμµ]l|mg\s?/\s?dl|mg\s?%"
    r"|[uμµ]mol\s?/\s?l|ml\s?/\s?min(?:ute)?(?:\s?/\s?1[.,]73\s?m\s?\^?2)?|kg\s?/\s?m\s?\^?2"
    r"|ui?\s?/\s?l"
    r"|years?|yrs?|ans?|months?|mois|weeks?|semaines?|days?|jours?|hours?|heures?|ms(?:ec)?|mm\s?hg"
    r"|cm|mm)?(?![a-z])"
)
_LIMIT = (
    r"\s*(?:x|×|\*|fois|times)?\s*(?:(?:the|la|institutional|local|laboratory|age-adjusted)\s+)*"
)
_ULN = (
    r"(?:institutional )?(?:uln|iuln|upper limits?(?: of (?:the )?(?:institutional "
    r"|laboratory )?normal)?"
    r"|upper normal limit|lsn|lns|limite superieure de la normale|normale superieure|normale?|n)"
)
_BOUND = re.compile(
    rf"(?P<range>(?:(?:between|entre|from|de)\s+)?(?P<low>{_NUM}){_UNIT.format(n=0)}"
    rf"\s*(?:-|–|—|to|and|et|a|through|up to)\s*(?:<\s?=?|≤)?\s*(?P<high>{_NUM})(?!\s*-\s*\d))"
    rf"{_UNIT.format(n=1)}"
    rf"|(?:(?P<lower>{_LOWER})|(?P<above>{_ABOVE})|(?P<upper>{_UPPER})|(?P<below>{_BELOW})){_ECHO}"
    rf"\s*(?:than\s+|to\s+"
    rf"|a\s+)?(?P<num>{_NUM})(?:{_LIMIT}(?P<uln>{_ULN})(?![a-z]))?{_UNIT.format(n=2)}"
    rf"|(?P<post>{_NUM}){_UNIT.format(n=3)}\s*(?:of age\s*|old\s*)?(?:or|and|ou|et)\s+(?:"
    rf"(?P<up>older|above|over|more|greater|higher|plus|davantage|superieur|\+)"
    rf"|(?P<down>younger|less|below|under|lower|fewer|moins|inferieur))"
)
_LIST = re.compile(r"\s*(?:of|de|=|:|is|a|score|grade|status|\(|\s)*\s*(?P<first>\d)(?:\.0+)?"
                   r"(?P<rest>(?:\s*(?:,|or|ou|and|et|/|-|–|to"
                   r"|a)\s*(?:,\s*)?\d(?:\.0+)?(?!\d))*)(?![\d.,]*\d)")  # fmt: skip
TIMES = {
    "day": 1, "jour": 1, "week": 7, "semaine": 7, "month": 30, "mois": 30, "year": 365, "yr": 365,
    "an": 365,
}  # fmt: skip
"""Unit of time, singular → days."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparison at ``line[start:end]``."""

    op: Op
    value: float
    high: float | None
    unit: str | None
    start: int
    end: int
    places: tuple[tuple[str, int, int], ...] = ()
    """("lower" or "upper", start, end) of each of its ends."""

    @property
    def days(self) -> int | None:
        """The value in days, where its unit is a time."""
        factor = days_in(self.unit)
        return round((self.high or self.value) * factor) if factor else None


def days_in(unit: str | None) -> int | None:
    return TIMES.get(unit.rstrip("s") if unit not in ("mois", "ms") else unit) if unit else None


def bounds(line: str) -> tuple[Bound, ...]:
    """Every comparison of a folded line, in order."""
    return tuple(_bound(match) for match in _BOUND.finditer(line))


def listed(line: str, at: int) -> Bound | None:
    """*0, 1 or 2* or *0-1* or *of 1* right behind a place: a score's levels."""
    match = _LIST.match(line, at)
    if not match:
        return None
    levels = [
        int(match["first"]),
        *(int(float(d)) for d in re.findall(r"\d(?:\.0+)?", match["rest"])),
    ]
    low, high, first = min(levels), max(levels), match.start("first")
    if len(levels) == 1:
        return Bound("=", low, None, None, first, match.end(), (("lower", first, match.end()),))
    last = match.end()
    spans = (("lower", first, first + 1), ("upper", last - 1, last))
    return Bound("between", low, high, None, first, last, spans)


def number(text: str) -> float:
    """*1,500* and *1 500* are 1500; *1,5* is 1.5."""
    if re.fullmatch(r"\d{1,3}(?:[ ,]\d{3})+", text) or re.fullmatch(
        r"\d{1,3}(?:\.\d{3}){2,}", text
    ):
        return float(re.sub(r"[ ,.]", "", text))
    return float(text.replace(" ", "").replace(",", "."))


def _bound(match: re.Match[str]) -> Bound:
    start, end = match.span()
    if match["range"]:
        low, high = number(match["low"]), number(match["high"])
        unit = _unit(match["unit1"] or match["unit0"])
        if low > high:
            low, high = high, low
        spans = (("lower", *match.span("low")), ("upper", *match.span("high")))
        return Bound("between", low, high, unit, start, end, spans)
    if match["post"]:
        op: Op = ">=" if match["up"] else "<="
        side = "lower" if match["up"] else "upper"
        return Bound(
            op,
            number(match["post"]),
            None,
            _unit(match["unit3"]),
            start,
            end,
            ((side, start, end),),
        )
    ops: tuple[tuple[str, Op, str], ...] = (
        ("lower", ">=", "lower"), ("above", ">", "lower"), ("upper", "<=", "upper"),
        ("below", "<", "upper"),
    )  # fmt: skip
    _, op, side = next(one for one in ops if match[one[0]])
    unit = "ULN" if match["uln"] else _unit(match["unit2"])
    return Bound(op, number(match["num"]), None, unit, start, end, ((side, start, end),))


def _unit(text: str | None) -> str | None:
    return re.sub(r"\s", "", text) or None if text else None
