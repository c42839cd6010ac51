"""Measurements over time: one series a test and unit; and the days on which something happened."""

from __future__ import annotations

from typing import Literal

from clinical.text import fold
from consultation.record_facts import Category
from consultation.summary import Experiencer, Polarity
from consultation.synthesis import ResultPoint, ResultSeries, TimelineEvent
from summarize.measurements import LOINC
from summarize.reduce.cited import Cited, agree
from summarize.reduce.clashes import Groups
from summarize.reduce.phrases import age

_CODES = LOINC | {
    "hemoglobin": "718-7", "platelets": "777-3", "creatinine": "14682-9", "potassium": "2823-3",
    "sodium": "2951-2", "CRP": "1988-5", "INR": "6301-6", "TSH": "3016-3",
}  # fmt: skip
_LIFE = frozenset(
    {Category.surgery, Category.procedure, Category.stay, Category.imaging, Category.problem}
    | {Category.history, Category.treatment, Category.vaccine}
)


def series(groups: Groups, as_of: str, language: str) -> tuple[ResultSeries, ...]:
    """Oldest first; a value that two documents give for one day is one point, cited at "
    "its first."""
    found: list[ResultSeries] = []
    for key, all_ in sorted(groups.items()):
        if not key.startswith("result:"):
            continue
        by_unit: dict[str | None, list[Cited]] = {}
        for one in all_:
            by_unit.setdefault(_unit(one), []).append(one)
        for unit, same in by_unit.items():
            found.append(_series(key.removeprefix("result:"), unit, same, as_of, language))
    return tuple(found)


def _unit(one: Cited) -> str | None:
    unit = one.fact.values.get("unit")
    return {"umol/l": "umol/L", "µmol/l": "umol/L", "micromol/l": "umol/L"}.get(unit or "", unit)


def _series(
    name: str, unit: str | None, found: list[Cited], as_of: str, language: str
) -> ResultSeries:
    points: dict[tuple[str, str, str], ResultPoint] = {}
    for one in found:
        values = one.fact.values
        when = one.fact.date or one.told or None
        known = (when or "", values["value"], values.get("diastolic", ""))
        if one.copied and not one.fact.date:
            continue  # a copied value was not measured again
        if known not in points:
            points[known] = ResultPoint(
                date=when,
                value=float(values["value"]),
                diastolic=float(values["diastolic"]) if "diastolic" in values else None,
                comparator=values.get("sign"),
                text=values["shown"],
                evidence=one.evidence,
            )
    if not points:
        one = found[0]
        points[("", "", "")] = ResultPoint(
            date=one.told or None, value=float(one.fact.values["value"]),
            text=one.fact.values["shown"], evidence=one.evidence,
        )  # fmt: skip
    ordered = sorted(points.values(), key=lambda p: (p.date is None, p.date or "", p.value))
    dated = [p for p in ordered if p.date]
    last = dated[-1].date if dated else None
    return ResultSeries(
        name=name,
        unit=unit,
        loinc=_CODES.get(name),
        trend=_trend(dated),
        age=age(last, as_of, language),
        points=tuple(ordered),
    )


def _trend(dated: list[ResultPoint]) -> Literal["rising", "falling", "steady"] | None:
    if len({p.date for p in dated}) < 2 or any(p.comparator for p in (dated[0], dated[-1])):
        return None
    first, last = dated[0].value, dated[-1].value
    change = (last - first) / abs(first) if first else last
    return "rising" if change >= 0.1 else "falling" if change <= -0.1 else "steady"


def timeline(groups: Groups) -> tuple[TimelineEvent, ...]:
    """What happened on a day, month or year that the words themselves name; told once."""
    events: dict[tuple[str, str], TimelineEvent] = {}
    for _key, found in sorted(groups.items()):
        kept: list[str] = []
        for one in found:
            fact = one.fact
            if fact.category not in _LIFE or fact.polarity is not Polarity.affirmed:
                continue
            when = fact.date or (one.told if fact.category is Category.imaging else None)
            if not when or fact.experiencer is not Experiencer.patient:
                continue
            if any(agree(when, other) for other in kept):
                continue
            kept.append(when)
            quote = one.quote if fact.category is Category.treatment else fact.label
            at = (when, fold(quote))
            if at not in events:
                events[at] = TimelineEvent(
                    date=when, category=fact.category, text=quote, evidence=(one.evidence,)
                )
    return tuple(events[at] for at in sorted(events))
