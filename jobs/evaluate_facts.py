"""Notes of published consultations against what is known of them; any engine, or written notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from consultation.errors import (
    AnamneseError,
    EngineError,
    EngineMissing,
    Interrupted,
    InvalidOption,
    UnreadableFile,
    WeightsError,
)
from consultation.summary import Summary
from consultation.topics import Topic
from evaluation.agreement import Agreement, compared, pooled_agreement
from evaluation.content import Content, content, content_said
from evaluation.corpora import aci_bench, mts_dialog, primock57
from evaluation.corpora.dialogue import Dialogue
from evaluation.facts import (
    Balance,
    Verdict,
    balance,
    checklist_recall,
    pooled_recall,
    section_concepts,
)
from evaluation.facts_report import FactsReport, FactsRow
from evaluation.written import Note, from_summary, from_text
from jobs.dialogue_transcript import as_transcript
from jobs.pipeline import Pipeline
from prompts import library
from summarize.grounding import Grounder
from summarize.grounds import ENOUGH
from summarize.units import units
from summarize.verify import Claim, verify
from summarize.verify import failed as first_failed

CORPORA = ("primock57", "aci-bench", "mts-dialog")
TEMPLATE = "history-and-physical"
"""Its sections have the finest topics."""


@dataclass(frozen=True)
class Consultation:
    """A dialogue and what its corpus knows of it."""

    dialogue: Dialogue
    reference: Note
    critical: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    part: str | None = None
    """The reference is this one section (MTS-Dialog's header)."""


Source = Callable[[Consultation], Note | None]
"""Where notes come from; None when there is none."""
Told = Callable[[str, AnamneseError], None]
"""Is told at once which consultation has no note, and why."""
ATTEMPTS = 3
"""At a note, when the engine goes away in the middle of it."""


def evaluate_facts(
    folder: Path,
    corpus: str,
    *,
    source: Source | None = None,
    limit: int | None = None,
    baselines: bool = True,
    told: Told = lambda _id, _error: None,
) -> FactsReport:
    """Measure notes; raises InvalidOption when the folder holds nothing of the corpus.

    Args:
        source: of notes to measure (``drafted`` or ``written``); None measures the baselines only.
        baselines: the reference itself, another consultation's reference, everything said.
    """
    listed = list(_read(folder, corpus))[:limit]
    if not listed:
        raise InvalidOption(f"the folder holds nothing of {corpus}; known are {', '.join(CORPORA)}")
    sources: dict[str, Source] = {}
    if baselines:
        if corpus == "primock57":
            sources["the clinician's own"] = lambda one: one.reference
        if len(listed) > 1:  # one alone has no other: its own reference would pass for chance
            others = listed[1:] + listed[:1]
            shifted = dict(zip((c.dialogue.id for c in listed), others, strict=True))
            sources["another consultation's"] = lambda one: shifted[one.dialogue.id].reference
    if source is not None:
        sources["measured"] = source
    rows = [_row(name, listed, one, told) for name, one in sources.items()]
    if baselines:
        rows.append(_everything_said(listed))
    return FactsReport(corpus=corpus, rows=tuple(rows), statements=_statements(folder, corpus))


def written(notes: Path) -> Source:
    """Notes in a folder: ``<id>/summary.json`` of ours, or ``<id>.txt`` with headings."""

    def read(one: Consultation) -> Note | None:
        summary, text = notes / one.dialogue.id / "summary.json", notes / f"{one.dialogue.id}.txt"
        try:
            if summary.is_file():
                return _note(Summary.model_validate_json(summary.read_bytes()))
            return from_text(text.read_text("utf-8-sig")) if text.is_file() else None
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            raise UnreadableFile(f"a note could not be read: {type(error).__name__}") from None

    return read


def drafted(
    pipeline: Pipeline,
    out: Path,
    *,
    template: str = TEMPLATE,
    started: Callable[[str], None] = lambda _: None,
) -> Source:
    """Notes by the pipeline's engine, kept in ``out / <id>``; a second run takes them up.

    An engine that goes away is tried again; a pipeline that keeps answers goes on where it stopped.
    """

    def write(one: Consultation) -> Note | None:
        started(one.dialogue.id)
        transcript, folder = as_transcript(one.dialogue), out / one.dialogue.id
        attempt = 1
        while True:
            try:
                return _note(pipeline.summarize(transcript, folder, template))
            except EngineError as error:
                if not error.retryable or attempt == ATTEMPTS:
                    raise
            attempt += 1

    return write


def judge(dialogue: Dialogue, statements: Sequence[primock57.Judged]) -> Iterator[Verdict]:
    """What our grounding and checks say of statements that clinicians judged."""
    found = units(as_transcript(dialogue))
    grounder = Grounder(found, dialogue.language)
    for statement in statements:
        grounds = grounder.ground(statement.text)
        fault = first_failed(
            verify(Claim(statement.text, grounds, tuple(Topic), dialogue.language))
        )
        yield Verdict(statement.correct, grounds.support, fault.rule if fault else None)


def _statements(folder: Path, corpus: str) -> Balance | None:
    if corpus != "primock57":
        return None
    verdicts = [
        verdict
        for one in primock57.consultations(folder)
        for verdict in judge(one.dialogue, one.judged)
    ]
    return balance(verdicts, ENOUGH) if verdicts else None


def _read(folder: Path, corpus: str) -> Iterator[Consultation]:
    if corpus == "primock57":
        for one in primock57.consultations(folder):
            items = [item for checklist in one.checklists for item in checklist]
            if items:
                yield Consultation(
                    one.dialogue,
                    from_text(one.note),
                    tuple(item.text for item in items if item.critical),
                    tuple(item.text for item in items),
                )
    elif corpus == "aci-bench":
        for visit in aci_bench.visits(folder, "valid"):
            yield Consultation(visit.dialogue, from_text(visit.note))
    elif corpus == "mts-dialog":
        for excerpt in mts_dialog.excerpts(folder, "ValidationSet"):
            if excerpt.dialogue is not None:
                note = Note(((frozenset(), excerpt.section),))
                yield Consultation(excerpt.dialogue, note, part=excerpt.header)


def _row(name: str, listed: Sequence[Consultation], source: Source, told: Told) -> FactsRow:
    notes: list[tuple[Consultation, Note]] = []
    failed: dict[str, str] = {}
    for one in listed:
        try:
            note = source(one)
        except (EngineMissing, WeightsError, Interrupted):
            raise
        except AnamneseError as error:
            failed[one.dialogue.id] = error.code
            told(one.dialogue.id, error)
            continue
        if note is None:
            failed[one.dialogue.id] = "no_note"
        else:
            notes.append((one, note))
    critical = [checklist_recall(c.critical, _content(c, n), _language(c)) for c, n in notes]
    every = [checklist_recall(c.items, _content(c, n), _language(c)) for c, n in notes]
    checked = any(one.items for one in listed)
    return FactsRow(
        notes=name,
        consultations=len(notes),
        failed=dict(sorted(Counter(failed.values()).items())),
        without_note=failed,
        critical=pooled_recall(critical) if checked else None,
        all_items=pooled_recall(every) if checked else None,
        concepts={} if checked else _concepts(notes),
        kept=sum(note.kept for _, note in notes),
        refused=sum(note.refused for _, note in notes),
    )


def _concepts(notes: Sequence[tuple[Consultation, Note]]) -> dict[str, Agreement]:
    found: dict[str, list[Agreement]] = {}
    for one, note in notes:
        for name, agreement in _compared(one, note).items():
            found.setdefault(name, []).append(agreement)
    return {name: pooled_agreement(all_) for name, all_ in sorted(found.items())}


def _compared(one: Consultation, note: Note) -> dict[str, Agreement]:
    if one.part is None:
        return dict(section_concepts(note, one.reference, _language(one)))
    agreement = compared(
        content(note.text, _language(one)).concepts,
        content(one.reference.text, _language(one)).concepts,
    )
    return {one.part: agreement, "all sections": agreement}


def _everything_said(listed: Sequence[Consultation]) -> FactsRow:
    """The dialogue itself as the note: it holds everything, and is no note."""
    said = [(one, content_said(one.dialogue.lines, _language(one))) for one in listed]
    checked = any(one.items for one in listed)
    whole = [
        compared(s.concepts, content(c.reference.text, _language(c)).concepts) for c, s in said
    ]
    return FactsRow(
        notes="everything said",
        consultations=len(listed),
        critical=pooled_recall(checklist_recall(c.critical, s, _language(c)) for c, s in said)
        if checked
        else None,
        all_items=pooled_recall(checklist_recall(c.items, s, _language(c)) for c, s in said)
        if checked
        else None,
        concepts={} if checked else {"whole note": pooled_agreement(whole)},
    )


def _note(summary: Summary) -> Note:
    sections = library.template(summary.language, summary.template).sections
    return from_summary(summary, {section.key: section.topics for section in sections})


def _content(one: Consultation, note: Note) -> Content:
    return content(note.text, _language(one))


def _language(one: Consultation) -> str:
    return one.dialogue.language
