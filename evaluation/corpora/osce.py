"""OSCE interviews in English by students and doctors, Fareez et al. 2022 (Scientific Data 9:313).

``*.txt``: paragraphs that begin with ``D:`` or ``P:``; a few have another mark or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from consultation.transcript import Role
from evaluation.corpora.dialogue import Dialogue, content, dialogue

ROLES = {"D": Role.clinician, "P": Role.patient}
_LINE = re.compile(r"\s*([DP])(?:\s*[:;]|\s+(?=[A-Z]))\s*(.*)")


def read(folder: Path) -> Iterator[Dialogue]:
    """By name. Raises UnreadableFile."""
    for path in sorted(folder.glob("*.txt")):
        said: list[tuple[str, str]] = []
        for line in content(path).splitlines():
            if match := _LINE.match(line):
                said.append((match.group(1), match.group(2)))
            elif said and line.strip():
                said[-1] = (said[-1][0], f"{said[-1][1]} {line.strip()}")
        if found := dialogue(path.stem, "en", said, ROLES):
            yield found
