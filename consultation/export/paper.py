"""A note as a printed document has it, whatever file it becomes: lines, sections, tables, sources.

Every text is clean (``safe.line``): one line, no control characters.
"""

from __future__ import annotations

from dataclasses import dataclass

from consultation.evidence import Evidence
from consultation.export.context import DocumentContext
from consultation.export.labels import clock, speaker_labels
from consultation.export.origin import note_banner, note_notice
from consultation.export.safe import line
from consultation.export.tables import measurement_table, treatment_table
from consultation.export.text import doubts, fact_name
from consultation.export.wording import Wording, day, day_and_time, here, wording
from consultation.signoff import NoteVersion
from consultation.summary import Section, SectionState, Statement, Summary
from consultation.transcript import Transcript


@dataclass(frozen=True)
class PaperStatement:
    text: str
    sources: tuple[int, ...]
    """Numbers in ``Paper.sources``."""
    remark: str
    """Small, behind it: what to check in a draft, what a person wrote."""


@dataclass(frozen=True)
class PaperSection:
    heading: str
    statements: tuple[PaperStatement, ...]
    empty: str
    """Instead of statements: "not discussed"."""


@dataclass(frozen=True)
class PaperTable:
    heading: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """A column that no row fills is left out."""

    @property
    def shares(self) -> tuple[float, ...]:
        """Of the width, a column: after its longest word and, less, its longest cell."""
        wants = []
        for k, head in enumerate(self.heads):
            cells = [head, *(row[k] for row in self.rows)]
            word = max((len(word) for cell in cells for word in cell.split()), default=1)
            wants.append(word + 1.5 + 0.35 * max(map(len, cells)) ** 0.8)
        return tuple(want / sum(wants) for want in wants)


@dataclass(frozen=True)
class Source:
    number: int
    where: str
    """Time and segment, such as ``1:07``."""
    who: str
    quote: str


@dataclass(frozen=True)
class Paper:
    language: str
    title: str
    words: Wording
    letterhead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """Patient, birth, identifiers, date: label and value."""
    banner: str
    """On every page of a draft; empty when signed."""
    notice: str
    sections: tuple[PaperSection, ...]
    tables: tuple[PaperTable, ...]
    to_review: tuple[str, ...]
    """In a draft: said and in no statement, the gravest first."""
    sources: tuple[Source, ...]
    signature: tuple[str, ...]
    made: str
    footer: str
    author: str
    created: str
    """ISO 8601."""


def paper(version: NoteVersion, transcript: Transcript, context: DocumentContext) -> Paper:
    note = version.note
    words = wording(note.language)
    sources = _Sources(transcript, note.language)
    signed = version.signed
    sections = tuple(
        _section(section, version, words, sources, signed=signed)
        for section in note.sections
        if section.statements
        or section.state is not SectionState.not_discussed
        or section.placeholder is not None
    )
    models = ", ".join(f"{m.name} ({m.engine})" for m in note.provenance.models)
    return Paper(
        language=note.language,
        title=line(note.title),
        words=words,
        letterhead=tuple(line(one) for one in context.head),
        facts=_facts(context, words, note.language),
        banner=note_banner(version),
        notice=note_notice(version),
        sections=sections,
        tables=tuple(_tables(note)),
        to_review=() if signed else tuple(_to_review(version)),
        sources=tuple(sources.found),
        signature=_signature(version, context, words, note.language),
        made=line(f"{words.models}{words.colon}{models}"),
        footer=line(context.footer or ""),
        author=line(version.signature.name if signed and version.signature else ""),
        created=context.timestamp,
    )


class _Sources:
    """Quotes by number, in the order in which the note cites them; each once."""

    def __init__(self, transcript: Transcript, language: str) -> None:
        self.found: list[Source] = []
        self._labels = speaker_labels(transcript)
        self._numbers: dict[tuple[str, str, int, int], int] = {}
        self._french = language == "fr"

    def numbers(self, evidence: tuple[Evidence, ...]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self._number(one) for one in evidence))

    def _number(self, one: Evidence) -> int:
        place = (one.source, one.anchor, one.quote_start, one.quote_end)
        if place not in self._numbers:
            self._numbers[place] = number = len(self.found) + 1
            who = self._labels.get(one.speaker or "", one.role.value if one.role else "")
            where = clock(one.start) if one.start is not None else one.anchor
            quote = line(one.quote)
            quoted = f"« {quote} »" if self._french else f"“{quote}”"
            self.found.append(Source(number, where, line(who), quoted))
        return self._numbers[place]


def _section(
    section: Section,
    version: NoteVersion,
    words: Wording,
    sources: _Sources,
    *,
    signed: bool,
) -> PaperSection:
    if section.statements:
        empty = ""
    elif section.state is SectionState.failed:
        empty = words.failed
    else:
        empty = section.placeholder or words.not_discussed
    return PaperSection(
        heading=line(section.heading),
        statements=tuple(
            _statement(one, version, words, sources, signed=signed) for one in section.statements
        ),
        empty=line(empty),
    )


def _statement(
    statement: Statement,
    version: NoteVersion,
    words: Wording,
    sources: _Sources,
    *,
    signed: bool,
) -> PaperStatement:
    remarks = []
    edits = [edit.kind for edit in version.edits if edit.statement == statement.id]
    if not statement.evidence:
        remarks.append(words.own_words)
    elif "edit" in edits and edits[-1] != "restore":
        remarks.append(words.edited)
    if not signed:
        remarks.append(doubts(statement.warnings, version.note.language))
    return PaperStatement(
        text=line(statement.text) or "\ufffd",
        sources=sources.numbers(statement.evidence),
        remark=" · ".join(filter(None, remarks)),
    )


def _facts(context: DocumentContext, words: Wording, language: str) -> tuple[tuple[str, str], ...]:
    facts: list[tuple[str, str]] = []
    patient = context.patient
    if patient:
        facts.append((words.patient, patient.name or "—"))
        if patient.birth_date:
            sex = f" ({words.sexes[patient.sex]})" if patient.sex else ""
            facts.append((words.born, day(patient.birth_date, language) + sex))
        facts += [
            (words.kinds.get(one.type or "", words.identifier), one.value)
            for one in patient.identifiers
        ]
    start = context.encounter.start if context.encounter else None
    if start:
        facts.append((words.encounter, day_and_time(start, language)))
    for practitioner in context.practitioners:
        skill = f", {practitioner.speciality}" if practitioner.speciality else ""
        facts.append((words.practitioner, practitioner.name + skill))
    facts.append((words.reference, context.identifier))
    return tuple((line(label), line(value)) for label, value in facts)


def _tables(note: Summary) -> list[PaperTable]:
    found = []
    for heading, heads, rows in (treatment_table(note), measurement_table(note)):
        if rows:
            used = [k for k in range(len(heads)) if any(row[k].strip() for row in rows)]
            found.append(
                PaperTable(
                    line(heading),
                    tuple(heads[k] for k in used),
                    tuple(tuple(line(row[k]) for k in used) for row in rows),
                )
            )
    return found


def _to_review(version: NoteVersion) -> list[str]:
    dismissed = {(dismissal.rank, dismissal.text) for dismissal in version.dismissals}
    documented = {edit.after for edit in version.edits if edit.kind == "document"}
    language = version.note.language
    return [
        line(f"{fact_name(said.fact, language)}{wording(language).colon}{said.text}")
        for said in version.note.undocumented
        if (said.rank, said.text) not in dismissed and said.text not in documented
    ]


def _signature(
    version: NoteVersion, context: DocumentContext, words: Wording, language: str
) -> tuple[str, ...]:
    signature = version.signature
    if not version.signed or signature is None:
        return (words.unsigned,)
    number = f" ({signature.identifier})" if signature.identifier else ""
    lines = [f"{words.signed_by} {signature.name}{number}"]
    if signature.organisation:
        lines.append(signature.organisation)
    at = here(signature.at, context.timestamp)
    lines.append(f"{words.signed_on} {day_and_time(at, language)}")
    lines.append(f"{words.content}{words.colon}{signature.sha256}")
    if version.replaces:
        lines.append(f"{words.amends}{words.colon}{version.replaces}")
    return tuple(line(one) for one in lines)
