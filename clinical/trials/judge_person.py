"""Age, sex, performance, laboratory values and conditions."""

from __future__ import annotations

from collections.abc import Sequence

from clinical.oncology.merge import effective_date
from clinical.trials.compare import canonical, days_between, first_day, holds, last_day
from clinical.trials.conditions import is_lasting
from clinical.trials.outcome import Outcome, present, stated, unknown
from clinical.trials.patient import DatedValue, PatientFacts, Told
from consultation.documents import DocumentEvidence
from consultation.research import Criterion, Variable
from consultation.summary import Polarity

FRESH_LABORATORY = 90
"""Days for which a laboratory value or a denial of something passing is taken as current."""
FRESH_PERFORMANCE = 180
FRESH_DENIAL = 365
"""Days for which a denial of something lasting is taken as current."""


def age(criterion: Criterion, patient: PatientFacts) -> Outcome:
    """An age that was written some time ago is now one of several: all must agree."""
    answers: set[bool] = set()
    for one in patient.ages:
        first, last = first_day(one.date), last_day(one.date)
        longest = days_between(first, patient.as_of)
        shortest = days_between(last, patient.as_of)
        if longest is None or shortest is None:
            continue
        low = one.years + max(0, shortest) // 366
        high = one.years + max(0, longest) // 365 + 1
        answers |= {holds(criterion, float(n)) for n in range(low, high + 1)}
    words = tuple(one.evidence for one in patient.ages)[:3]
    if not patient.ages:
        return unknown("not_mentioned")
    return stated(answers.pop(), *words) if len(answers) == 1 else unknown("imprecise", *words)


def sex(criterion: Criterion, patient: PatientFacts) -> Outcome:
    told = {one.sex for one in patient.sexes}
    words = tuple(one.evidence for one in patient.sexes)[:2]
    if not told:
        return unknown("not_mentioned")
    if len(told) > 1:
        return unknown("conflict", *words)
    return stated(next(iter(told)) in criterion.values, *words)


def performance(criterion: Criterion, patient: PatientFacts) -> Outcome:
    scale = "ECOG" if criterion.variable is Variable.ecog else "Karnofsky"
    facts = [one for one in patient.history.performance if one.scale == scale]
    dated = [(effective_date(one) or "", one) for one in facts]
    if not dated:
        return unknown("not_mentioned")
    newest = max(date for date, _ in dated)
    latest = [one for date, one in dated if date == newest]
    words = tuple(e for one in latest for e in one.evidence[:1])
    if _outdated(newest, patient.as_of, FRESH_PERFORMANCE):
        return unknown("outdated", *words)
    if any(one.certainty == "uncertain" for one in latest):
        return unknown("uncertain", *words)
    answers = {
        holds(criterion, float(n)) for one in latest for n in (one.value, one.high or one.value)
    }
    return stated(answers.pop(), *words) if len(answers) == 1 else unknown("conflict", *words)


def laboratory(criterion: Criterion, patient: PatientFacts) -> Outcome:
    """*Transaminases* are both of them: one beyond an upper bound breaks it, both must keep it."""
    if criterion.name != "transaminases":
        return _laboratory(criterion, patient)
    both = [
        _laboratory(criterion.model_copy(update={"name": name}), patient)
        for name in ("ASAT", "ALAT")
    ]
    breaks = criterion.op not in ("<", "<=")
    """The answer of one that settles it: *> 3 N* holds by either, *≤ 3 N* fails by either."""
    settled = [one for one in both if one.holds is breaks]
    if settled:
        return settled[0]
    open_ = [one for one in both if one.holds is None]
    if open_:
        return open_[0]
    return stated(not breaks, *(words for one in both for words in one.evidence))


def _laboratory(criterion: Criterion, patient: PatientFacts) -> Outcome:
    values = [one for one in patient.values if one.name == criterion.name]
    if not values:
        return unknown("not_mentioned")
    newest = max(one.date or "" for one in values)
    latest = [one for one in values if (one.date or "") == newest]
    words = tuple(one.evidence for one in latest)[:3]
    if _outdated(newest, patient.as_of, FRESH_LABORATORY):
        return unknown("outdated", *words)
    if criterion.unit == "ULN":
        limits = [one.limit for one in latest if one.limit]
        if len(limits) < len(latest):
            return unknown("limit_unknown", *words)
        words = (*words, *(one.evidence for one in limits[:3]))
    answers = {_against(_scaled(criterion, one), one) for one in latest}
    if None in answers:
        return unknown("unit", *words)
    answer = answers.pop()
    return unknown("conflict", *words) if answers or answer is None else stated(answer, *words)


def _scaled(criterion: Criterion, one: DatedValue) -> Criterion:
    """A multiple of the upper limit, as the number that this value's own report makes of it."""
    if criterion.unit != "ULN" or one.limit is None or criterion.value is None:
        return criterion
    return criterion.model_copy(
        update={
            "value": criterion.value * one.limit.high,
            "unit": one.limit.unit or one.unit,
        }
    )


def _against(criterion: Criterion, one: DatedValue) -> bool | None:
    assert criterion.value is not None
    if one.sign:
        return None
    name = one.name
    value = canonical(name, one.value, one.unit)
    low = canonical(name, criterion.value, criterion.unit)
    if value is None or low is None or value[1] != low[1]:
        return None
    high = canonical(name, criterion.high, criterion.unit) if criterion.high is not None else None
    scaled = criterion.model_copy(update={"value": low[0], "high": high[0] if high else None})
    return holds(scaled, value[0])


def condition(criterion: Criterion, patient: PatientFacts) -> Outcome:
    key = criterion.name or ""
    return told_outcome(criterion, patient, key, is_lasting(key))


def told_outcome(criterion: Criterion, patient: PatientFacts, key: str, lasting: bool) -> Outcome:
    """From the words on one key; what passes must be recent, or inside the criterion's window."""
    told = [one for one in patient.told if one.key == key]
    reach = criterion.window_days or (None if lasting else FRESH_LABORATORY)
    yes = _within(told, Polarity.affirmed, reach, patient.as_of)
    no = _within(
        told, Polarity.denied, FRESH_DENIAL if lasting else FRESH_LABORATORY, patient.as_of
    )
    if not yes and not no and told:
        doubted = any(one.polarity is Polarity.uncertain for one in told)
        words = tuple(one.evidence for one in told)[:2]
        return unknown("uncertain" if doubted else "outdated", *words)
    return present(criterion, yes, no)


def _within(
    told: Sequence[Told], polarity: Polarity, reach: int | None, as_of: str
) -> list[DocumentEvidence]:
    return [
        one.evidence
        for one in told
        if one.polarity is polarity and (reach is None or not _outdated(one.date, as_of, reach))
    ]


def _outdated(date: str | None, as_of: str, reach: int) -> bool:
    """What has no date, or only a year, is: nobody knows how old it is."""
    age_days = days_between(first_day(date), as_of)
    return age_days is None or age_days > reach or age_days < 0
