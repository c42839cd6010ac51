"""Synthetic patients through reading and synthesis: what was planted must be found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from consultation.engines import Progress, no_progress
from consultation.settings import Settings
from consultation.synthesis import Synthesis
from evaluation.alarms import AlarmFigures, AlarmReport, measured
from evaluation.planted.patients import Patient, Wording, patients
from records.read import read_record
from summarize.synthesis import synthesize

_GROUPS = ("contradictions", "stale", "controls")
_WORDED: dict[str, tuple[Wording, ...]] = {
    "contradictions": ("tuned", "held_out", "fresh"),
    "stale": get_args(Wording),
    "controls": ("tuned", "blind3"),
}


def evaluate_records(
    settings: Settings,
    *,
    count: int = 100,
    seed: int = 0,
    wordings: tuple[Wording, ...] = get_args(Wording),
    progress: Progress = no_progress,
) -> AlarmReport:
    """``count`` patients a group and kind of wording; rules alone, the whole way from the files."""
    groups: list[AlarmFigures] = []
    for name in _GROUPS:
        for worded in wordings:
            if worded not in _WORDED[name]:
                continue
            chosen = patients(name, count, seed=seed, wordings=worded)  # type: ignore[arg-type]
            groups.append(measured(name, worded, _made(chosen, settings, name, progress)))
    return AlarmReport(seed=seed, groups=tuple(groups))


def _made(
    chosen: tuple[Patient, ...], settings: Settings, name: str, progress: Progress
) -> Iterator[tuple[Patient, Synthesis]]:
    for number, patient in enumerate(chosen, 1):
        record = read_record(patient.documents, language=patient.language)
        yield patient, synthesize(record, None, settings)
        progress(name, number, len(chosen))
