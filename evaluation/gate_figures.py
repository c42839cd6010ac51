"""The figures that are gated, from the reports of our own examples.

Tolerances: recognition works in batches whose sums differ between processors, and a note is written
from what was heard. They are of the order of what one processor and another gave on our two
samples, and of a few cases where there are few. All else repeats exactly and has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consultation.summary import Summary
from evaluation.agreement import Agreement, compared, pooled_agreement
from evaluation.alarms import AlarmReport
from evaluation.content import content
from evaluation.detection import Detection
from evaluation.figures import Figures as Measured
from evaluation.gates import Figure
from evaluation.rates import RATES

HEARD: dict[str, float] = {
    "wer": 0.025,
    "cer": 0.02,
    "cpwer": 0.03,
    "tcpwer": 0.03,
    "wder": 0.01,
    "der": 0.02,
    "der_collar": 0.02,
    "roles": 0.0,
    "drug_recall": 0.12,
    "drug_precision": 0.0,
    "number_recall": 0.08,
    "number_precision": 0.12,
    "gaps": 0.02,
    "refused": 0.15,
}
"""Rate of ``evaluation/rates.py`` → tolerance: eight words, two seconds of speech, one or two
mentions. Times are no quality and are not gated."""
NOTED = 0.15
"""Of a note that a model wrote from what was heard: two or three facts."""


def speech_figures(measured: Iterable[Measured]) -> dict[str, Figure]:
    """``measure()`` of each of our recordings: one figure a rate and recording."""
    found: dict[str, Figure] = {}
    for one in measured:
        for rate in RATES:
            counts = rate.counts(one) if rate.key in HEARD else None
            if counts is not None:
                count, total = round(counts[0], 3), round(counts[1], 3)
                side = {"wrong": count} if rate.lower_is_better else {"right": count}
                found[f"{one.id} {rate.key}"] = Figure(of=total, tolerance=HEARD[rate.key], **side)
        if one.note is not None:
            sections = one.note.documented + one.note.not_discussed + one.note.failed
            found[f"{one.id} sections failed"] = Figure(wrong=one.note.failed, of=sections)
    return found


def note_figures(
    notes: Iterable[tuple[str, str, Summary, str]], tolerance: float = 0.0
) -> dict[str, Figure]:
    """Findings with polarity, drugs and numbers of notes against right ones, pooled by name.

    Args: (name of the pool, language, what we wrote, the right note as text).
    """
    pools: dict[str, list[Agreement]] = {}
    for name, language, summary, right in notes:
        ours = content("\n".join(s.text for s in summary.statements()), language).facts
        pools.setdefault(name, []).append(compared(ours, content(right, language).facts))
    found: dict[str, Figure] = {}
    for name, agreements in pools.items():
        found |= agreement_figures(name, pooled_agreement(agreements), tolerance)
    return found


def agreement_figures(name: str, found: Agreement, tolerance: float = 0.0) -> dict[str, Figure]:
    """Recall and precision; either is left out where it is counted over nothing."""
    sides = {
        f"{name} found": (found.right, found.right + found.missed),
        f"{name} right of those written": (found.right, found.right + found.invented),
    }
    return {
        key: Figure(right=right, of=total, tolerance=tolerance)
        for key, (right, total) in sides.items()
        if total
    }


def mutation_figures(found: Detection) -> dict[str, Figure]:
    """Mutants caught, by kind and language; untouched statements that were refused."""
    caught = {
        f"{kind.value} {language}": Figure(right=count.caught, of=count.made)
        for (kind, language), count in found.kinds.items()
        if count.made
    }
    alarms = {
        f"false alarms {language}": Figure(wrong=sum(found.alarms[language].values()), of=good)
        for language, good in found.good.items()
        if good
    }
    return caught | alarms


def alarm_figures(report: AlarmReport) -> dict[str, Figure]:
    """What was planted in records and found; patients with an alarm for which nothing was."""
    figures: dict[str, Figure] = {}
    for one in report.groups:
        name = f"{one.group} {one.wordings}"
        if one.planted:
            figures[f"{name} found"] = Figure(right=one.found, of=one.planted)
            checked = Figure(right=one.found + one.to_check, of=one.planted)
            figures[f"{name} found or to check"] = checked
        figures[f"{name} other notes to check"] = Figure(wrong=one.other_checks, of=one.patients)
        figures[f"{name} other alarms"] = Figure(wrong=one.alarmed, of=one.patients)
    return figures


def phrase_figures(name: str, wrong: Sequence[object], total: int) -> dict[str, Figure]:
    """Phrases or facts of a list of ours that are not read as they are meant."""
    return {name: Figure(right=total - len(wrong), of=total)}
