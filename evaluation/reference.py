"""What was really said, by whom and when: references, and the formats they are read from."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Self

from pydantic import Field, model_validator

from consultation.errors import InvalidOption
from consultation.transcript import Role
from consultation.wire import Record


class ReferenceTurn(Record):
    """One speaker's words, or the time of them, or both; seconds."""

    speaker: str
    start: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    end: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    text: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("a turn has a start and an end, or neither")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError("a turn ends before it starts")
        return self


class Reference(Record):
    """All that is known of one recording; each measure takes what it needs."""

    language: str
    text: str | None = None
    """Everything said, in order."""
    spoken: tuple[ReferenceTurn, ...] = ()
    """Turns with text; empty where nobody wrote down who said what."""
    timed: tuple[ReferenceTurn, ...] = ()
    """Turns with times, the best there are (RTTM before others); empty where there are none."""
    roles: dict[str, Role] = Field(default_factory=dict)
    """By the speaker's name in the reference."""


def turns_from_json(content: str) -> tuple[ReferenceTurn, ...]:
    """A list of ``{"speaker", "start", "end", "text"}``, seconds. Raises InvalidOption."""
    try:
        return tuple(ReferenceTurn.model_validate(turn) for turn in json.loads(content))
    except (ValueError, TypeError):
        raise InvalidOption("a reference of turns is not a JSON list of turns") from None


def turns_from_rttm(content: str) -> tuple[ReferenceTurn, ...]:
    """``SPEAKER`` lines of RTTM (NIST RT-09). Raises InvalidOption."""
    turns = []
    for line in content.splitlines():
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        try:
            start, duration = float(fields[3]), float(fields[4])
            turn = ReferenceTurn(speaker=fields[7], start=start, end=round(start + duration, 3))
        except (IndexError, ValueError):
            raise InvalidOption("a reference in RTTM has a line that is none") from None
        turns.append(turn)
    return tuple(turns)


def turns_from_stm(content: str) -> tuple[ReferenceTurn, ...]:
    """``recording channel speaker start end [<label>] text`` (NIST STM). Raises InvalidOption."""
    turns = []
    for line in content.splitlines():
        if not line.strip() or line.startswith(";;"):
            continue
        try:
            _, _, speaker, start, end, *rest = line.split(maxsplit=5)
            text = re.sub(r"^<[^>]*>\s*", "", rest[0] if rest else "")
            turn = ReferenceTurn(speaker=speaker, start=float(start), end=float(end), text=text)
        except ValueError:
            raise InvalidOption("a reference in STM has a line that is none") from None
        turns.append(turn)
    return tuple(turns)


def turns_from_channels(content: str) -> tuple[ReferenceTurn, ...]:
    """``{"left": text, "right": text}``: one speaker a channel. Raises InvalidOption."""
    try:
        sides = json.loads(content).items()
        return tuple(ReferenceTurn(speaker=side, text=text) for side, text in sides)
    except (ValueError, AttributeError):
        raise InvalidOption("a reference of channels is not a JSON object of texts") from None


def turns_from_labels(content: str, labels: Collection[str]) -> tuple[ReferenceTurn, ...]:
    """Lines ``D: …`` whose label is one of ``labels``; a line without one goes on."""
    turns: list[ReferenceTurn] = []
    for line in content.splitlines():
        label, colon, rest = line.partition(":")
        if colon and label.strip() in labels:
            turns.append(ReferenceTurn(speaker=label.strip(), text=rest.strip()))
        elif turns and line.strip():
            last = turns[-1]
            turns[-1] = ReferenceTurn(speaker=last.speaker, text=f"{last.text} {line.strip()}")
    return tuple(turns)
