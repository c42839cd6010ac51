"""MTS-Dialog: short dialogues, each with one section of a note, in English, CC BY 4.0.

https://github.com/abachaa/MTS-Dialog (Ben Abacha et al. 2023): ``MTS-Dialog-*Set.csv`` with ID,
section_header, section_text, dialogue; turns begin with ``Doctor:``, ``Patient:``,
``Guest_family:``, ``Guest_clinician:``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from consultation.errors import UnreadableFile
from consultation.transcript import Role
from evaluation.corpora.dialogue import Dialogue, content, dialogue

_LINE = re.compile(r"\s*([A-Z][A-Za-z_]{3,16}\d*)\s*:\s*(.*)")


@dataclass(frozen=True)
class Excerpt:
    id: str
    header: str
    """GENHX, FAM/SOCHX, ALLERGY…"""
    section: str
    """The reference's text."""
    dialogue: Dialogue | None
    """None when only one speaks."""


def excerpts(folder: Path, split: str = "*Set") -> Iterator[Excerpt]:
    """In the order of the files, those without a section header left out. Raises UnreadableFile."""
    for path in sorted(folder.glob(f"MTS-Dialog-{split}.csv")):
        for row in csv.DictReader(io.StringIO(content(path))):
            if "section_header" not in row:
                break
            try:
                name = f"{path.stem}-{row['ID']}"
                header, text, said = row["section_header"], row["section_text"], row["dialogue"]
            except KeyError:
                raise UnreadableFile("a file of the corpus is not MTS-Dialog's CSV") from None
            turns = _turns(said)
            roles = {speaker: _role(speaker) for speaker, _ in turns}
            yield Excerpt(name, header, text, dialogue(name, "en", turns, roles))


def read(folder: Path) -> Iterator[Dialogue]:
    """All dialogues. Raises UnreadableFile."""
    for excerpt in excerpts(folder):
        if excerpt.dialogue is not None:
            yield excerpt.dialogue


def _turns(text: str) -> list[tuple[str, str]]:
    turns: list[tuple[str, str]] = []
    for line in text.splitlines():
        if match := _LINE.match(line):
            turns.append((match.group(1), match.group(2)))
        elif turns:
            turns[-1] = (turns[-1][0], f"{turns[-1][1]} {line.strip()}")
    return turns


def _role(speaker: str) -> Role:
    """Misspellings occur: *Docotr_2*, *Gest_family*."""
    name = speaker.lower()
    if name.startswith("doc") or "clinic" in name:
        return Role.clinician
    return Role.companion if name.startswith(("guest", "gest")) else Role.patient
