"""A synthesis as a page for a doctor: every line with [d003 p.2, 12/03/2024]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consultation.documents import DocumentEvidence
from consultation.export.origin import synthesis_label
from consultation.synthesis import (
    Conflict,
    OpenQuestion,
    ResultSeries,
    Stale,
    Synthesis,
    SynthesisLine,
    SynthesisSection,
    TimelineEvent,
)


@dataclass(frozen=True)
class _Phrases:
    as_of: str
    documents: str
    refused: str
    conflicts: str
    stale: str
    to_check: str
    unsupported: str
    undated: str
    copied: str
    superseded: str
    otherwise: dict[str, str]
    flags: dict[str, str]
    trends: dict[str, str]
    results: str
    names: dict[str, str]
    since: str
    seen: str
    stopped: str
    draft: str
    appendix: str
    sources: str
    check: str


_PHRASES = {
    "fr": _Phrases(
        as_of="Établie au {} d'après {} document(s)",
        documents="Documents lus",
        refused="Documents non lus",
        conflicts="⚠ Contradictions",
        stale="⚠ Périmé ou recopié",
        to_check="À vérifier : dit autrement, ou absent d'une liste plus récente",
        unsupported="Refusé par la vérification (ne fait pas partie de la synthèse)",
        undated="sans date",
        copied="recopié",
        superseded="remplacé par",
        otherwise={"spoken_otherwise": "dit autrement", "not_listed": "absent de la liste"},
        flags={
            "conflict": "⚠ contradictoire",
            "stale": "⚠ peut-être périmé",
            "to_check": "⚠ à vérifier",
            "old": "ancien, non confirmé depuis",
            "uncertain": "incertain",
            "intolerance": "intolérance",
            "several_dates": "plusieurs dates",
            "copied": "mêmes mots recopiés",
        },
        trends={"rising": "↗ en hausse", "falling": "↘ en baisse", "steady": "→ stable"},
        results="| Examen | Valeurs (date) | Évolution | Dernière | Source |",
        names={
            "blood_pressure": "Tension artérielle", "heart_rate": "Fréquence cardiaque",
            "weight": "Poids", "height": "Taille", "bmi": "IMC", "temperature": "Température",
            "oxygen_saturation": "Saturation", "hemoglobin": "Hémoglobine",
            "platelets": "Plaquettes", "leukocytes": "Leucocytes", "neutrophils": "Neutrophiles",
            "creatinine": "Créatinine", "eGFR": "DFG", "glucose": "Glycémie", "sodium": "Sodium",
            "calcium": "Calcium", "albumin": "Albumine", "ferritin": "Ferritine",
            "bilirubin": "Bilirubine", "respiratory_rate": "Fréquence respiratoire",
            "pain": "Douleur",
        },
        since="depuis",
        seen="noté jusqu'au",
        stopped="arrêté",
        draft="PROJET : doit être relu par un clinicien avant d'être envoyé.",
        appendix="Annexe pour le clinicien, à retirer avant l'envoi",
        sources="Sources, ligne par ligne",
        check="à vérifier avec votre médecin",
    ),
    "en": _Phrases(
        as_of="As of {}, from {} document(s)",
        documents="Documents that were read",
        refused="Documents that were not read",
        conflicts="⚠ Contradictions",
        stale="⚠ Out of date, or copied",
        to_check="To check: spoken of otherwise, or not in a later list",
        unsupported="Refused by verification (not part of the synthesis)",
        undated="undated",
        copied="copied",
        superseded="superseded by",
        otherwise={"spoken_otherwise": "said otherwise", "not_listed": "not in the list"},
        flags={
            "conflict": "⚠ contradictory",
            "stale": "⚠ may be out of date",
            "to_check": "⚠ to check",
            "old": "old, not confirmed since",
            "uncertain": "uncertain",
            "intolerance": "intolerance",
            "several_dates": "several dates",
            "copied": "the same words copied",
        },
        trends={"rising": "↗ rising", "falling": "↘ falling", "steady": "→ steady"},
        results="| Test | Values (date) | Trend | Latest | Source |",
        names={
            "blood_pressure": "Blood pressure", "heart_rate": "Heart rate", "weight": "Weight",
            "height": "Height", "bmi": "BMI", "temperature": "Temperature",
            "oxygen_saturation": "Saturation", "hemoglobin": "Haemoglobin",
            "platelets": "Platelets", "leukocytes": "White cells", "neutrophils": "Neutrophils",
            "creatinine": "Creatinine", "glucose": "Glucose", "sodium": "Sodium",
            "calcium": "Calcium", "albumin": "Albumin", "ferritin": "Ferritin",
            "bilirubin": "Bilirubin", "respiratory_rate": "Respiratory rate", "pain": "Pain",
            "potassium": "Potassium",
        },
        since="since",
        seen="noted until",
        stopped="stopped",
        draft="DRAFT: must be read by a clinician before it is sent.",
        appendix="Appendix for the clinician, to be taken out before sending",
        sources="Sources, line by line",
        check="to be checked with your doctor",
    ),
}  # fmt: skip
_MOST_POINTS = 6


def synthesis_to_markdown(synthesis: Synthesis) -> str:
    """One page: what does not fit together first, then the template's sections, then the index."""
    words = _PHRASES.get(synthesis.language, _PHRASES["en"])
    count = len(synthesis.documents)
    out = [f"# {synthesis.title}", ""]
    out += [f"*{words.as_of.format(_day(synthesis.as_of), count)}.*", ""]
    label = synthesis_label(synthesis.provenance, synthesis.language)
    out += [f"> **{label}** {synthesis.provenance.notice}", ""]
    if synthesis.for_patient:
        out += [f"**{words.draft}**", "", *_letter(synthesis, words)]
        out += [f"# {words.appendix}", "", f"## {words.sources}", ""]
        out += [_line(line, words) for section in synthesis.sections for line in section.lines]
        out += [""]
    else:
        for section in synthesis.sections:
            body = list(_section(section, synthesis, words))
            if body:
                out += [f"## {section.heading}", "", *body, ""]
    if synthesis.conflicts:
        out += [f"## {words.conflicts}", "", *_conflicts(synthesis.conflicts), ""]
    for level, heading in (("superseded", words.stale), ("to_check", words.to_check)):
        told = [one for one in synthesis.stale if one.level == level]
        if told:
            out += [f"## {heading}", "", *_stale(told, words), ""]
    if synthesis.unsupported:
        out += [f"## {words.unsupported}", ""]
        out += [f"- {_flat(u.text)} — {u.reason}: {_flat(u.detail)}" for u in synthesis.unsupported]
        out += [""]
    out += [f"## {words.documents}", ""]
    for one in synthesis.documents:
        notes = f" — {'; '.join(one.warnings)}" if one.warnings else ""
        when = _day(one.date) if one.date else words.undated
        named = f" ({_flat(one.file)})" if one.title != one.file else ""
        out.append(f"- **{one.id}** {when} — {_flat(one.title)}{named}{notes}")
    if synthesis.refused:
        out += ["", f"## {words.refused}", ""]
        out += [f"- {_flat(one.file)} — {one.code}: {one.hint}" for one in synthesis.refused]
    return "\n".join(out).rstrip() + "\n"


def _letter(synthesis: Synthesis, words: _Phrases) -> Iterator[str]:
    """The running text for a patient: no source, no date of a document, no sign."""
    for section in synthesis.sections:
        lines = []
        for one in section.lines:
            doubted = {"conflict", "old", "several_dates"} & set(one.flags)
            lines.append(f"- {_flat(one.text)}{f' ({words.check})' if doubted else ''}")
        if section.placeholder:
            lines.append(section.placeholder)
        if lines:
            yield from (f"## {section.heading}", "", *lines, "")


def _section(section: SynthesisSection, synthesis: Synthesis, words: _Phrases) -> Iterator[str]:
    if section.key == "results" and synthesis.results:
        yield from _results(synthesis.results, words)
    elif section.key == "timeline":
        yield from (_event(event) for event in synthesis.timeline)
    elif section.key == "questions":
        yield from (_question(one) for one in synthesis.questions)
    else:
        yield from (_line(line, words) for line in section.lines)
        if section.placeholder:
            yield f"*{section.placeholder}*"


def _line(line: SynthesisLine, words: _Phrases) -> str:
    flags = "".join(f" **{words.flags[flag]}**" for flag in line.flags)
    when = []
    if line.status == "stopped" and line.date:
        when.append(f"{words.stopped} {_day(line.date)}")
    elif line.status in ("current", "changed", "resumed") and line.date:
        when.append(f"{words.since} {_day(line.date)}")
    if line.age:
        when.append(line.age)
    told = f" ({', '.join(when)})" if when else ""
    return f"- {_flat(line.text)}{told}{flags} {_sources(line.evidence)}"


def _results(results: Sequence[ResultSeries], words: _Phrases) -> Iterator[str]:
    yield words.results
    yield "|---|---|---|---|---|"
    for one in results:
        shown = one.points[-_MOST_POINTS:]
        values = " · ".join(
            f"{_flat(p.text)} ({_day(p.date) if p.date else words.undated})" for p in shown
        )
        left = len(one.points) - len(shown)
        values = f"(+{left}) {values}" if left else values
        trend = words.trends[one.trend] if one.trend else ""
        name = words.names.get(one.name, one.name)
        yield f"| {name} | {values} | {trend} | {one.age} | {_sources((shown[-1].evidence,))} |"


def _event(event: TimelineEvent) -> str:
    return f"- **{_day(event.date)}** — {_flat(event.text)} {_sources(event.evidence)}"


def _question(one: OpenQuestion) -> str:
    return f"- {_flat(one.text)} {_sources(one.evidence)}".rstrip()


def _conflicts(found: Sequence[Conflict]) -> Iterator[str]:
    for one in found:
        sides = " ≠ ".join(
            f"« {_flat(side.says)} » {_sources(side.evidence)}" for side in (one.one, one.other)
        )
        yield f"- **{_flat(one.about)}** ({one.kind}) : {sides}"


def _stale(found: Sequence[Stale], words: _Phrases) -> Iterator[str]:
    for one in found:
        newer = (
            f" — {words.otherwise.get(one.kind, words.superseded)} « {_flat(one.newer.says)} » "
            f"{_sources(one.newer.evidence)}"
            if one.newer
            else ""
        )
        yield (
            f"- **{_flat(one.about)}** : « {_flat(one.old.says)} »"
            f"{f' ({one.age})' if one.age else ''} {_sources(one.old.evidence)}{newer}"
        )


def _sources(evidence: Sequence[DocumentEvidence]) -> str:
    marks = []
    for one in evidence:
        page = f" p.{one.page}" if one.page else ""
        when = f", {_day(one.date)}" if one.date else ""
        seen = ""
        if one.ocr is not None:
            sure = f" {one.ocr.confidence:.0%}" if one.ocr.confidence is not None else " ?"
            seen = f", OCR{sure}"
        marks.append(f"[{one.source}{page}{when}{seen}]")
    return " ".join(dict.fromkeys(marks))


def _day(partial: str) -> str:
    """12/03/2024, 03/2024, 2024."""
    return "/".join(reversed(partial.split("-")))


def _flat(text: str) -> str:
    """One line of Markdown: what a document wrote starts no heading, table or link."""
    line = " ".join(text.split())
    for character in "\\`*_[]<>|#":
        line = line.replace(character, "\\" + character)
    return line
