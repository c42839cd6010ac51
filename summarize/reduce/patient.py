"""All facts of one patient → lines by what they are about, conflicts, what is stale, questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from consultation.record_facts import Category
from consultation.summary import Polarity
from consultation.synthesis import (
    Conflict,
    ConflictSide,
    Flag,
    OpenQuestion,
    ResultSeries,
    Stale,
    SynthesisLine,
    TimelineEvent,
)
from prompts.syntheses import Shows
from summarize.reduce.cited import Cited, days_between, in_order
from summarize.reduce.clashes import Clash, Groups, clashes, prescribed_allergens
from summarize.reduce.copies import PREGNANCY_DAYS, Copy, answered, copies
from summarize.reduce.lines import line_id, merged, treatment_line
from summarize.reduce.phrases import PHRASES, age
from summarize.reduce.series import series, timeline
from summarize.reduce.treatments import Course, course

_SHOWN: dict[Category, Shows] = {
    Category.problem: "problems",
    Category.history: "history",
    Category.surgery: "surgery",
    Category.family: "family",
    Category.allergy: "allergies",
    Category.habit: "habits",
    Category.vaccine: "vaccines",
    Category.device: "devices",
    Category.imaging: "imaging",
    Category.procedure: "procedures",
    Category.stay: "stays",
    Category.pending: "pending",
    Category.follow_up: "follow_up",
    Category.vigilance: "vigilance",
    Category.conclusion: "conclusions",
    Category.identity: "identity",
    Category.reason: "reason",
}
_LATEST = frozenset({"reason", "identity"})
"""Of these only the latest document's is shown."""
_CLINICAL: tuple[Shows, ...] = ("imaging", "conclusions", "procedures", "stays")


@dataclass
class Reduced:
    lines: dict[Shows, list[SynthesisLine]] = field(default_factory=lambda: defaultdict(list))
    conflicts: list[Conflict] = field(default_factory=list)
    stale: list[Stale] = field(default_factory=list)
    questions: list[OpenQuestion] = field(default_factory=list)
    timeline: tuple[TimelineEvent, ...] = ()
    results: tuple[ResultSeries, ...] = ()


def reduce(facts: Iterable[Cited], as_of: str, language: str) -> Reduced:
    """Linear in the number of facts but for sorting; the order they come in does not matter."""
    groups: Groups = defaultdict(list)
    for one in in_order(facts):
        groups[one.fact.key].append(one)
    found = Reduced()
    courses = {
        key: course(group) for key, group in sorted(groups.items()) if key.startswith("drug:")
    }
    taken = [c.stands for c in courses.values() if _taken(c) or c.stands.fact.status == "planned"]
    clashed = [*clashes(groups), *prescribed_allergens(groups, taken)]
    known = answered(groups)
    copied = copies(groups, known)
    flags: dict[str, list[Flag]] = defaultdict(list)
    for clash in clashed:
        for side in (clash.one, clash.other):
            flags[side.fact.key].append("conflict")
    for copy in copied:
        flags[copy.old.fact.key].append("stale")
    for key, group in sorted(groups.items()):
        _line(found, key, group, flags[key], known, as_of, language)
    _treatments(found, courses, flags, as_of, language)
    _tell(found, clashed, copied, courses, as_of, language)
    found.timeline = timeline(groups)
    found.results = series(groups, as_of, language)
    for shown, lines in found.lines.items():
        lines.sort(key=lambda line: _rank(shown, line))
    return found


def add_conflicts(
    found: Reduced,
    told: dict[Shows, list[SynthesisLine]],
    more: Sequence[Conflict],
    language: str,
) -> None:
    """What the oncology history adds: its lines, which say of a cancer more than a word does, and
    its conflicts, where the same documents are not quoted already."""
    clashing = {e for one in more for side in (one.one, one.other) for e in side.evidence}
    for shown, lines in told.items():
        found.lines[shown] = [
            line.model_copy(update={"flags": (*line.flags, "conflict")})
            if line.id.startswith("oncology.tumors") and clashing & set(line.evidence)
            else line
            for line in lines
        ]
    if tumours := found.lines["oncology_tumour"]:
        named = ("problem.cancer", "problem.metastasis")
        others = [line for line in found.lines["problems"] if not line.id.startswith(named)]
        found.lines["problems"] = [*tumours, *others]
    known = {_places(one) for one in found.conflicts if one.kind == "side"}
    for conflict in more:
        if _places(conflict) in known:
            continue
        found.conflicts.insert(0, conflict)
        text = (
            PHRASES[language]
            .conflicts[conflict.kind]
            .format(about=conflict.about, one=conflict.one.says, other=conflict.other.says)
        )
        quoted = (*conflict.one.evidence, *conflict.other.evidence)
        found.questions.insert(0, OpenQuestion(text=text, source=conflict.id, evidence=quoted))


def _places(conflict: Conflict) -> frozenset[str]:
    return frozenset(one.source for one in (*conflict.one.evidence, *conflict.other.evidence))


def _rank(shown: Shows, line: SynthesisLine) -> tuple[bool, int, str]:
    """Pending and follow-up by date; others by the latest source first."""
    day = line.date if shown == "follow_up" else line.last_seen
    digits = int("".join(c for c in (day or "0") if c.isdigit()).ljust(8, "0"))
    return (line.polarity is Polarity.denied, -digits, line.id)


def _taken(one: Course) -> bool:
    return (
        one.stopped is None and one.stands.fact.status in ("current", "changed", "resumed")
    ) or (bool(one.stale) and one.stands.fact.status != "stopped")


def _line(
    found: Reduced,
    key: str,
    group: Sequence[Cited],
    flags: Sequence[Flag],
    known: dict[str, Cited],
    as_of: str,
    language: str,
) -> None:
    category = group[0].fact.category
    shown = _SHOWN.get(category)
    if shown is None or key in known:
        return
    affirmed = [c for c in group if c.fact.polarity is not Polarity.denied]
    denied = [c for c in group if c.fact.polarity is Polarity.denied]
    marks: list[Flag] = list(flags)
    if shown in _LATEST:
        affirmed = [c for c in affirmed if c.told == affirmed[-1].told]
    if category is Category.pending:
        waited = days_between(affirmed[-1].told or None, as_of) if affirmed else None
        if waited is not None and waited > 180:
            marks.append("old")
    told = days_between(group[0].told or None, as_of) or 0
    if key == "vigilance:pregnancy" and told > PREGNANCY_DAYS:
        return
    if category is Category.follow_up:
        due = affirmed[-1].fact.date or None
        if due and (days_between(due, as_of) or 0) > 0:
            return  # its day has passed
        if not due and (days_between(affirmed[-1].told or None, as_of) or 0) > 400:
            return
    if key == "habit:tobacco" or key == "blood_group":
        for state in (
            "never",
            "stopped",
            "current",
            *sorted({c.fact.values.get("group", "") for c in group}),
        ):
            same = [
                c
                for c in group
                if state and state in (c.fact.values.get("state"), c.fact.values.get("group"))
            ]
            if same:
                line = merged(f"{key}-{state}", same, as_of, language, marks)
                found.lines[shown].append(line)
        return
    if affirmed:
        by_side: dict[str, list[Cited]] = defaultdict(list)
        sides = {c.fact.values.get("side") for c in affirmed} - {None}
        for one in affirmed:
            side = one.fact.values.get("side", "") if len(sides) > 1 else ""
            by_side[side or ""].append(one)
        for side, same in sorted(by_side.items()):
            if not side and len(by_side) > 1:
                continue  # without a side: said by the others too
            line = merged(f"{key}-{side}" if side else key, same, as_of, language, marks)
            if category is Category.problem and all(c.fact.status == "resolved" for c in same[-1:]):
                found.lines["history"].append(line)
            else:
                found.lines[shown].append(line)
    if denied and (category is Category.allergy or "conflict" in marks):
        found.lines[shown].append(merged(f"{key}-denied", denied, as_of, language, marks))


def _treatments(
    found: Reduced,
    courses: dict[str, Course],
    flags: dict[str, list[Flag]],
    as_of: str,
    language: str,
) -> None:
    for key, one in courses.items():
        extra = flags.get(key, [])
        if _taken(one):
            line = treatment_line(key, one, as_of, language, stopped=False)
            line = line.model_copy(update={"flags": tuple(dict.fromkeys((*line.flags, *extra)))})
            found.lines["treatments"].append(line)
            found.lines["discharge_treatments"].append(line)
        if one.stopped is not None:
            found.lines["stopped_treatments"].append(
                treatment_line(key, one, as_of, language, stopped=True)
            )


def _tell(
    found: Reduced,
    clashed: Sequence[Clash],
    copied: Sequence[Copy],
    courses: dict[str, Course],
    as_of: str,
    language: str,
) -> None:
    all_clashes = list(clashed)
    all_copies = list(copied)
    for one in courses.values():
        all_clashes += [
            Clash(kind, a.fact.values["inn"], a, says_a, b, says_b)
            for kind, a, b, says_a, says_b in one.conflicts
        ]
        last = {kind: (old, newer) for kind, old, newer in one.stale}
        all_copies += [
            Copy(kind, old.fact.values["inn"], old, newer) for kind, (old, newer) in last.items()
        ]
    words = PHRASES[language]
    for clash in sorted(all_clashes, key=lambda c: (_GRAVITY.index(c.kind), c.one.order, c.about)):
        about = _name(clash.about, clash.one)
        conflict = Conflict(
            id=line_id(f"conflict.{clash.kind}", f"{clash.one.fact.key}"),
            kind=clash.kind,
            about=about,
            one=ConflictSide(says=clash.one_says, evidence=(clash.one.evidence,)),
            other=ConflictSide(says=clash.other_says, evidence=(clash.other.evidence,)),
        )
        found.conflicts.append(conflict)
        found.questions.append(
            OpenQuestion(
                text=words.conflicts[clash.kind].format(
                    about=about, one=clash.one_says, other=clash.other_says
                ),
                source=conflict.id,
                evidence=(clash.one.evidence, clash.other.evidence),
            )
        )
    for copy in sorted(all_copies, key=lambda c: (c.kind, c.old.order, c.about)):
        about = _name(copy.about, copy.old)
        newer = copy.newer
        stale = Stale(
            id=line_id(f"stale.{copy.kind}", copy.old.fact.key),
            kind=copy.kind,
            about=about,
            old=ConflictSide(says=copy.old.evidence.quote, evidence=(copy.old.evidence,)),
            newer=ConflictSide(says=newer.evidence.quote, evidence=(newer.evidence,))
            if newer
            else None,
            age=age(copy.old.told or None, as_of, language),
        )
        found.stale.append(stale)
        found.questions.append(
            OpenQuestion(
                text=words.stale[copy.kind].format(
                    about=about,
                    old=copy.old.evidence.quote,
                    newer=newer.evidence.quote if newer else "",
                ),
                source=stale.id,
                evidence=(copy.old.evidence, *((newer.evidence,) if newer else ())),
            )
        )
    for line in found.lines["pending"]:
        if "old" in line.flags:
            found.questions.append(
                OpenQuestion(
                    text=words.old_pending.format(line.text),
                    source=line.id,
                    evidence=line.evidence[:2],
                )
            )
    gaps: tuple[Shows, ...] = ("allergies", "treatments")
    for shown in gaps:
        if not found.lines[shown]:
            found.questions.append(OpenQuestion(text=words.gaps[shown], source=f"gap:{shown}"))


_GRAVITY = (
    "prescribed_allergen", "blood_group", "no_allergy", "allergy", "side", "status", "dose",
    "frequency", "diagnosis", "date", "result", "habit", "identity",
)  # fmt: skip


def _name(about: str, one: Cited) -> str:
    """A drug as the document calls it."""
    if one.fact.category is Category.treatment:
        return one.fact.label.split(" ")[0] if " " in one.fact.label else one.fact.label
    return about
