"""A note as parts with topics, whoever wrote it: our summaries, or text with headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consultation.summary import Summary
from consultation.topics import Topic

SUBJECTIVE = frozenset(
    {
        Topic.complaint,
        Topic.history,
        Topic.past,
        Topic.family,
        Topic.social,
        Topic.allergies,
        Topic.medications,
    }
)
OBJECTIVE = frozenset({Topic.examination})
ASSESSMENT_AND_PLAN = frozenset({Topic.assessment, Topic.plan})
DIVISIONS: Mapping[str, frozenset[Topic]] = {
    "subjective": SUBJECTIVE,
    "objective": OBJECTIVE,
    "assessment and plan": ASSESSMENT_AND_PLAN,
}
"""As ACI-Bench divides a note; its exam and results are one here."""

_HEADINGS: tuple[tuple[str, frozenset[Topic]], ...] = (
    (r"CHIEF COMPLAINT|CC|REASON FOR VISIT", frozenset({Topic.complaint})),
    (r"HISTORY OF PRESENT ILLNESS|HPI|PC|HPC|REVIEW OF SYSTEMS|ROS", frozenset({Topic.history})),
    (r"(?:PAST )?(?:MEDICAL|SURGICAL|BIRTH) HISTORY|PAST HISTORY|PMH", frozenset({Topic.past})),
    (r"FAMILY HISTORY|FH", frozenset({Topic.family})),
    (r"SOCIAL HISTORY|SH", frozenset({Topic.social})),
    (r"ALLERGIES", frozenset({Topic.allergies})),
    (r"(?:CURRENT )?MEDICATIONS?|DH", frozenset({Topic.medications})),
    (r"SUBJECTIVE", SUBJECTIVE),
    (
        r"PHYSICAL EXAM(?:INATION)?|EXAM|VITALS(?: REVIEWED)?|RESULTS?|OBJECTIVE|PROCEDURE",
        OBJECTIVE,
    ),
    (r"ASSESSMENT|IMPRESSION|IMP|DIAGNOSIS", frozenset({Topic.assessment})),
    (r"PLAN|INSTRUCTIONS", frozenset({Topic.plan})),
    (r"(?:ASSESSMENT|IMPRESSION) (?:AND|&) PLAN|A/P", ASSESSMENT_AND_PLAN),
)


@dataclass(frozen=True)
class Note:
    parts: tuple[tuple[frozenset[Topic], str], ...]
    """(topics, text); no topics where nothing tells."""
    kept: int = 0
    """Statements, of a note of ours."""
    refused: int = 0
    """What the model wrote and code refused."""

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.parts)

    def about(self, topics: frozenset[Topic]) -> str:
        return "\n".join(text for about, text in self.parts if about & topics)


def from_text(text: str) -> Note:
    """Headings stand alone on a line, or before a colon, in capitals."""
    parts: list[tuple[frozenset[Topic], list[str]]] = [(frozenset(), [])]
    for line in text.splitlines():
        heading, rest = _heading(line.strip())
        if heading is not None:
            parts.append((heading, []))
        if rest:
            parts[-1][1].append(rest)
    return Note(tuple((topics, "\n".join(lines)) for topics, lines in parts if lines))


def from_summary(summary: Summary, topics: Mapping[str, Iterable[Topic]]) -> Note:
    """``topics``: of each section of the summary's template."""
    return Note(
        tuple(
            (frozenset(topics.get(section.key, ())), statement.text)
            for section in summary.sections
            for statement in section.statements
        ),
        kept=len(summary.statements()),
        refused=len(summary.unsupported),
    )


def _heading(line: str) -> tuple[frozenset[Topic] | None, str]:
    """(topics of a heading or None, what else the line says)"""
    name, colon, rest = line.partition(":")
    for pattern, topics in _HEADINGS:
        if re.fullmatch(pattern, name.strip(), re.IGNORECASE if colon else 0):
            return topics, rest.strip()
    return None, line
