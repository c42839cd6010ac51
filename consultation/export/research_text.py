"""Research results as Markdown, the label above and below."""

from __future__ import annotations

from collections.abc import Iterable

from consultation.documents import DocumentEvidence
from consultation.research import (
    CriterionVerdict,
    Efficacy,
    Judgement,
    ToxicityFactors,
    TrialScreening,
    TrialToExamine,
)

_WORDS = {
    "fr": {
        "title": "Essais à examiner", "as_of": "Au", "inclusion": "Inclusion",
        "exclusion": "Exclusion", "met": "rempli", "not_met": "non rempli",
        "unknown": "inconnu", "against": "s'y oppose", "decided": "critères décidés",
        "criterion": "Critère", "verdict": "Constat", "words": "Mots du dossier", "kind": "Type",
        "counts": "{decided} critères décidés, {against} s'opposent, {unknown} inconnus",
        "order": "Ordre : ceux auxquels rien ne s'oppose, puis par nombre de critères décidés. "
                 "Ce n'est ni une probabilité ni une décision. « Inconnu » ne vaut jamais "
                 "« rempli ».",
        "none": "Aucun essai.",
        "stated": "", "not_mentioned": "le dossier n'en parle pas",
        "undecidable": "aucun dossier n'en décide", "not_understood": "critère non compris",
        "conditional": "sous condition : à lire", "alternative": "une alternative : à lire",
        "outdated": "trop ancien ou non daté", "conflict": "sources contradictoires",
        "uncertain": "incertain", "unit": "unités non comparables",
        "limit_unknown": "limites du laboratoire inconnues", "imprecise": "pas assez précis",
    },
    "en": {
        "title": "Trials to examine", "as_of": "As of", "inclusion": "Inclusion",
        "exclusion": "Exclusion", "met": "met", "not_met": "not met", "unknown": "unknown",
        "against": "stands against", "decided": "criteria decided",
        "criterion": "Criterion", "verdict": "Finding", "words": "Words of the record",
        "kind": "Kind",
        "counts": "{decided} criteria decided, {against} against, {unknown} unknown",
        "order": "Order: those that nothing stands against, then by the number of criteria "
                 "decided. It is no probability and no decision. “Unknown” never counts as “met”.",
        "none": "No trial.",
        "stated": "", "not_mentioned": "the record does not say",
        "undecidable": "no record decides it", "not_understood": "criterion not understood",
        "conditional": "conditional: read it", "alternative": "one of several: read it",
        "outdated": "too old or undated", "conflict": "sources disagree",
        "uncertain": "uncertain", "unit": "units that cannot be compared",
        "limit_unknown": "limits of the laboratory unknown", "imprecise": "not precise enough",
    },
}  # fmt: skip


def screening_to_markdown(screening: TrialScreening) -> str:
    words = _WORDS[screening.language]
    lines = [f"# {words['title']}", "", f"**{screening.label}**", ""]
    lines += [f"{words['as_of']} {screening.as_of}. {words['order']}", ""]
    if not screening.trials:
        lines += [words["none"], ""]
    for number, trial in enumerate(screening.trials, 1):
        lines += [f"## {number}. {cell(trial.trial)}", "", *_trial(trial, words), ""]
    return "\n".join([*lines, f"*{screening.label}*", ""])


def _trial(trial: TrialToExamine, words: dict[str, str]) -> Iterable[str]:
    yield words["counts"].format(
        decided=trial.decided, against=trial.against, unknown=trial.unknown
    )
    yield ""
    yield f"| {words['kind']} | {words['criterion']} | {words['verdict']} | {words['words']} |"
    yield "|---|---|---|---|"
    for one in trial.judgements:
        kind = words[one.criterion.kind.value]
        yield f"| {kind} | {_asked(one)} | {_finding(one, words)} | " + (
            f"{quotes(one.evidence)} |"
        )


def _finding(one: Judgement, words: dict[str, str]) -> str:
    told = words[one.verdict.value]
    if one.verdict is CriterionVerdict.unknown:
        return f"{told} ({words[one.reason]})"
    return f"**{told}**" + (f", {words['against']}" if one.against else "")


def _asked(one: Judgement) -> str:
    """The words that were understood, and their line where it says more."""
    part, whole = cell(one.criterion.text), cell(one.criterion.context)
    return f"« {part} »" + ("" if part == whole else f"<br>← « {whole} »")


def quotes(evidence: Iterable[DocumentEvidence]) -> str:
    return "<br>".join(
        f"« {cell(one.quote)} » ({one.source}"
        f"{', ' + one.date if one.date else ''}, {one.anchor}"
        f"{', p. ' + str(one.page) if one.page else ''})"
        for one in evidence
    )


def cell(text: str) -> str:
    """Without what ends a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


_FACTORS = {
    "fr": ("Facteurs de réhospitalisation liés à la toxicité", "Facteur", "Date", "Âge (jours)",
           "Jours après une cure", "Détail", "Source", "Mots du dossier",
           "Une liste, sans score : aucun n'est validé sur de tels dossiers. Ce qui n'est pas "
           "écrit n'est pas listé.", "Aucun facteur écrit dans le dossier."),
    "en": ("Factors of readmission tied to toxicity", "Factor", "Date", "Age (days)",
           "Days after a cycle", "Detail", "Source", "Words of the record",
           "A list without a score: none is validated on such records. What is not written is "
           "not listed.", "No factor written in the record."),
}  # fmt: skip
_EFFICACY = {
    "fr": ("Traitements, réponses et marqueurs", "Traitement", "Début", "Fin", "État", "Réponses",
           "Marqueurs", "Mots du dossier",
           "Ce qui se suit n'est pas pour autant une cause. Une réponse sans ligne nommée est "
           "mise au dernier traitement daté avant elle, hors "
           "chirurgie.",
           "Réponses qu'aucun traitement daté ne précède",
           "Aucun traitement commencé dans le dossier."),
    "en": ("Treatments, responses and markers", "Treatment", "Start", "End", "State", "Responses",
           "Markers", "Words of the record",
           "What follows is not thereby caused. A response that names no line is put to the last "
           "dated treatment before it, operations "
           "left out.",
           "Responses that no dated treatment precedes", "No treatment begun in the record."),
}  # fmt: skip
_STATES = {
    "fr": {"planned": "prévu", "current": "en cours", "completed": "terminé", "stopped": "arrêté",
           "unknown": "non dit"},
    "en": {"unknown": "not told"},
}  # fmt: skip


def factors_to_markdown(made: ToxicityFactors) -> str:
    title, *heads, note, none = _FACTORS[made.language]
    lines = [f"# {title}", "", f"**{made.label}**", "", f"{made.as_of}. {note}", ""]
    if made.factors:
        lines += [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    else:
        lines.append(none)
    for one in made.factors:
        cells = (
            one.label, one.date or "—", _shown(one.age_days), _shown(one.days_after_cycle),
            cell(one.detail), cell(one.source), quotes(one.evidence),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"*{made.label}*", ""])


def efficacy_to_markdown(made: Efficacy) -> str:
    title, *heads, note, apart, none = _EFFICACY[made.language]
    states = _STATES[made.language]
    lines = [f"# {title}", "", f"**{made.label}**", "", note, ""]
    if made.rows:
        lines += [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    else:
        lines.append(none)
    for one in made.rows:
        cells = (
            cell(one.treatment), one.start or "—", one.end or "—",
            states.get(one.status, one.status), ", ".join(one.responses) or "—",
            "<br>".join(map(cell, one.markers)) or "—", quotes(one.evidence),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    if made.undated:
        colon = " : " if made.language == "fr" else ": "
        lines += ["", apart + colon + ", ".join(made.undated)]
    return "\n".join([*lines, "", f"*{made.label}*", ""])


def _shown(number: int | None) -> str:
    return "—" if number is None else str(number)
