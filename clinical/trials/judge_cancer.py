"""Tumours, stages, biomarkers, extent and treatments against criteria."""

from __future__ import annotations

import re

from clinical.oncology.begun import begun
from clinical.oncology.lexicon import SYSTEMS
from clinical.oncology.merge import effective_date
from clinical.trials.compare import days_between, holds
from clinical.trials.judge_person import FRESH_DENIAL, told_outcome
from clinical.trials.outcome import Outcome, present, stated, unknown
from clinical.trials.patient import BRAIN, PatientFacts
from consultation.documents import DocumentEvidence
from consultation.oncology import Biomarker, Interpretation, Tumor
from consultation.research import Criterion
from consultation.summary import Polarity

_COLORECTAL = ("C18", "C19", "C20")


def diagnosis(criterion: Criterion, patient: PatientFacts) -> Outcome:
    """A named histology must be the same; an organ, the same organ. Another primary, whose organ
    is known, speaks against an inclusion; nothing else does."""
    primaries = [
        one
        for one in patient.history.tumors
        if one.behaviour == "primary" and one.certainty == "certain"
    ]
    wanted = {_organ(code) for code in criterion.values}
    same = [one for one in primaries if not wanted or wanted & _organs(one)]
    if criterion.name:
        same = [one for one in same if _morphologies(one) & {criterion.name}]
    if same:
        return present(criterion, [e for one in same for e in one.evidence[:1]], [])
    placed = [one for one in primaries if _organs(one)]
    others = [one for one in placed if wanted and not wanted & _organs(one)]
    if criterion.op == "present" and others and len(others) == len(placed):
        return stated(False, *(e for one in others for e in one.evidence[:1]))
    return unknown("not_mentioned", *(e for one in primaries for e in one.evidence[:1]))


def other_cancer(criterion: Criterion, patient: PatientFacts) -> Outcome:
    """Met by two primaries in different organs, the later one inside the window."""
    found: dict[str, Tumor] = {}
    for one in patient.history.tumors:
        if one.behaviour == "primary" and one.certainty == "certain":
            for organ in _organs(one):
                found.setdefault(organ, one)
    words = tuple(one.evidence[0] for one in found.values())
    if len(found) < 2 or criterion.op == "absent":
        return unknown("not_mentioned")
    if criterion.window_days is not None:
        ages = [days_between(one.date, patient.as_of) for one in found.values()]
        if any(age is None for age in ages):
            return unknown("imprecise", *words)
        if sum(age <= criterion.window_days for age in ages if age is not None) < 2:
            return unknown("imprecise", *words)
    return stated(True, *words)


def stage(criterion: Criterion, patient: PatientFacts) -> Outcome:
    facts = [one for one in patient.history.stages if one.group and one.certainty == "certain"]
    if not facts:
        return unknown("not_mentioned")
    newest = max(effective_date(one) or "" for one in facts)
    latest = [one for one in facts if (effective_date(one) or "") == newest]
    words = tuple(one.evidence[0] for one in latest)
    answers = {_in_stage(one.group or "", criterion.values) for one in latest}
    if len(answers) > 1:
        return unknown("conflict", *words)
    answer = answers.pop()
    if answer is None:
        return unknown("imprecise", *words)
    return stated(answer != (criterion.op == "absent"), *words)


def _in_stage(group: str, wanted: tuple[str, ...]) -> bool | None:
    """None where the record is less precise than the criterion: III for IIIB."""
    own = group.upper().replace("STAGE", "").strip()
    if own in wanted or _base(own) in wanted:
        return True
    return None if own == _base(own) and any(_base(one) == own for one in wanted) else False


def _base(group: str) -> str:
    return re.sub(r"[A-D]\d?$", "", group)


def biomarker(criterion: Criterion, patient: PatientFacts) -> Outcome:
    facts = [one for one in patient.history.biomarkers if one.marker == criterion.name]
    told = [
        one
        for one in facts
        if one.certainty == "certain"
        and one.interpretation not in (Interpretation.pending, Interpretation.not_done)
    ]
    if not told:
        return unknown("not_mentioned", *(e for one in facts for e in one.evidence[:1]))
    words = tuple(one.evidence[0] for one in told)[:3]
    answers = {answer for one in told if (answer := _marker(criterion, one)) is not None}
    if not answers:
        return unknown("imprecise", *words)
    if len(answers) > 1:
        return unknown("conflict", *words)
    return stated(answers.pop(), *words)


def _marker(criterion: Criterion, one: Biomarker) -> bool | None:
    if criterion.value is not None:
        if one.value is None or one.comparator or one.unit != criterion.unit:
            return None
        return holds(criterion, one.value)
    wanted = criterion.values
    state = one.interpretation.value
    variants = [v for v in wanted if v not in ("positive", "negative", "wild type")]
    if variants:
        own = {one.variant, one.score} - {None}
        if own & set(variants):
            return True
        opposite = ("positive", "negative")
        asked = [v for v in wanted if v in opposite]
        if asked and state in opposite and state != asked[0]:
            return False
        return False if own and one.score in ("MSS", "MSI-H", "pMMR", "dMMR") else None
    if state not in ("positive", "negative"):
        return None
    return state in wanted


def extent(criterion: Criterion, patient: PatientFacts) -> Outcome:
    history = patient.history
    yes = [
        one.evidence[0]
        for one in history.tumors
        if one.behaviour == "metastasis" and one.certainty == "certain"
    ]
    yes += [
        one.evidence[0]
        for one in history.stages
        if one.certainty == "certain"
        and ((one.m or "").lstrip("cpyra").startswith("M1") or _base(one.group or "") == "IV")
    ]
    no = [
        one.evidence[0]
        for one in history.stages
        if (one.m or "").lstrip("cpyra").startswith("M0")
        and (days_between(effective_date(one), patient.as_of) or FRESH_DENIAL) < FRESH_DENIAL
    ]
    return present(criterion, yes, [] if yes else no)


def brain_metastases(criterion: Criterion, patient: PatientFacts) -> Outcome:
    there = [
        one.evidence[0]
        for one in patient.history.tumors
        if one.behaviour == "metastasis"
        and one.certainty == "certain"
        and {"C71", "C70"} & _organs(one)
    ]
    if there:
        denied = [
            t.evidence for t in patient.told if t.key == BRAIN and t.polarity is Polarity.denied
        ]
        return present(criterion, there, denied)
    return told_outcome(criterion, patient, BRAIN, lasting=True)


def prior_lines(criterion: Criterion, patient: PatientFacts) -> Outcome:
    """The highest line that was begun is a floor: there may be more than the record says."""
    started = [one for one in patient.history.treatments if one.line and begun(one, patient.as_of)]
    if not started or criterion.value is None:
        return unknown("not_mentioned")
    highest = max(started, key=lambda one: one.line or 0)
    known = float(highest.line or 0)
    words = highest.evidence[0]
    if criterion.op in (">=", ">") and holds(criterion, known):
        return stated(True, words)
    top = criterion.high if criterion.op == "between" else criterion.value
    if criterion.op in ("<=", "<", "between") and top is not None:
        over = known >= top if criterion.op == "<" else known > top
        if over:
            return stated(False, words)
    return unknown("imprecise", words)


def treatment(criterion: Criterion, patient: PatientFacts) -> Outcome:
    """A treatment that was begun, whatever was planned; denied only in so many words."""
    yes: list[DocumentEvidence] = []
    vague: list[DocumentEvidence] = []
    names = set(criterion.values)
    for line in patient.history.treatments:
        fits = names <= set(line.drugs) if names else line.kind == criterion.name
        if not fits or line.certainty == "uncertain" or not begun(line, patient.as_of):
            continue
        inside = _inside(criterion, line.end or line.date or line.start, patient.as_of)
        (yes if inside else vague).append(line.evidence[0])
    for drug in patient.drugs if len(names) == 1 else ():
        if drug.inn in names:
            inside = _inside(criterion, drug.date, patient.as_of)
            (yes if inside else vague).append(drug.evidence)
    keys = names or {criterion.name or ""}
    no = [
        one.evidence
        for one in patient.told
        if one.key in keys and one.polarity is Polarity.denied and len(keys) == 1
        and (days_between(one.date, patient.as_of) or FRESH_DENIAL) < FRESH_DENIAL
    ]  # fmt: skip
    if not yes and vague:
        return unknown("imprecise", *vague[:3])
    return present(criterion, yes, no)


def _inside(criterion: Criterion, date: str | None, as_of: str) -> bool:
    """Whether a treatment lies in the criterion's window."""
    if criterion.window_days is None:
        return True
    age = days_between(date, as_of)
    return age is not None and 0 <= age <= criterion.window_days


def _organ(code: str) -> str:
    short = code[:3]
    return "C18" if short in _COLORECTAL else short


def _organs(tumor: Tumor) -> set[str]:
    return {_organ(one.code) for one in tumor.codes if one.code.startswith("C")}


def _morphologies(tumor: Tumor) -> set[str]:
    return {
        one.code[:4]
        for one in tumor.codes
        if one.system == SYSTEMS["icdo"] and one.code[:4].isdigit()
    }
