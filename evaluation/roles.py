"""Who is the clinician, measured on published dialogues whose labels are hidden.

Each dialogue is given whole, as its first turns only, and as a recogniser might write it: in lower
case without punctuation, with words lost. Speakers get ids without meaning, in an order drawn by
lot. A turn is right if its speaker got the role that the corpus gives; one whose speaker was left
*unknown* is counted apart.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field, computed_field

from consultation.transcript import Role
from consultation.wire import Record
from evaluation.corpora.dialogue import Dialogue, Line

Attribute = Callable[[Sequence[Line], str], Mapping[str, Role]]
"""(lines, language) → role of each speaker."""
LOST = 0.15
"""Of the words, in the condition *words lost*."""


class RoleFigures(Record):
    """One condition over all dialogues of a corpus."""

    condition: str
    dialogues: int = Field(ge=0)
    right: int = Field(ge=0)
    """Turns."""
    wrong: int = Field(ge=0)
    abstained: int = Field(ge=0)
    confusion: dict[str, int] = Field(default_factory=dict)
    """``patient as companion`` → speakers."""
    wrong_dialogues: int = Field(ge=0)
    """Dialogues in which some speaker got a wrong role."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def accuracy(self) -> float | None:
        """Of the turns that were judged."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def abstention(self) -> float | None:
        turns = self.right + self.wrong + self.abstained
        return self.abstained / turns if turns else None


@dataclass(frozen=True)
class Condition:
    name: str
    first: int | None = None
    """Turns that are kept, from the start."""
    plain: bool = False
    """Lower case, no punctuation."""
    lost: float = 0.0
    """Words that are dropped."""
    fewest_speakers: int = 2
    """Dialogues with fewer are left out."""

    def apply(self, lines: Sequence[Line], chance: random.Random) -> tuple[Line, ...]:
        kept = lines if self.first is None else lines[: self.first]
        changed = (Line(line.speaker, self._text(line.text, chance)) for line in kept)
        return tuple(line for line in changed if line.text)

    def _text(self, text: str, chance: random.Random) -> str:
        if self.plain:
            text = re.sub(r"[^\w\s'’-]", " ", text).lower()
        words = text.split()
        if self.lost:
            words = [word for word in words if chance.random() >= self.lost]
        return " ".join(words)


CONDITIONS = (
    Condition("whole"),
    Condition("first 14 turns", first=14),
    Condition("first 10 turns", first=10),
    Condition("first 6 turns", first=6),
    Condition("three voices or more", fewest_speakers=3),
    Condition("no punctuation", plain=True),
    Condition("no punctuation, words lost", plain=True, lost=LOST),
    Condition("no punctuation, words lost, first 14 turns", first=14, plain=True, lost=LOST),
)


def measure(
    dialogues: Iterable[Dialogue],
    attribute: Attribute,
    *,
    conditions: Sequence[Condition] = CONDITIONS,
    seed: int = 0,
) -> tuple[RoleFigures, ...]:
    """One row a condition. Raises what ``attribute`` raises."""
    listed = list(dialogues)
    rows = (_condition(listed, attribute, condition, seed) for condition in conditions)
    return tuple(row for row in rows if row.dialogues)


def _condition(
    dialogues: Sequence[Dialogue], attribute: Attribute, condition: Condition, seed: int
) -> RoleFigures:
    turns: Counter[str] = Counter()
    confusion: Counter[str] = Counter()
    measured = wrong_dialogues = 0
    for dialogue in dialogues:
        chance = random.Random(f"{seed} {dialogue.id}")  # noqa: S311 — no secret
        lines = condition.apply(dialogue.lines, chance)
        speakers = sorted({line.speaker for line in lines})
        if len(speakers) < condition.fewest_speakers:
            continue
        measured += 1
        chance.shuffle(speakers)
        hidden = {speaker: f"S{number}" for number, speaker in enumerate(speakers, start=1)}
        found = attribute(
            [Line(hidden[line.speaker], line.text) for line in lines], dialogue.language
        )
        faults = 0
        for speaker in speakers:
            role, wanted = found[hidden[speaker]], dialogue.roles[speaker]
            said = sum(line.speaker == speaker for line in lines)
            judged = "right" if role is wanted else "wrong"
            verdict = "abstained" if role is Role.unknown else judged
            turns[verdict] += said
            faults += verdict == "wrong"
            if verdict == "wrong":
                confusion[f"{wanted.value} as {role.value}"] += 1
        wrong_dialogues += faults > 0
    return RoleFigures(
        condition=condition.name,
        dialogues=measured,
        right=turns["right"],
        wrong=turns["wrong"],
        abstained=turns["abstained"],
        confusion=dict(sorted(confusion.items())),
        wrong_dialogues=wrong_dialogues,
    )


def to_markdown(figures: Mapping[str, Sequence[RoleFigures]]) -> str:
    """Corpus → rows, as one table."""
    lines = [
        "| Corpus | Condition | Dialogues | Right of judged turns | % | Abstained | Wrong |",
        "|---|---|---|---|---|---|---|",
    ]
    for corpus, rows in figures.items():
        for row in rows:
            accuracy = "–" if row.accuracy is None else f"{100 * row.accuracy:.1f}"
            share = "–" if row.abstention is None else f"{100 * row.abstention:.1f} %"
            wrong = ", ".join(f"{count} {name}" for name, count in row.confusion.items()) or "–"
            lines.append(
                f"| {corpus} | {row.condition} | {row.dialogues} | {row.right}/"
                f"{row.right + row.wrong} | {accuracy} | {row.abstained} ({share}) | {wrong} |"
            )
    return "\n".join(lines) + "\n"
