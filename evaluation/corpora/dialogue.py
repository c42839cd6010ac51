"""A dialogue as text: who says what, with the role of each speaker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from consultation.errors import InvalidOption, UnreadableFile
from consultation.transcript import Role


@dataclass(frozen=True, slots=True)
class Line:
    """One turn; ``speaker`` is a key of the dialogue's ``roles``."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Dialogue:
    id: str
    language: str
    """ISO 639-1."""
    lines: tuple[Line, ...]
    roles: Mapping[str, Role]


def dialogue(
    name: str, language: str, said: Iterable[tuple[str, str]], roles: Mapping[str, Role]
) -> Dialogue | None:
    """What is left when empty turns are dropped; None without at least two speakers.

    Raises InvalidOption when a speaker has no role.
    """
    lines = tuple(Line(speaker, text.strip()) for speaker, text in said if text.strip())
    speakers = {line.speaker for line in lines}
    if speakers - roles.keys():
        raise InvalidOption("a dialogue of the corpus has a speaker without a role")
    if len(speakers) < 2:
        return None
    return Dialogue(name, language, lines, {s: roles[s] for s in roles if s in speakers})


def content(path: Path) -> str:
    """A text file. Raises UnreadableFile, without its name."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"a file of the corpus could not be read: {type(error).__name__}"
        ) from None
