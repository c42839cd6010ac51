"""What does not fit together, told: conflicts with both sides, what is stale or to be checked, and
the questions that a reader has to settle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from consultation.record_facts import Category
from consultation.synthesis import (
    Conflict,
    ConflictSide,
    OpenQuestion,
    ResultSeries,
    Stale,
    SynthesisLine,
    TimelineEvent,
)
from prompts.syntheses import Shows
from summarize.reduce.cited import Cited
from summarize.reduce.clashes import Clash
from summarize.reduce.copies import Copy
from summarize.reduce.lines import line_id
from summarize.reduce.phrases import PHRASES, age
from summarize.reduce.treatments import Course


@dataclass
class Reduced:
    lines: dict[Shows, list[SynthesisLine]] = field(default_factory=lambda: defaultdict(list))
    conflicts: list[Conflict] = field(default_factory=list)
    stale: list[Stale] = field(default_factory=list)
    questions: list[OpenQuestion] = field(default_factory=list)
    timeline: tuple[TimelineEvent, ...] = ()
    results: tuple[ResultSeries, ...] = ()


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


def tell(
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
    for copy in sorted(
        all_copies, key=lambda c: (c.kind in TO_CHECK, c.kind, c.old.order, c.about)
    ):
        about = _name(copy.about, copy.old)
        newer = copy.newer
        others = (newer, *copy.more) if newer else ()
        quoted = tuple(one.evidence for one in others)
        says = " ; ".join(one.quote for one in quoted)
        stale = Stale(
            id=line_id(f"stale.{copy.kind}", copy.old.fact.key),
            kind=copy.kind,
            level="to_check" if copy.kind in TO_CHECK else "superseded",
            about=about,
            category=copy.old.fact.category,
            old=ConflictSide(says=copy.old.quote, evidence=(copy.old.evidence,)),
            newer=ConflictSide(says=says, evidence=quoted) if quoted else None,
            age=age(copy.old.told or None, as_of, language),
        )
        found.stale.append(stale)
        found.questions.append(
            OpenQuestion(
                text=words.stale[copy.kind].format(
                    about=about,
                    old=copy.old.quote,
                    newer=says,
                    on="/".join(reversed(newer.told.split("-"))) if newer else "",
                ),
                source=stale.id,
                evidence=(copy.old.evidence, *quoted),
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


TO_CHECK = frozenset({"spoken_otherwise", "not_listed"})
"""Kinds that say no more than that somebody must look."""
_GRAVITY = (
    "prescribed_allergen", "blood_group", "no_allergy", "allergy", "side", "status", "dose",
    "frequency", "diagnosis", "date", "result", "habit", "identity",
)  # fmt: skip


def _name(about: str, one: Cited) -> str:
    """A drug as the document calls it."""
    if one.fact.category is Category.treatment:
        return one.fact.label.split(" ")[0] if " " in one.fact.label else one.fact.label
    return about
