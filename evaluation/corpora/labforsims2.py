"""LabForSims2: medical students and a virtual patient, in French (Laleye et al. 2020), CC BY-SA.

https://github.com/kleag/labforsims2-corpus: ``dialogues/*.txt``, lines ``d01050051 Vous avez…``,
d for the doctor and p for the patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from consultation.transcript import Role
from evaluation.corpora.dialogue import Dialogue, content, dialogue

ROLES = {"d": Role.clinician, "p": Role.patient}
_LINE = re.compile(r"([dp])\d+\s+(.*)")


def read(folder: Path) -> Iterator[Dialogue]:
    """By name. Raises UnreadableFile."""
    for path in sorted(folder.glob("dialogues/*.txt")):
        said = [match.groups() for match in map(_LINE.match, content(path).splitlines()) if match]
        if found := dialogue(path.stem, "fr", [(who, text) for who, text in said], ROLES):
            yield found
