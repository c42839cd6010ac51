"""Recall of what was planted, and alarms that nothing was planted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from consultation.synthesis import Stale, Synthesis
from consultation.wire import Record
from evaluation.planted.patients import Patient, Planted


class KindFigures(Record):
    kind: str
    planted: int
    found: int
    to_check: int = 0


class AlarmFigures(Record):
    """Of one group of patients. ``found``: an alarm of the right kind that quotes the two documents
    in which it was planted. ``to_check``: no such alarm, but a note of the same subject that quotes
    them and says that somebody must look."""

    group: str
    wordings: str
    patients: int
    planted: int
    found: int
    to_check: int = 0
    other_alarms: int
    """Of any kind, that quote other documents or another subject than was planted."""
    alarmed: int
    """Patients with such an alarm."""
    other_checks: int = 0
    """Patients with a note to check, and no planted thing that it is about."""
    kinds: tuple[KindFigures, ...] = ()
    missed: tuple[str, ...] = ()
    """Patient, kind and the planted words."""
    false: tuple[str, ...] = ()
    """Patient and the alarm."""

    @property
    def recall(self) -> float | None:
        return self.found / self.planted if self.planted else None

    @property
    def recall_checked(self) -> float | None:
        """Of alarms and notes to check together."""
        return (self.found + self.to_check) / self.planted if self.planted else None

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
    checked: Counter[str] = Counter()
    noted: set[str] = set()
    count = 0
    for patient, synthesis in made:
        count += 1
        hit = check = False
        wanted = patient.planted
        for one in synthesis.stale:
            if one.level == "to_check":
                if wanted is not None and _is_of(one, wanted, synthesis):
                    check = True
                else:
                    noted.add(patient.id)
                    false.append(f"{patient.id} to check.{one.kind}: {' / '.join(patient.clauses)}")
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
            checked[wanted.kind] += check and not hit
            if not hit and not check:
                missed.append(f"{patient.id} {wanted.kind}: {' / '.join(patient.clauses)}")
    return AlarmFigures(
        group=group,
        wordings=wordings,
        patients=count,
        planted=planted.total(),
        found=found.total(),
        to_check=checked.total(),
        other_alarms=sum(" to check." not in one for one in false),
        alarmed=len(alarmed),
        other_checks=len(noted),
        kinds=tuple(
            KindFigures(kind=kind, planted=planted[kind], found=found[kind], to_check=checked[kind])
            for kind in planted
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
        if stale.level == "to_check":
            continue
        quoted = (*stale.old.evidence, *(stale.newer.evidence if stale.newer else ()))
        yield "stale", stale.kind, frozenset(names[e.source] for e in quoted)


_SUBJECTS = {
    "stopped_listed": ("treatment",), "dose_reverted": ("treatment",), "result_known": ("pending",),
    "resolved_listed": ("problem", "history"), "habit_superseded": ("habit",),
    "old_value": ("laboratory",), "outlived": ("vigilance", "problem"),
}  # fmt: skip


def _is_of(one: Stale, planted: Planted, synthesis: Synthesis) -> bool:
    """Whether a note to check quotes the two documents of what was planted, and its subject."""
    names = {document.id: document.file for document in synthesis.documents}
    quoted = (*one.old.evidence, *(one.newer.evidence if one.newer else ()))
    return frozenset(names[e.source] for e in quoted) == planted.files and (
        one.category in _SUBJECTS.get(planted.kind, ())
    )


def to_markdown(report: AlarmReport) -> str:
    out = [
        "| Group | Wordings | Patients | Recall | With what is to check "
        "| Patients with another alarm | with another note to check |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in report.groups:
        recall = f"{one.found}/{one.planted} = {one.recall:.3f}" if one.recall is not None else "—"
        both = f"{one.recall_checked:.3f}" if one.recall_checked is not None else "—"
        out.append(
            f"| {one.group} | {one.wordings.replace('_', '-')} | {one.patients} | {recall} "
            f"| {both} | {one.alarmed} ({one.false_rate:.1%}) | {one.other_checks} |"
        )
    out += ["", "| Group | Wordings | Kind | Found | To check |", "|---|---|---|---|---|"]
    for one in report.groups:
        out += [
            f"| {one.group} | {one.wordings.replace('_', '-')} | {k.kind} | {k.found}/{k.planted} "
            f"| {k.to_check} |"
            for k in one.kinds
        ]
    for one in report.groups:
        if one.missed or one.false:
            out += ["", f"{one.group}, {one.wordings.replace('_', '-')}:", ""]
            out += [f"- missed: {m}" for m in one.missed] + [f"- false: {f}" for f in one.false]
    return "\n".join(out) + "\n"
