"""Detection and false-alarm rates of verification, by kind of mutation and language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import process_time
from typing import Protocol

from evaluation.mutations import Kind, Mutant, mutants
from evaluation.pairs import Noted, Pair


@dataclass(frozen=True)
class Judged:
    """What verification made of one statement."""

    rule: str | None
    """The blocking rule that refused it, or None: it stands."""
    repaired: str | None = None
    """What it was mended to; it then stands, changed."""
    warnings: tuple[str, ...] = ()


class Judge(Protocol):
    """Verification of the statements of one consultation."""

    def judge(self, noted: Noted) -> Judged:
        """One statement, as a model would have written it."""

    def lost(self, note: Sequence[Noted]) -> frozenset[tuple[str, str]]:
        """What was said and is not in these statements: (kind, words)."""


class Court(Protocol):
    """Makes a judge for a consultation; knows how it is verified."""

    def __call__(self, pair: Pair, /) -> Judge: ...


@dataclass
class Count:
    """Of one kind in one language."""

    made: int = 0
    caught: int = 0
    repaired: int = 0
    """Of those caught: mended from the evidence instead of refused."""
    warned: int = 0
    """Of those that escaped: shown with a warning."""
    rules: Counter[str] = field(default_factory=Counter)
    """Which rule refused, or ``escaped``, or ``repaired``."""

    @property
    def rate(self) -> float:
        return self.caught / self.made if self.made else 0.0


@dataclass
class Escaped:
    """A mutant that stands in the note: for a reader on this machine, never for a log."""

    pair: str
    mutant: Mutant


@dataclass
class Detection:
    """Figures over all pairs."""

    kinds: dict[tuple[Kind, str], Count] = field(default_factory=dict)
    good: dict[str, int] = field(default_factory=dict)
    """Language → untouched statements."""
    alarms: dict[str, Counter[str]] = field(default_factory=dict)
    """Language → rules that refused untouched statements."""
    mended: dict[str, int] = field(default_factory=dict)
    """Language → untouched statements that a repair changed: alarms too."""
    warnings: dict[str, Counter[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    """Processor time of verifying each untouched note, its evidence found included."""
    escaped: list[Escaped] = field(default_factory=list)
    refused: list[tuple[str, Noted, str]] = field(default_factory=list)
    """Untouched statements that were refused: (pair, statement, rule)."""


def detect(pairs: Iterable[Pair], court: Court) -> Detection:
    """Judge every untouched statement, then every mutant of those that stand."""
    found = Detection()
    for pair in pairs:
        judge = court(pair)
        stands = _untouched(pair, judge, found)
        _mutated(pair, judge, court, stands, found)
    return found


def _untouched(pair: Pair, judge: Judge, found: Detection) -> frozenset[Noted]:
    language = pair.language
    found.good[language] = found.good.get(language, 0) + len(pair.note)
    alarms = found.alarms.setdefault(language, Counter())
    warnings = found.warnings.setdefault(language, Counter())
    stands = set()
    start = process_time()
    for noted in pair.note:
        judged = judge.judge(noted)
        if judged.rule is None and judged.repaired is None:
            stands.add(noted)
            warnings.update(judged.warnings)
        else:
            alarms[judged.rule or "repaired"] += 1
            found.refused.append((pair.id, noted, judged.rule or "repaired"))
    if pair.note:
        found.seconds.append(process_time() - start)
    return frozenset(stands)


def _mutated(
    pair: Pair, judge: Judge, court: Court, stands: frozenset[Noted], found: Detection
) -> None:
    elsewhere: Judge | None = None
    before = judge.lost(pair.note)
    for mutant in mutants(pair):
        # One that is refused untouched would be refused for nothing when changed.
        if mutant.original is not None and mutant.original not in stands:
            continue
        count = found.kinds.setdefault((mutant.kind, pair.language), Count())
        count.made += 1
        if mutant.noted is None:
            rest = [n for n in pair.note if n != mutant.original]
            caught = bool(judge.lost(rest) - before)
            count.rules["listed" if caught else "escaped"] += 1
            judged = Judged("listed" if caught else None)
        elif mutant.transcript is not None:
            if elsewhere is None:
                elsewhere = court(Pair(pair.id, mutant.transcript, pair.note))
            judged = elsewhere.judge(mutant.noted)
            count.rules[judged.rule or "escaped"] += 1
        else:
            judged = judge.judge(mutant.noted)
            name = judged.rule or ("repaired" if judged.repaired else "escaped")
            count.rules[name] += 1
        if judged.rule is not None or judged.repaired is not None:
            count.caught += 1
            count.repaired += judged.repaired is not None
        else:
            count.warned += bool(judged.warnings)
            found.escaped.append(Escaped(pair.id, mutant))


def to_markdown(found: Detection) -> str:
    """Tables of rates with counts, and which rule caught what."""
    lines = ["| Kind | Language | Mutants | Caught | Rate | Mended | Escaped with a warning |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for (kind, language), c in sorted(found.kinds.items()):
        lines.append(
            f"| {kind.value} | {language} | {c.made} | {c.caught} | {c.rate:.1%} | {c.repaired}"
            f" | {c.warned} |"
        )
    for language in sorted({language for _, language in found.kinds}):
        counts = [c for (_, lang), c in found.kinds.items() if lang == language]
        made, caught = sum(c.made for c in counts), sum(c.caught for c in counts)
        lines.append(f"| **all** | {language} | {made} | {caught} | {caught / made:.1%} | | |")
    lines += ["", "| Untouched statements | Language | Refused or changed | Rate | By |",
              "|---|---|---|---|---|"]  # fmt: skip
    for language, good in sorted(found.good.items()):
        alarms = found.alarms[language]
        by = ", ".join(f"{rule} {n}" for rule, n in alarms.most_common())
        total = sum(alarms.values())
        lines.append(f"| {good} | {language} | {total} | {total / good:.1%} | {by} |")
    if found.seconds:
        lines += [
            "",
            f"Verification of an untouched note: median {1000 * median(found.seconds):.0f} ms of"
            f" processor time, at most {1000 * max(found.seconds):.0f} ms.",
        ]
    rules = sorted({rule for c in found.kinds.values() for rule in c.rules})
    lines += ["", "| Kind | " + " | ".join(rules) + " |", "|---" * (len(rules) + 1) + "|"]
    for kind in Kind:
        total_rules: Counter[str] = Counter()
        for (other, _), c in found.kinds.items():
            if other is kind:
                total_rules.update(c.rules)
        if total_rules:
            cells = " | ".join(str(total_rules[rule] or "") for rule in rules)
            lines.append(f"| {kind.value} | {cells} |")
    return "\n".join(lines) + "\n"
