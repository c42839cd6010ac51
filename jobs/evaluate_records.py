"""Synthetic patients through reading and synthesis: what was planted must be found."""

from __future__ import annotations

from collections.abc import Iterator

from consultation.engines import Progress, no_progress
from consultation.settings import Settings
from consultation.synthesis import Synthesis
from evaluation.alarms import AlarmFigures, AlarmReport, measured
from evaluation.planted.patients import Patient, Wording, patients
from records.read import read_record
from summarize.synthesis import synthesize

_GROUPS = ("contradictions", "stale", "controls")


def evaluate_records(
    settings: Settings,
    *,
    count: int = 100,
    seed: int = 0,
    wordings: tuple[Wording, ...] = ("tuned", "held_out", "fresh", "unseen", "blind", "blind2"),
    progress: Progress = no_progress,
) -> AlarmReport:
    """``count`` patients a group and kind of wording; rules alone, the whole way from the files."""
    groups: list[AlarmFigures] = []
    for name in _GROUPS:
        for worded in wordings if name != "controls" else wordings[:1]:
            if worded in ("unseen", "blind", "blind2") and name != "stale":
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
