"""Transcript and note as text and Markdown, for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from consultation.export.labels import clock, speaker_labels
from consultation.export.marks import correction_note, marked_text, quoted_corrections
from consultation.export.origin import note_banner, note_notice, transcript_label
from consultation.export.tables import tables_to_markdown
from consultation.signoff import NoteVersion
from consultation.summary import Check, Evidence, Fact, Section, SectionState, Summary
from consultation.transcript import GapReason, Transcript


@dataclass(frozen=True)
class _Phrases:
    no_words: str
    rejected: str
    refused: str
    failed: str
    made: str
    warning: str
    undocumented: str
    contradictions: str
    facts: dict[Fact, str]
    kinds: dict[str, str]
    rules: dict[str, str]


_PHRASES = {
    "fr": _Phrases(
        no_words="parole sans mots reconnus",
        rejected="mots reconnus et refusés",
        refused="Refusé par la vérification (ne fait pas partie de la note)",
        failed="rubrique non rédigée",
        made="Modèles",
        warning="À vérifier",
        undocumented="Dit, non documenté",
        contradictions="Dit de deux façons contraires",
        facts={
            Fact.allergy: "allergie",
            Fact.red_flag: "consigne d'alerte",
            Fact.dose: "dose",
            Fact.drug: "médicament",
            Fact.examination: "examen",
            Fact.decision: "décision",
            Fact.follow_up: "suivi",
            Fact.symptom: "symptôme",
            Fact.normal: "examen normal",
        },
        kinds={
            "dose": "dose",
            "side": "côté",
            "allergy": "allergie",
            "prescribed_allergen": "⚠ allergie et prescription",
        },
        rules={
            "plausible": "valeur invraisemblable, réécouter",
            "together": "réponse commune, ou dite par qui demandait, réécouter",
            "judge": "second avis du modèle, relire",
            "spelling": "nom de médicament corrigé",
            "course": "en cours, prescrit ou passé",
            "doubt": "réponse hésitante",
            "repaired": "corrigé d'après la citation",
        },
    ),
    "en": _Phrases(
        no_words="speech without recognised words",
        rejected="recognised words, refused",
        refused="Refused by verification (not part of the note)",
        failed="section not written",
        made="Models",
        warning="Check",
        undocumented="Said, not documented",
        contradictions="Said in two contrary ways",
        facts={
            Fact.allergy: "allergy",
            Fact.red_flag: "safety advice",
            Fact.dose: "dose",
            Fact.drug: "drug",
            Fact.examination: "examination",
            Fact.decision: "decision",
            Fact.follow_up: "follow-up",
            Fact.symptom: "symptom",
            Fact.normal: "normal finding",
        },
        kinds={
            "dose": "dose",
            "side": "side",
            "allergy": "allergy",
            "prescribed_allergen": "⚠ allergy and prescription",
        },
        rules={
            "plausible": "implausible value, listen again",
            "together": "one answer for several questions, or said by who asked, listen again",
            "judge": "the model's second look, read again",
            "spelling": "drug name corrected",
            "course": "current, prescribed or past",
            "doubt": "hesitant answer",
            "repaired": "mended from the quote",
        },
    ),
}


def transcript_to_text(transcript: Transcript) -> str:
    """That a machine made it; then one line a segment, ``[m:ss] Speaker: words``; gaps stand where
    they are.

    A corrected word is followed by what was recognised: ``amlodipine [heard: "âme le dipine"]``.
    """
    phrases = _PHRASES.get(transcript.language, _PHRASES["en"])
    labels = speaker_labels(transcript)
    lines = [
        (
            segment.start,
            (f"[{clock(segment.start)}] " if transcript.timed else "")
            + f"{labels[segment.speaker]}: "
            f"{marked_text(transcript, segment)}",
        )
        for segment in transcript.segments
    ]
    why = {GapReason.no_words: phrases.no_words, GapReason.rejected: phrases.rejected}
    lines += [
        (gap.start, f"[{clock(gap.start)}] ({why[gap.reason]}, {gap.end - gap.start:.1f} s)")
        for gap in transcript.gaps
    ]
    label = transcript_label(transcript)
    head = f"({label})\n" if label else ""
    return head + "".join(f"{line}\n" for _, line in sorted(lines))


def summary_to_markdown(
    summary: Summary,
    transcript: Transcript | None = None,
    version: NoteVersion | None = None,
) -> str:
    """The note with each statement's warnings and quotes below it; then what was said in two ways,
    what was said and is in no statement, and what was refused, and why. ``version``: the note's,
    which tells who signed it; without one nobody did."""
    phrases = _PHRASES.get(summary.language, _PHRASES["en"])
    labels = speaker_labels(transcript) if transcript else {}
    made = version or NoteVersion(revision=1, note=summary)
    banner = note_banner(made)
    lines = [f"> **{escape(banner)}**", ""] if banner else []
    lines += [f"# {escape(summary.title)}", "", f"> {escape(note_notice(made))}", ""]
    for section in summary.sections:
        if section.state is SectionState.not_discussed and section.placeholder is None:
            continue
        lines += [f"## {escape(section.heading)}", ""]
        lines += _section(section, phrases, labels, transcript)
        lines.append("")
    lines += tables_to_markdown(
        summary, quoted=lambda evidence: _quote(evidence, labels, transcript), escaped=escape
    )
    if summary.contradictions:
        lines += [f"## {phrases.contradictions}", ""]
        for contradiction in summary.contradictions:
            kind = phrases.kinds[contradiction.kind]
            lines.append(f"- {kind}: {escape(contradiction.about)}")
            lines += [
                f"  - {_quote(evidence, labels, transcript)}" for evidence in contradiction.evidence
            ]
        lines.append("")
    if summary.undocumented:
        lines += [f"## {phrases.undocumented}", ""]
        for said in summary.undocumented:
            lines.append(f"- {phrases.facts[said.fact]}: {escape(said.text)}")
            lines += [f"  - {_quote(evidence, labels, transcript)}" for evidence in said.evidence]
        lines.append("")
    if summary.unsupported:
        lines += [f"## {phrases.refused}", ""]
        lines += [
            f"- ~~{escape(u.text)}~~ — {u.reason}{': ' + escape(u.detail) if u.detail else ''}"
            for u in summary.unsupported
        ]
        lines.append("")
    models = ", ".join(f"{m.name} ({m.engine})" for m in summary.provenance.models)
    lines += ["---", f"{phrases.made}: {models}"]
    return "\n".join(lines).rstrip() + "\n"


def doubts(checks: Iterable[Check], language: str) -> str:
    """*Check: implausible value, listen again*: failed rules as people call them; may be empty."""
    phrases = _PHRASES.get(language, _PHRASES["en"])
    names = dict.fromkeys(phrases.rules.get(check.rule, check.rule) for check in checks)
    mark = " : " if language == "fr" else ": "
    return f"{phrases.warning}{mark}{', '.join(names)}" if names else ""


def fact_name(fact: Fact, language: str) -> str:
    return _PHRASES.get(language, _PHRASES["en"]).facts[fact]


def _section(
    section: Section, phrases: _Phrases, labels: dict[str, str], transcript: Transcript | None
) -> list[str]:
    if section.state is SectionState.failed:
        return [f"*{phrases.failed} ({section.problem})*"]
    if not section.statements:
        return [f"*{section.placeholder}*"]
    lines: list[str] = []
    for statement in section.statements:
        lines.append(f"- {escape(statement.text)}")
        lines += [f"  - {_warning(check, phrases)}" for check in statement.warnings]
        lines += [f"  - {_quote(evidence, labels, transcript)}" for evidence in statement.evidence]
    return lines


def _warning(check: Check, phrases: _Phrases) -> str:
    said = ", ".join(
        " → ".join(f"« {escape(span.text)} »" for span in (c.evidence, c.statement) if span)
        for c in check.compared
    )
    rule = phrases.rules.get(check.rule, check.rule)
    return f"⚠ {phrases.warning} ({rule}): {said or escape(check.detail)}"


def _quote(evidence: Evidence, labels: dict[str, str], transcript: Transcript | None) -> str:
    where = f"{clock(evidence.start)} " if evidence.start is not None else ""
    who = labels.get(evidence.speaker or "", evidence.role.value if evidence.role else "")
    line = f"{where}{who} [{evidence.anchor}] « {escape(evidence.quote)} »"
    corrections = quoted_corrections(transcript, evidence) if transcript else ()
    language = transcript.language if transcript else ""
    notes = (correction_note(correction, language) for correction in corrections)
    return " ".join([line, *(escape(note) for note in notes if note)])


def escape(text: str) -> str:
    """Nothing that was said or written is Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", text.replace("\n", " "))
