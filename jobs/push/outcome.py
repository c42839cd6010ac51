"""What became of one try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["accepted", "again", "failed"]
"""again: may pass by itself, or when somebody puts the receiver or the settings right."""


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    answer: str | None = None
    """The receiver's code, never its text."""
    error: str | None = None
    """A code of ours where there was no answer."""
