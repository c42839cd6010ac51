"""Verification, as notes are verified, for the evaluation of mutations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from clinical.memory import forget
from consultation.summary import Check, Level, Statement, Verdict
from evaluation.detection import Detection, Judged, detect
from evaluation.pairs import Noted, Pair, read_pairs
from summarize.grounding import Grounder
from summarize.grounds import Grounds
from summarize.repair import repair
from summarize.rules import permitted
from summarize.undocumented import undocumented
from summarize.units import quote, units
from summarize.verify import Claim, failed, verify


def evaluate_mutations(folder: Path) -> Detection:
    """Detection and false alarms over the pairs of a folder. Raises InvalidOption."""
    try:
        return detect(read_pairs(folder), _Judge)
    finally:
        forget()


class _Judge:
    def __init__(self, pair: Pair) -> None:
        self.language = pair.language
        self.grounder = Grounder(units(pair.transcript), pair.language)

    def judge(self, noted: Noted) -> Judged:
        grounds = self._grounds(noted)
        claim = Claim(noted.text, grounds, noted.topics, self.language)
        checks = verify(claim)
        fault = failed(checks)
        mended = repair(claim, fault, self.grounder) if fault else None
        if mended is not None:
            return Judged(None, mended.text, _warned(mended.checks))
        return Judged(fault.rule if fault else None, None, _warned(checks))

    def lost(self, note: Sequence[Noted]) -> frozenset[tuple[str, str]]:
        statements = []
        for number, noted in enumerate(note):
            grounds = self._grounds(noted)
            if grounds.units:
                statements.append(
                    Statement(
                        id=f"note.{number}",
                        text=noted.text,
                        evidence=quote(grounds.shown),
                        support=grounds.support,
                    )
                )
        found = undocumented(self.grounder, statements)
        return frozenset((one.fact.value, one.text) for one in found)

    def _grounds(self, noted: Noted) -> Grounds:
        return self.grounder.ground(
            noted.text, allowed=lambda unit: permitted(noted.topics, unit, self.language)
        )


def _warned(checks: Sequence[Check]) -> tuple[str, ...]:
    return tuple(
        check.rule
        for check in checks
        if check.level is Level.warning and check.verdict is Verdict.failed
    )


def listing(found: Detection) -> str:
    """What escaped and what was refused wrongly, one a line, for the people who mend rules."""
    lines = [f"refused\t{pair}\t{rule}\t{noted.text}" for pair, noted, rule in found.refused]
    for escaped in found.escaped:
        mutant = escaped.mutant
        before = mutant.original.text if mutant.original else ""
        after = mutant.noted.text if mutant.noted else ""
        lines.append(f"escaped\t{escaped.pair}\t{mutant.kind.value}\t{before}\t{after}")
    return "".join(f"{line}\n" for line in lines)
