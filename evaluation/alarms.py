"""Recall of what was planted, and alarms that nothing was planted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from consultation.synthesis import Synthesis
from consultation.wire import Record
from evaluation.planted.patients import Patient


class KindFigures(Record):
    kind: str
    planted: int
    found: int


class AlarmFigures(Record):
    """Of one group of patients. ``found``: an alarm of the right kind that quotes the two documents
    in which it was planted."""

    group: str
    wordings: str
    patients: int
    planted: int
    found: int
    other_alarms: int
    """Of any kind, that quote other documents or another subject than was planted."""
    alarmed: int
    """Patients with such an alarm."""
    kinds: tuple[KindFigures, ...] = ()
    missed: tuple[str, ...] = ()
    """Patient, kind and the planted words."""
    false: tuple[str, ...] = ()
    """Patient and the alarm."""

    @property
    def recall(self) -> float | None:
        return self.found / self.planted if self.planted else None

    @property
    def false_rate(self) -> float:
        return self.alarmed / self.patients if self.patients else 0.0


class AlarmReport(Record):
    seed: int
    groups: tuple[AlarmFigures, ...]


ACCEPTED = {"no_allergy": {"no_allergy", "allergy"}, "allergy": {"allergy", "no_allergy"}}
"""A drug that is named in a general denial is both."""


def measured(group: str, wordings: str, made: Iterable[tuple[Patient, Synthesis]]) -> AlarmFigures:
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missed: list[str] = []
    false: list[str] = []
    alarmed: set[str] = set()
    count = 0
    for patient, synthesis in made:
        count += 1
        hit = False
        wanted = patient.planted
        for name, kind, files in _alarms(synthesis):
            right = (
                wanted is not None
                and name == wanted.group
                and kind in ACCEPTED.get(wanted.kind, {wanted.kind})
                and (files == wanted.files or (kind == "outlived" and files <= wanted.files))
            )
            if right:
                hit = True
            else:
                alarmed.add(patient.id)
                false.append(f"{patient.id} {name}.{kind}: {' / '.join(patient.clauses)}")
        if wanted is not None:
            planted[wanted.kind] += 1
            found[wanted.kind] += hit
            if not hit:
                missed.append(f"{patient.id} {wanted.kind}: {' / '.join(patient.clauses)}")
    return AlarmFigures(
        group=group,
        wordings=wordings,
        patients=count,
        planted=planted.total(),
        found=found.total(),
        other_alarms=len(false),
        alarmed=len(alarmed),
        kinds=tuple(
            KindFigures(kind=kind, planted=planted[kind], found=found[kind]) for kind in planted
        ),
        missed=tuple(missed),
        false=tuple(false),
    )


def _alarms(synthesis: Synthesis) -> Iterable[tuple[str, str, frozenset[str]]]:
    """(group, kind, names of the documents that it quotes)"""
    names = {one.id: one.file for one in synthesis.documents}
    for conflict in synthesis.conflicts:
        quoted = (*conflict.one.evidence, *conflict.other.evidence)
        yield "contradictions", conflict.kind, frozenset(names[e.source] for e in quoted)
    for stale in synthesis.stale:
        quoted = (*stale.old.evidence, *(stale.newer.evidence if stale.newer else ()))
        yield "stale", stale.kind, frozenset(names[e.source] for e in quoted)


def to_markdown(report: AlarmReport) -> str:
    out = [
        "| Group | Wordings | Patients | Recall | Patients with another alarm |",
        "|---|---|---|---|---|",
    ]
    for one in report.groups:
        recall = f"{one.found}/{one.planted} = {one.recall:.3f}" if one.recall is not None else "—"
        out.append(
            f"| {one.group} | {one.wordings.replace('_', '-')} | {one.patients} | {recall} "
            f"| {one.alarmed} ({one.false_rate:.1%}) |"
        )
    out += ["", "| Group | Wordings | Kind | Found |", "|---|---|---|---|"]
    for one in report.groups:
        out += [
            f"| {one.group} | {one.wordings.replace('_', '-')} | {k.kind} | {k.found}/{k.planted} |"
            for k in one.kinds
        ]
    for one in report.groups:
        if one.missed or one.false:
            out += ["", f"{one.group}, {one.wordings.replace('_', '-')}:", ""]
            out += [f"- missed: {m}" for m in one.missed] + [f"- false: {f}" for f in one.false]
    return "\n".join(out) + "\n"
