"""One criterion against what a record says: met, not_met or unknown, with the words.

Unknown is the answer to all that is not written: nothing is concluded from absence. A verdict other
than unknown has evidence always.
"""

from __future__ import annotations

from collections.abc import Callable

from clinical.trials.judge_cancer import (
    biomarker,
    brain_metastases,
    diagnosis,
    extent,
    other_cancer,
    prior_lines,
    stage,
    treatment,
)
from clinical.trials.judge_person import age, condition, laboratory, performance, sex
from clinical.trials.outcome import Outcome, unknown
from clinical.trials.patient import PatientFacts
from consultation.research import Criterion, CriterionKind, CriterionVerdict, Judgement, Variable

_JUDGES: dict[Variable, Callable[[Criterion, PatientFacts], Outcome]] = {
    Variable.age: age,
    Variable.sex: sex,
    Variable.ecog: performance,
    Variable.karnofsky: performance,
    Variable.laboratory: laboratory,
    Variable.condition: condition,
    Variable.diagnosis: diagnosis,
    Variable.stage: stage,
    Variable.biomarker: biomarker,
    Variable.extent: extent,
    Variable.brain_metastases: brain_metastases,
    Variable.other_cancer: other_cancer,
    Variable.prior_lines: prior_lines,
    Variable.treatment: treatment,
}


def judge(criterion: Criterion, patient: PatientFacts) -> Judgement:
    if criterion.variable is Variable.other:
        return _judgement(criterion, unknown("not_understood"))
    if criterion.variable not in _JUDGES:
        return _judgement(criterion, unknown("undecidable"))
    outcome = _JUDGES[criterion.variable](criterion, patient)
    if criterion.conditional:
        return _judgement(criterion, unknown("conditional", *outcome.evidence))
    found = _judgement(criterion, outcome)
    if found.against and criterion.alternative:
        return _judgement(criterion, unknown("alternative", *outcome.evidence))
    return found


def _judgement(criterion: Criterion, outcome: Outcome) -> Judgement:
    verdict = CriterionVerdict.unknown
    if outcome.holds is not None and outcome.evidence:
        verdict = CriterionVerdict.met if outcome.holds else CriterionVerdict.not_met
    return Judgement(
        criterion=criterion, verdict=verdict, reason=outcome.reason, evidence=outcome.evidence
    )


def order(judgements: tuple[Judgement, ...]) -> tuple[int, int, int]:
    """Sorts trials: those that nothing stands against first, then by criteria decided."""
    against = sum(one.against for one in judgements)
    decided = sum(one.decided for one in judgements)
    inclusions = sum(
        one.verdict is CriterionVerdict.met
        for one in judgements
        if one.criterion.kind is CriterionKind.inclusion
    )
    return (against, -decided, -inclusions)
