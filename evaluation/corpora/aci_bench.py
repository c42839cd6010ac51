"""ACI-Bench: visits with their notes, in English (Yim et al. 2023), CC BY 4.0.

https://github.com/wyim/aci-bench: ``challenge_data/*.csv`` with encounter_id, dialogue and note;
a turn of the dialogue is a line that begins with ``[doctor]``, ``[patient]``, ``[patient_guest]``.
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

ROLES = {
    "doctor": Role.clinician,
    "patient": Role.patient,
    "patient_guest": Role.companion,
}
_LINE = re.compile(r"\s*\[(\w+)\]\s*(.*)")


@dataclass(frozen=True)
class Visit:
    dialogue: Dialogue
    note: str


def visits(folder: Path, split: str = "*") -> Iterator[Visit]:
    """In the order of the files; ``split`` names one of them. Raises UnreadableFile."""
    for path in sorted(folder.glob(f"challenge_data/{split}.csv")):
        if path.stem.endswith("metadata"):
            continue
        for row in csv.DictReader(io.StringIO(content(path))):
            try:
                name, text, note = row["encounter_id"], row["dialogue"], row["note"]
            except KeyError:
                raise UnreadableFile("a file of the corpus is not ACI-Bench's CSV") from None
            said = [m.groups() for m in map(_LINE.match, text.splitlines()) if m]
            if found := dialogue(name, "en", [(who, line) for who, line in said], ROLES):
                yield Visit(found, note)


def read(folder: Path) -> Iterator[Dialogue]:
    """All dialogues. Raises UnreadableFile."""
    for visit in visits(folder):
        yield visit.dialogue
