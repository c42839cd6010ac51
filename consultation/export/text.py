"""Transcript and note as text and Markdown, for people."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consultation.export.labels import clock, speaker_labels
from consultation.export.marks import correction_note, marked_text, quoted_corrections
from consultation.summary import Evidence, Section, SectionState, Summary
from consultation.transcript import GapReason, Transcript


@dataclass(frozen=True)
class _Phrases:
    no_words: str
    rejected: str
    refused: str
    failed: str
    made: str


_PHRASES = {
    "fr": _Phrases(
        no_words="parole sans mots reconnus",
        rejected="mots reconnus et refusés",
        refused="Refusé par la vérification (ne fait pas partie de la note)",
        failed="rubrique non rédigée",
        made="Modèles",
    ),
    "en": _Phrases(
        no_words="speech without recognised words",
        rejected="recognised words, refused",
        refused="Refused by verification (not part of the note)",
        failed="section not written",
        made="Models",
    ),
}


def transcript_to_text(transcript: Transcript) -> str:
    """One line a segment, ``[m:ss] Speaker: words``; gaps stand where they are.

    A corrected word is followed by what was recognised: ``amlodipine [heard: "âme le dipine"]``.
    """
    phrases = _PHRASES.get(transcript.language, _PHRASES["en"])
    labels = speaker_labels(transcript)
    lines = [
        (
            segment.start,
            f"[{clock(segment.start)}] {labels[segment.speaker]}: "
            f"{marked_text(transcript, segment)}",
        )
        for segment in transcript.segments
    ]
    why = {GapReason.no_words: phrases.no_words, GapReason.rejected: phrases.rejected}
    lines += [
        (gap.start, f"[{clock(gap.start)}] ({why[gap.reason]}, {gap.end - gap.start:.1f} s)")
        for gap in transcript.gaps
    ]
    return "".join(f"{line}\n" for _, line in sorted(lines))


def summary_to_markdown(summary: Summary, transcript: Transcript | None = None) -> str:
    """The note with each statement's quotes below it, then what was refused, and why."""
    phrases = _PHRASES.get(summary.language, _PHRASES["en"])
    labels = speaker_labels(transcript) if transcript else {}
    lines = [f"# {_escape(summary.title)}", "", f"> {summary.provenance.notice}", ""]
    for section in summary.sections:
        if section.state is SectionState.not_discussed and section.placeholder is None:
            continue
        lines += [f"## {_escape(section.heading)}", ""]
        lines += _section(section, phrases.failed, labels, transcript)
        lines.append("")
    if summary.unsupported:
        lines += [f"## {phrases.refused}", ""]
        lines += [
            f"- ~~{_escape(u.text)}~~ — {u.reason}{': ' + _escape(u.detail) if u.detail else ''}"
            for u in summary.unsupported
        ]
        lines.append("")
    made = ", ".join(f"{m.name} ({m.engine})" for m in summary.provenance.models)
    lines += ["---", f"{phrases.made}: {made}"]
    return "\n".join(lines).rstrip() + "\n"


def _section(
    section: Section, failed: str, labels: dict[str, str], transcript: Transcript | None
) -> list[str]:
    if section.state is SectionState.failed:
        return [f"*{failed} ({section.problem})*"]
    if not section.statements:
        return [f"*{section.placeholder}*"]
    lines: list[str] = []
    for statement in section.statements:
        lines.append(f"- {_escape(statement.text)}")
        lines += [f"  - {_quote(one, labels, transcript)}" for one in statement.evidence]
    return lines


def _quote(evidence: Evidence, labels: dict[str, str], transcript: Transcript | None) -> str:
    where = f"{clock(evidence.start)} " if evidence.start is not None else ""
    who = labels.get(evidence.speaker or "", evidence.role.value if evidence.role else "")
    line = f"{where}{who} [{evidence.anchor}] « {_escape(evidence.quote)} »"
    corrections = quoted_corrections(transcript, evidence) if transcript else ()
    language = transcript.language if transcript else ""
    notes = (correction_note(correction, language) for correction in corrections)
    return " ".join([line, *(_escape(note) for note in notes if note)])


def _escape(text: str) -> str:
    """Nothing that was said or written is Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", text.replace("\n", " "))
