"""Figures of one evaluation: for each recording, pooled by language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field

from consultation.provenance import ModelUse, Step
from consultation.wire import Record
from evaluation.attribution import pooled_roles
from evaluation.der import pooled_time
from evaluation.drugs import DrugCounts, pooled_found
from evaluation.energy import Energy
from evaluation.figures import Figures, GapCounts
from evaluation.intervals import Interval, interval
from evaluation.notes import pooled_notes
from evaluation.rates import RATES
from evaluation.wer import pooled


class Conditions(Record):
    """What the figures depend on."""

    version: str
    created: str
    profile: str
    settings_sha256: str
    vocabulary: bool
    """Whether each recording's expected words were given."""
    models: tuple[ModelUse, ...] = ()
    libraries: dict[str, str] = Field(default_factory=dict)
    machine: str
    peak_memory_mb: int | None = None
    """Of this process and of its largest child, together, at most."""
    energy: Energy | None = None
    """What the run drew, where the machine can tell."""


class RateInterval(Record):
    """Between what a pooled rate could lie, at 95 %, by drawing recordings again."""

    pool: str
    rate: str
    """``evaluation/rates.py`` lists them."""
    interval: Interval


class Report(Record):
    """Figures of all recordings of a manifest."""

    schema_version: str = "1"
    conditions: Conditions
    recordings: tuple[Figures, ...]
    pools: tuple[Figures, ...]
    """One for each language with several recordings, then one for all languages."""
    intervals: tuple[RateInterval, ...] = ()
    """Of the pools of three recordings or more."""


def report(conditions: Conditions, recordings: Iterable[Figures]) -> Report:
    """The figures and their pools."""
    figures = tuple(recordings)
    measured = [one for one in figures if one.error is None]
    languages = sorted({one.language for one in measured})
    groups = [
        (f"all {language}", language, [one for one in measured if one.language == language])
        for language in languages
    ]
    if len(languages) > 1:
        groups.append(("all", "-", measured))
    several = [group for group in groups if len(group[2]) > 1]
    return Report(
        conditions=conditions,
        recordings=figures,
        pools=tuple(pool(name, language, of_it) for name, language, of_it in several),
        intervals=tuple(found for name, _, of_it in several for found in _intervals(name, of_it)),
    )


def _intervals(name: str, figures: Sequence[Figures]) -> Iterable[RateInterval]:
    for rate in RATES:
        counts = [found for one in figures if (found := rate.counts(one)) is not None]
        between = interval(counts)
        if between is not None:
            yield RateInterval(pool=name, rate=rate.key, interval=between)


def pool(name: str, language: str, figures: Sequence[Figures]) -> Figures:
    """Errors of all over the words (or seconds) of all: a long recording counts for more."""
    jaccard = [f.jaccard for f in figures if f.jaccard is not None]
    counts = [abs(f.speaker_count_error) for f in figures if f.speaker_count_error is not None]
    gaps = [f.gaps for f in figures if f.gaps is not None]
    drugs = [f.drugs for f in figures if f.drugs is not None]
    exact = pooled_found(d.exact for d in drugs)
    by_sound = pooled_found(d.by_sound for d in drugs)
    return Figures(
        id=name,
        language=language,
        duration=sum(f.duration for f in figures),
        words=pooled(f.words for f in figures),
        characters=pooled(f.characters for f in figures),
        cp=pooled(f.cp for f in figures),
        tcp=pooled(f.tcp for f in figures),
        aligned_words=sum(f.aligned_words for f in figures),
        misattributed_words=sum(f.misattributed_words for f in figures),
        strict=pooled_time(f.strict for f in figures if f.strict),
        collar=pooled_time(f.collar for f in figures if f.collar),
        jaccard=sum(jaccard) / len(jaccard) if jaccard else None,
        speaker_count_error=sum(counts) / len(counts) if counts else None,
        roles=pooled_roles(f.roles for f in figures if f.roles),
        drugs=DrugCounts(exact=exact, by_sound=by_sound) if exact and by_sound else None,
        numbers=pooled_found(f.numbers for f in figures if f.numbers),
        gaps=GapCounts(gaps=sum(g.gaps for g in gaps), seconds=sum(g.seconds for g in gaps)),
        note=pooled_notes(f.note for f in figures if f.note),
        steps=_pooled_steps(figures),
    )


def _pooled_steps(figures: Sequence[Figures]) -> tuple[Step, ...]:
    audio: dict[str, float] = {}
    spent: dict[str, float] = {}
    for one in figures:
        for step in one.steps:
            spent[step.name] = spent.get(step.name, 0.0) + step.duration
            audio[step.name] = audio.get(step.name, 0.0) + one.duration
    return tuple(
        Step(
            name=name,
            duration=seconds,
            real_time_factor=round(seconds / audio[name], 4) if audio[name] else None,
        )
        for name, seconds in spent.items()
    )
