"""A patient's documents → one synthesis: map each, reduce, verify every line, lay out.

Pure: no file, no database, no clock but ``provenance.created``; what was read is kept by the
caller's ``MapCache``. A language model is optional (``model=None``: rules alone) and only ever adds
the lines of ``overview``, which code verifies like all others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from clinical.lexicon_digest import lexicons_sha256
from clinical.memory import forget
from consultation.documents import PatientRecord
from consultation.engines import LanguageModel, Progress, no_progress
from consultation.errors import UnsupportedLanguage
from consultation.provenance import Provenance, Quality, StepClock, provenance
from consultation.settings import Settings
from consultation.summary import Polarity
from consultation.synthesis import (
    DocumentEntry,
    Synthesis,
    SynthesisLine,
    SynthesisSection,
    UnsupportedLine,
)
from prompts.library import LANGUAGES
from prompts.syntheses import (
    DEFAULT,
    SynthesisSectionTemplate,
    SynthesisTemplate,
    synthesis_digest,
    synthesis_template,
)
from summarize.oncology_lines import marker_results, oncology, oncology_lines, tumour_conflicts
from summarize.overview import overview
from summarize.record_facts.map import MapCache, MemoryCache, cached_facts, map_key, rules_sha256
from summarize.reduce.checks import check, failed, is_verbatim
from summarize.reduce.cited import Cited
from summarize.reduce.patient import reduce
from summarize.reduce.phrases import NOTICES
from summarize.reduce.plain import plain
from summarize.reduce.telling import Reduced, add_conflicts

FORGET_EVERY = 25
"""Documents between two emptyings of what readers remember: memory does not grow with the "
"record."""


def synthesize(
    record: PatientRecord,
    model: LanguageModel | None,
    settings: Settings,
    *,
    template: str = DEFAULT,
    as_of: str | None = None,
    cache: MapCache | None = None,
    keys: Mapping[str, str] | None = None,
    progress: Progress = no_progress,
) -> Synthesis:
    """The synthesis of a record, the same whatever the order of its documents.

    ``keys``: the ``map_key`` of each document, by its id, where the caller has them.

    ``as_of``: the day that ages count to, ISO 8601; the date of the latest document if not given.

    To get a diff between two versions a caller keeps the ``Synthesis`` (its lines have stable ids,
    its ``record_sha256`` tells whether the documents changed at all) and gives the old and the
    new one to ``summarize.changes.changes``. To read only what changed he keeps what ``cache`` was
    given: the key of an entry holds the document's digest and that of every rule, so that an entry
    is never wrong, only unused. Both hold clinical text: they are stored as notes are.

    Raises UnknownTemplate, UnsupportedLanguage; EngineUnavailable (retryable) with a model.
    """
    if record.language not in LANGUAGES:
        raise UnsupportedLanguage(f"no synthesis is written in {record.language!r}")
    chosen = synthesis_template(record.language, template)
    try:
        return _synthesize(
            record,
            model,
            settings,
            chosen,
            as_of,
            cache if cache is not None else MemoryCache(),
            keys if keys is not None else {one.id: map_key(one) for one in record.documents},
            progress,
        )
    finally:
        forget()


def uses_model(model: LanguageModel | None, settings: Settings) -> bool:
    """Whether ``model`` is asked."""
    return model is not None and wants_model(settings)


def wants_model(settings: Settings) -> bool:
    """Rules alone in the embedded profile, unless a strategy that asks a model was chosen."""
    if settings.summary_strategy == "rules":
        return False
    return settings.summary_strategy != "auto" or settings.profile != "embedded"


def record_sha256(record: PatientRecord) -> str:
    """Of the digests, dates and readings of all documents, in no order."""
    parts = sorted(
        f"{one.sha256} {one.date} {one.kind.value} {one.language}" for one in record.documents
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _synthesize(
    record: PatientRecord,
    model: LanguageModel | None,
    settings: Settings,
    chosen: SynthesisTemplate,
    as_of: str | None,
    cache: MapCache,
    keys: Mapping[str, str],
    progress: Progress,
) -> Synthesis:
    clock = StepClock()
    day = as_of or max((d.date for d in record.documents if d.date), default="1900-01-01")
    with clock.step("map"):
        cited = list(_map(record, keys, cache, progress))
        history = oncology(record, cache, keys)
    with clock.step("reduce"):
        reduced = reduce(cited, day, record.language, record.documents)
        told = oncology_lines(history, day, record.language)
        add_conflicts(reduced, told, tumour_conflicts(history), record.language)
    results = (*reduced.results, *marker_results(history.series, day, record.language))
    writer = _Writer(record, chosen, reduced, bool(results))
    sections = tuple(writer.section(section) for section in chosen.sections)
    prompts = synthesis_digest(record.language, chosen.name)
    asked = model is not None and uses_model(model, settings)
    if model is not None and asked and any("overview" in s.shows for s in chosen.sections):
        with clock.step("overview"):
            sum_up = overview(sections, model, record.language, settings.seed, cache)
        reduced.lines["overview"] = list(sum_up.lines)
        writer.unsupported += sum_up.unsupported
        prompts |= sum_up.prompts
        sections = tuple(
            writer.section(template) if "overview" in template.shows else section
            for template, section in zip(chosen.sections, sections, strict=True)
        )
    return Synthesis(
        template=chosen.name,
        language=record.language,
        title=chosen.title,
        loinc=chosen.loinc,
        as_of=day,
        for_patient=chosen.plain,
        sections=sections,
        conflicts=tuple(reduced.conflicts),
        stale=tuple(reduced.stale),
        timeline=reduced.timeline,
        results=results,
        questions=tuple(reduced.questions),
        oncology=history,
        unsupported=tuple(writer.unsupported),
        documents=tuple(
            DocumentEntry(
                id=d.id, title=d.title or d.file, file=d.file, kind=d.kind, date=d.date,
                pages=d.pages, sha256=d.sha256, warnings=d.warnings,
            )
            for d in sorted(record.documents, key=lambda d: (d.date or "", d.sha256))
        ),
        refused=record.refused,
        record_sha256=record_sha256(record),
        provenance=_made(
            language=record.language,
            quality=settings.summary_quality if asked else Quality.rules,
            settings_sha256=settings.digest("summary"),
            input_sha256=record_sha256(record),
            models=model.models() if model is not None and asked else (),
            prompts=prompts,
            lexicons={"all": lexicons_sha256(), "rules": rules_sha256()},
            seed=settings.seed if asked else None,
            steps=tuple(clock.steps),
        ),
    )  # fmt: skip


def _made(**made: Any) -> Provenance:
    """With the notice of a synthesis where no model took part."""
    found = provenance(**made)
    if found.quality is not Quality.rules:
        return found
    return found.model_copy(update={"notice": NOTICES[made["language"]]})


def _map(
    record: PatientRecord, keys: Mapping[str, str], cache: MapCache, progress: Progress
) -> Iterator[Cited]:
    total = len(record.documents)
    for number, document in enumerate(record.documents, 1):
        paragraphs = {one.id: one for one in document.paragraphs}
        for fact in cached_facts(document, cache, keys[document.id]):
            yield Cited(fact, document, paragraphs[fact.anchor])
        progress("map", number, total)
        if number % FORGET_EVERY == 0:
            forget()


class _Writer:
    """Lays lines out section by section; what fails its checks goes to ``unsupported``."""

    def __init__(
        self,
        record: PatientRecord,
        template: SynthesisTemplate,
        reduced: Reduced,
        measured: bool,
    ) -> None:
        self.record = record
        self.template = template
        self.measured = measured
        """Whether there is a table of results."""
        self.reduced = reduced
        self.unsupported: list[UnsupportedLine] = []
        self._languages = {one.id: one.language for one in record.documents}
        self._checked: dict[str, SynthesisLine | None] = {}

    def section(self, section: SynthesisSectionTemplate) -> SynthesisSection:
        lines: list[SynthesisLine] = []
        for shown in section.shows:
            for line in self.reduced.lines.get(shown, ()):
                if len(lines) == section.most:
                    break
                kept = self._verified(line, section.key)
                if kept is not None:
                    lines.append(kept)
        withheld = False
        if self.template.plain:
            told = [one for one in lines if not _uncertain(one)]
            withheld = bool(lines) and not told
            lines = told
            lines = [
                one.model_copy(
                    update={"text": section.before + plain(one.text, self.template.language)}
                )
                for one in lines
                if not {"stale", "to_check"} & set(one.flags)
            ]
        shown = section.shows[0]
        full = shown in ("timeline", "questions") or (shown == "results" and self.measured)
        return SynthesisSection(
            key=section.key,
            heading=section.heading,
            loinc=section.loinc,
            placeholder=self._placeholder(section, withheld) if not lines and not full else None,
            lines=tuple(lines),
        )

    def _placeholder(self, section: SynthesisSectionTemplate, withheld: bool) -> str | None:
        if withheld:
            return self.template.withheld or None
        if section.shows == ("by_hand",) and self.template.by_hand:
            return self.template.by_hand
        return self.template.not_recorded if section.required else None

    def _verified(self, line: SynthesisLine, section: str) -> SynthesisLine | None:
        if line.id in self._checked:
            return self._checked[line.id]
        language = self._languages.get(line.evidence[0].source, self.record.language)
        checks = check(
            line.text, line.evidence, language, is_verbatim(self.record, line.evidence),
            line.experiencer,
        )  # fmt: skip
        fault = failed(checks)
        kept = None if fault else line.model_copy(update={"checks": (*line.checks, *checks)})
        if fault:
            self.unsupported.append(
                UnsupportedLine(
                    section=section, text=line.text, reason=fault.rule, detail=fault.detail
                )
            )
        self._checked[line.id] = kept
        return kept


def _uncertain(line: SynthesisLine) -> bool:
    """What nobody is sure of is told a patient by a person: a suspicion reads as a diagnosis."""
    return "uncertain" in line.flags or line.polarity is Polarity.uncertain
