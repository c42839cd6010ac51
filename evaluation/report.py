"""Figures of one evaluation: for each recording, pooled by language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field

from consultation.provenance import ModelUse, Step
from consultation.wire import Record, Seconds, ms
from evaluation.attribution import RoleCounts, pooled_roles
from evaluation.der import DiarizationErrors, SpeakerTime, pooled_time
from evaluation.drugs import DrugCounts, Found, pooled_found
from evaluation.notes import NoteCounts, pooled_notes
from evaluation.wer import Errors, pooled


class GapCounts(Record):
    """Speech that the transcript says it has no words for."""

    gaps: int
    seconds: float


class Figures(Record):
    """One recording, or several pooled; None where there is no reference for a measure."""

    id: str
    language: str
    """Of the reference."""
    error: str | None = None
    """Code of the error that stopped it; then there is nothing else."""
    detected: str | None = None
    """The language that was detected; None in a pool."""
    duration: Seconds = ms("duration", default=0.0)
    words: Errors | None = None
    characters: Errors | None = None
    cp: Errors | None = None
    tcp: Errors | None = None
    aligned_words: int = 0
    misattributed_words: int = 0
    speakers: DiarizationErrors | None = None
    """None in a pool, where ``strict`` and ``collar`` say as much."""
    strict: SpeakerTime | None = None
    collar: SpeakerTime | None = None
    jaccard: float | None = None
    """Mean over recordings in a pool."""
    speaker_count_error: float | None = None
    """Speakers too many; the mean of absolute values in a pool."""
    roles: RoleCounts | None = None
    drugs: DrugCounts | None = None
    numbers: Found | None = None
    gaps: GapCounts | None = None
    note: NoteCounts | None = None
    steps: tuple[Step, ...] = ()


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


class Report(Record):
    """Figures of all recordings of a manifest."""

    schema_version: str = "1"
    conditions: Conditions
    recordings: tuple[Figures, ...]
    pools: tuple[Figures, ...]
    """One for each language with several recordings, then one for all languages."""


def report(conditions: Conditions, recordings: Iterable[Figures]) -> Report:
    """The figures and their pools."""
    figures = tuple(recordings)
    measured = [one for one in figures if one.error is None]
    languages = sorted({one.language for one in measured})
    pools = []
    for language in languages:
        of_it = [one for one in measured if one.language == language]
        if len(of_it) > 1:
            pools.append(pool(f"all {language}", language, of_it))
    if len(languages) > 1:
        pools.append(pool("all", "-", measured))
    return Report(conditions=conditions, recordings=figures, pools=tuple(pools))


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
