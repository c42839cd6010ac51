"""All facts of one patient → lines by what they are about, conflicts, what is stale, questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from consultation.documents import SourceDocument
from consultation.record_facts import Category
from consultation.summary import Polarity
from consultation.synthesis import Flag, SynthesisLine
from prompts.syntheses import Shows
from summarize.reduce.cited import Cited, days_between, in_order
from summarize.reduce.clashes import Groups, clashes, prescribed_allergens
from summarize.reduce.copies import PREGNANCY_DAYS, answered, copies
from summarize.reduce.lines import merged, treatment_line
from summarize.reduce.passed import passed
from summarize.reduce.series import series, timeline
from summarize.reduce.telling import Reduced, tell
from summarize.reduce.treatments import Course, course, goes_on
from summarize.reduce.unsettled import unsettled

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


def reduce(
    facts: Iterable[Cited],
    as_of: str,
    language: str,
    documents: Sequence[SourceDocument] = (),
) -> Reduced:
    """Linear in the number of facts but for sorting; the order they come in does not matter.
    ``documents``: where problems that no lexicon has are looked for."""
    groups: Groups = defaultdict(list)
    for one in in_order(facts):
        groups[one.fact.key].append(one)
    found = Reduced()
    courses = {
        key: course(group) for key, group in sorted(groups.items()) if key.startswith("drug:")
    }
    taken = [c.stands for c in courses.values() if goes_on(c) or c.stands.fact.status == "planned"]
    clashed = [*clashes(groups), *prescribed_allergens(groups, taken)]
    known = answered(groups)
    copied = copies(groups, known)
    flags: dict[str, list[Flag]] = defaultdict(list)
    for clash in clashed:
        for side in (clash.one, clash.other):
            flags[side.fact.key].append("conflict")
    for copy in copied:
        flags[copy.old.fact.key].append("stale")
    settled = {key for key, marks in flags.items() if marks} | set(known)
    settled |= {key for key, one in courses.items() if one.stale or one.conflicts}
    doubted = unsettled(groups, courses, documents, frozenset(settled))
    for copy in doubted:
        flags[copy.old.fact.key].append("to_check")
    for key, group in sorted(groups.items()):
        _line(found, key, group, flags[key], known, as_of, language)
    _treatments(found, courses, flags, as_of, language)
    tell(found, clashed, (*copied, *doubted), courses, as_of, language)
    found.questions += passed(groups, as_of, language)
    found.timeline = timeline(groups)
    found.results = series(groups, as_of, language)
    for shown, lines in found.lines.items():
        lines.sort(key=lambda line: _rank(shown, line))
    return found


def _rank(shown: Shows, line: SynthesisLine) -> tuple[bool, int, str]:
    """Pending and follow-up by date; others by the latest source first."""
    day = line.date if shown == "follow_up" else line.last_seen
    digits = int("".join(c for c in (day or "0") if c.isdigit()).ljust(8, "0"))
    return (line.polarity is Polarity.denied, -digits, line.id)


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
            "mentioned",
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
    if key.startswith("transfusion:"):
        said = affirmed or denied
        found.lines["transfusions"].append(merged(key, said, as_of, language, marks))


def _treatments(
    found: Reduced,
    courses: dict[str, Course],
    flags: dict[str, list[Flag]],
    as_of: str,
    language: str,
) -> None:
    for key, one in courses.items():
        extra = flags.get(key, [])
        if goes_on(one):
            line = treatment_line(key, one, as_of, language, stopped=False)
            line = line.model_copy(update={"flags": tuple(dict.fromkeys((*line.flags, *extra)))})
            found.lines["treatments"].append(line)
            found.lines["discharge_treatments"].append(line)
        if one.stopped is not None:
            found.lines["stopped_treatments"].append(
                treatment_line(key, one, as_of, language, stopped=True)
            )
