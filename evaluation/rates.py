"""The rates of a report that are pooled, drawn, compared and plotted: one list for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from evaluation.der import SpeakerTime
from evaluation.drugs import Found
from evaluation.figures import Figures
from evaluation.intervals import Counts
from evaluation.wer import Errors


class Heading(StrEnum):
    """The five sides on which a tool for care is judged."""

    medical = "medical"
    patient = "patient"
    organisational = "organisational"
    economic = "economic"
    environmental = "environmental"


@dataclass(frozen=True)
class Rate:
    key: str
    title: str
    heading: Heading
    lower_is_better: bool
    counts: Callable[[Figures], Counts | None]
    """Of one recording; None where there is no reference."""
    share: bool = True
    """Shown in per cent; else as it is."""


def _errors(found: Errors | None) -> Counts | None:
    if found is None or not found.reference:
        return None
    return found.substitutions + found.insertions + found.deletions, found.reference


def _time(found: SpeakerTime | None) -> Counts | None:
    if found is None or not found.speech:
        return None
    return found.missed + found.false_alarm + found.confusion, found.speech


def _recall(found: Found | None) -> Counts | None:
    return (found.both, found.said) if found and found.said else None


def _precision(found: Found | None) -> Counts | None:
    return (found.both, found.heard) if found and found.heard else None


def _misattributed(row: Figures) -> Counts | None:
    return (row.misattributed_words, row.aligned_words) if row.aligned_words else None


def _roles(row: Figures) -> Counts | None:
    found = row.roles
    judged = found.right + found.wrong if found else 0
    return (found.right, judged) if found and judged else None


def _gaps(row: Figures) -> Counts | None:
    return (row.gaps.seconds, row.duration) if row.gaps and row.duration else None


def _refused(row: Figures) -> Counts | None:
    refused = sum(row.note.unsupported.values()) if row.note else 0
    return (refused, refused + row.note.kept) if row.note and refused + row.note.kept else None


def _time_taken(row: Figures) -> Counts | None:
    spent = sum(step.duration for step in row.steps)
    return (spent, row.duration) if spent and row.duration else None


RATES: tuple[Rate, ...] = (
    Rate("wer", "Word error rate", Heading.medical, True, lambda r: _errors(r.words)),
    Rate("cer", "Character error rate", Heading.medical, True, lambda r: _errors(r.characters)),
    Rate(
        "drug_recall",
        "Drugs found, spelling and sound",
        Heading.medical,
        False,
        lambda r: _recall(r.drugs.by_sound if r.drugs else None),
    ),
    Rate(
        "drug_precision",
        "Drugs found that were said",
        Heading.medical,
        False,
        lambda r: _precision(r.drugs.by_sound if r.drugs else None),
    ),
    Rate("number_recall", "Numbers found", Heading.medical, False, lambda r: _recall(r.numbers)),
    Rate(
        "number_precision",
        "Numbers found that were said",
        Heading.medical,
        False,
        lambda r: _precision(r.numbers),
    ),
    Rate("cpwer", "Words by speaker (cpWER)", Heading.patient, True, lambda r: _errors(r.cp)),
    Rate(
        "tcpwer",
        "Words by speaker and time (tcpWER)",
        Heading.patient,
        True,
        lambda r: _errors(r.tcp),
    ),
    Rate("wder", "Words given to the wrong person", Heading.patient, True, _misattributed),
    Rate("der", "Diarisation error", Heading.patient, True, lambda r: _time(r.strict)),
    Rate(
        "der_collar", "Diarisation error, 0.25 s", Heading.patient, True, lambda r: _time(r.collar)
    ),
    Rate("roles", "Turns with the right role", Heading.patient, False, _roles),
    Rate("gaps", "Speech without words, reported", Heading.patient, True, _gaps),
    Rate("refused", "Drafted statements refused", Heading.medical, True, _refused),
    Rate(
        "real_time",
        "Time taken over the length of the audio",
        Heading.organisational,
        True,
        _time_taken,
        share=False,
    ),
)
