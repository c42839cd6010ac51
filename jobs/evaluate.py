"""Run the flow over the recordings of a manifest, and measure the results."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from pydantic import ValidationError

from consultation.engines import Progress, no_progress
from consultation.errors import (
    AnamneseError,
    EngineMissing,
    Interrupted,
    InvalidOption,
    UnreadableFile,
    WeightsError,
)
from consultation.provenance import ModelUse, libraries
from consultation.settings import Settings
from consultation.signoff import NoteVersion
from evaluation.energy import Cost, Costs, Energy, cost
from evaluation.figures import Figures
from evaluation.manifest import Entry, load_reference
from evaluation.measure import measure
from evaluation.report import Conditions, Report, report
from evaluation.review import Review, review
from jobs.energy import EnergyMeter
from jobs.pipeline import Pipeline
from transcribe.pipeline import TranscribeOptions


def evaluate(
    entries: tuple[Entry, ...],
    settings: Settings,
    out: Path,
    *,
    vocabulary: bool = False,
    notes: bool = False,
    watts_per_core: float | None = None,
    started: Callable[[str], None] = lambda _: None,
    progress: Progress = no_progress,
) -> Report:
    """Measure each entry; its results are kept in ``out / entry.id``.

    A recording that fails is named in the report with its error's code. Raises EngineMissing or
    WeightsError, which would fail all of them.

    Args:
        vocabulary: give each recording the words of its entry. Entries list words that are said:
            the figures are the best that a vocabulary can do.
        notes: also write and count notes; much slower.
        watts_per_core: for an estimate of energy, where the machine has no counters to read.
        started: told each entry's id.
    """
    figures: list[Figures] = []
    models: dict[str, ModelUse] = {}
    meter = EnergyMeter(watts_per_core)
    with Pipeline(settings, TranscribeOptions(), progress) as pipeline:
        for entry in entries:
            started(entry.id)
            words = entry.vocabulary if vocabulary else ()
            pipeline.options = TranscribeOptions(vocabulary=words)
            try:
                one, used = _one(pipeline, entry, out / entry.id, notes=notes)
            except (EngineMissing, WeightsError, Interrupted):
                raise
            except AnamneseError as error:
                figures.append(Figures(id=entry.id, language=entry.language, error=error.code))
                continue
            figures.append(one)
            models |= {model.name: model for model in used}
        energy = meter.read()
    return report(_conditions(settings, vocabulary, tuple(models.values()), energy), figures)


def cost_of(report: Report, costs: Costs) -> Cost | None:
    """Of the steps that the recordings took; loading the models is left out, as a service loads
    them once."""
    measured = [one for one in report.recordings if one.error is None]
    return cost(
        recordings=len(measured),
        audio=sum(one.duration for one in measured),
        elapsed=sum(step.duration for one in measured for step in one.steps),
        energy=report.conditions.energy,
        costs=costs,
    )


def read_report(path: Path) -> Report:
    """A report.json of ours. Raises UnreadableFile or InvalidOption."""
    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UnreadableFile(f"the report could not be read: {error.strerror}") from None
    except ValidationError:
        raise InvalidOption("not a report of this version: evaluate again") from None


def read_reviews(folder: Path) -> tuple[Review, ...]:
    """What was changed in the signed notes of a folder; other files of it are left alone."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            version = NoteVersion.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
        if (one := review(version)) is not None:
            found.append(one)
    return tuple(found)


def _one(
    pipeline: Pipeline, entry: Entry, folder: Path, *, notes: bool
) -> tuple[Figures, tuple[ModelUse, ...]]:
    reference = load_reference(entry)
    transcript = pipeline.transcribe(entry.audio, folder)
    summary = pipeline.summarize(transcript, folder) if notes else None
    models = transcript.provenance.models + (summary.provenance.models if summary else ())
    return measure(entry.id, reference, transcript, summary), models


def _conditions(
    settings: Settings, vocabulary: bool, models: tuple[ModelUse, ...], energy: Energy | None
) -> Conditions:
    memory = psutil.virtual_memory().total / 2**30
    return Conditions(
        version=version("anamnese"),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        profile=settings.profile,
        settings_sha256=settings.digest("transcript"),
        vocabulary=vocabulary,
        models=models,
        libraries=libraries(),
        machine=f"{os.cpu_count()} {platform.machine()} cores, {memory:.0f} GB",
        peak_memory_mb=_peak_memory_mb(),
        energy=energy,
    )


def _peak_memory_mb() -> int:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # Linux counts kilobytes, macOS bytes.
    return int((own + children) / (1024 * 1024 if platform.system() == "Darwin" else 1024))
