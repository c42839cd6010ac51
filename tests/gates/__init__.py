"""Quality that may not fall: tests hand over what they measured anyway, and it is compared with
``baseline.json``, which ``make baseline`` writes again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evaluation.gates import (
    Figures,
    Verdict,
    failures,
    held,
    read_baseline,
    to_json,
    with_group,
)

FILE = Path(__file__).parent / "baseline.json"
BETTER = "better than the baseline"
"""Name under which a test's report carries what improved, from worker to terminal."""
Gate = Callable[[str, Figures], None]
"""``gate("records", figures)`` fails the test when one of the figures of the group fell."""


def gate_of(record_property: Callable[[str, object], None], *, write: bool, file: Path) -> Gate:
    def gate(group: str, figures: Figures) -> None:
        baseline = read_baseline(file) if file.exists() else {}
        if write:
            file.write_text(to_json(with_group(baseline, group, figures)), "utf-8")
            return
        found = held(baseline.get(group, {}), figures)
        for one in found:
            if one.verdict is Verdict.better:
                record_property(BETTER, f"{group}: {one.name}: {one.committed} → {one.now}")
        fell = failures(found)
        if fell:
            pytest.fail(f"{group}: {fell}", pytrace=False)

    return gate


def improvements(terminal: pytest.TerminalReporter) -> list[str]:
    """What the tests of this run said is better, by whichever process ran them."""
    return [
        str(value)
        for report in terminal.getreports("passed")
        for name, value in report.user_properties
        if name == BETTER
    ]
