"""Transcript → Summary: a model or rules draft, then code grounds and verifies each statement."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from clinical.lexicon_digest import lexicons_sha256
from clinical.memory import forget
from consultation.engines import LanguageModel, Progress, no_progress
from consultation.errors import UnsupportedLanguage
from consultation.provenance import StepClock, provenance
from consultation.settings import Settings
from consultation.summary import (
    Summary,
    without_times,
)
from consultation.transcript import Transcript
from prompts import library
from summarize import by_rules, exchanges, judge, sections
from summarize.asking import Usage
from summarize.contradictions import contradictions
from summarize.tables import tables
from summarize.undocumented import undocumented
from summarize.units import Unit, units
from summarize.writer import Writer


def summarize(
    transcript: Transcript,
    model: LanguageModel,
    settings: Settings,
    *,
    template: str | None = None,
    progress: Progress = no_progress,
) -> Summary:
    """The note of a consultation.

    Raises UnknownTemplate, UnsupportedLanguage, EngineUnavailable (retryable), ContextOverflow.
    What a model answers badly is not an error: the section says so.
    """
    language = transcript.language
    if language not in library.LANGUAGES:
        raise UnsupportedLanguage(f"no notes are written in {language!r}")
    try:
        return _summarize(transcript, model, settings, language, template, progress)
    finally:
        forget()


def _summarize(
    transcript: Transcript,
    model: LanguageModel,
    settings: Settings,
    language: str,
    template: str | None,
    progress: Progress,
) -> Summary:
    chosen = library.template(language, template or library.default_template(language))
    clock, usage = StepClock(), Usage()
    found = units(transcript)
    writer = Writer(found, chosen)
    with clock.step("summarise"):
        if settings.strategy == "exchanges":
            _by_exchange(writer, found, model, settings.seed, usage, progress)
            used: tuple[str, ...] = exchanges.PROMPTS
        elif settings.strategy == "rules":
            for filed in by_rules.file_by_rules(found, language, progress=progress):
                writer.file(filed)
            used = by_rules.PROMPTS
        else:
            _by_section(writer, found, model, settings.seed, usage, progress)
            used = sections.PROMPTS
        written = tuple(writer.section(section) for section in chosen.sections)
        if settings.judge:
            written = judge.judged(
                written, language, model, seed=settings.seed, usage=usage, progress=progress
            )
            used = (*used, *judge.PROMPTS)
    step = clock.steps[-1].model_copy(
        update={
            "prompt_tokens": usage.prompt,
            "cached_tokens": usage.cached,
            "completion_tokens": usage.completion,
        }
    )
    read = tables(found, writer.grounder)
    summary = Summary(
        template=chosen.name,
        language=language,
        title=chosen.title,
        sections=written,
        unsupported=(*writer.unsupported, *read.unsupported),
        undocumented=undocumented(
            writer.grounder, [s for section in written for s in section.statements]
        ),
        contradictions=contradictions(found, language),
        treatments=read.treatments,
        measurements=read.measurements,
        transcript_sha256=transcript.sha256(),
        provenance=provenance(
            language=language,
            quality=settings.summary_quality,
            settings_sha256=summary_digest(settings),
            input_sha256=transcript.provenance.input_sha256,
            models=(*transcript.provenance.models, *model.models()),
            prompts=library.digests(language, f"{chosen.name}.toml", *used),
            seed=settings.seed,
            steps=(*transcript.provenance.steps, step),
        ),
    )
    return summary if transcript.timed else without_times(summary)


def summary_digest(settings: Settings) -> str:
    """sha256 of the settings and lexicons that change a note."""
    together = settings.digest("summary") + lexicons_sha256()
    return hashlib.sha256(together.encode()).hexdigest()


def _by_section(
    writer: Writer,
    found: Sequence[Unit],
    model: LanguageModel,
    seed: int,
    usage: Usage,
    progress: Progress,
) -> None:
    for written in sections.write_sections(
        found, writer.template, model, seed=seed, usage=usage, progress=progress
    ):
        for draft in written.drafts:
            writer.add(written.section, written.section.topics, draft)
        if written.problem:
            writer.problems[written.section.key] = written.problem


def _by_exchange(
    writer: Writer,
    found: Sequence[Unit],
    model: LanguageModel,
    seed: int,
    usage: Usage,
    progress: Progress,
) -> None:
    for filed in exchanges.file_exchanges(
        found,
        writer.template.language,
        model,
        seed=seed,
        usage=usage,
        progress=progress,
    ):
        writer.file(filed)
