"""PriMock57: mock consultations in English with notes, and clinicians' checklists, CC BY 4.0.

https://github.com/babylonhealth/primock57 (Papadopoulos Korfiatis et al. 2022, Moramarco et al.
2022): ``transcripts/<id>_doctor.TextGrid`` and ``_patient``, ``notes/<id>.json``, and workbooks
``<id>_clinician_<n>.xlsx`` with what a note must hold and what clinicians say of written notes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from consultation.errors import UnreadableFile
from consultation.transcript import Role
from evaluation.corpora.dialogue import Dialogue, content, dialogue
from evaluation.corpora.workbook import first_sheet

ROLES = {"doctor": Role.clinician, "patient": Role.patient}
_INTERVAL = re.compile(
    r"xmin = ([\d.]+)\s+xmax = [\d.]+\s+text = \"((?:[^\"]|\"\")*)\"", re.MULTILINE
)
_MARK = re.compile(r"<[^>]*>")
_WORKBOOK = re.compile(r"(day\d+_consultation\d+)_clinician_\d+")


@dataclass(frozen=True, slots=True)
class Item:
    """What a note should hold, as a clinician wrote it."""

    text: str
    critical: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement of a written note, which a clinician who heard the consultation judged."""

    text: str
    correct: bool
    hangs: bool = False
    """It goes on with the line before it (*↳ goes*), and may say nothing alone."""


@dataclass(frozen=True)
class Consultation:
    dialogue: Dialogue
    note: str
    """The clinician's own."""
    checklists: tuple[tuple[Item, ...], ...]
    """One a clinician; most consultations have none."""
    judged: tuple[Judged, ...]


def consultations(folder: Path) -> Iterator[Consultation]:
    """By name. Raises UnreadableFile."""
    workbooks: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*.xlsx")):
        if match := _WORKBOOK.fullmatch(path.stem):
            workbooks.setdefault(match.group(1), []).append(path)
    for path in sorted(folder.glob("transcripts/*_doctor.TextGrid")):
        name = path.stem.removesuffix("_doctor")
        turns = [
            (start, role, text)
            for role in ROLES
            for start, text in _turns(path.with_name(f"{name}_{role}.TextGrid"))
        ]
        said = [(role, text) for _, role, text in sorted(turns)]
        found = dialogue(name, "en", said, ROLES)
        if found is None:
            continue
        checklists, judged = [], []
        for workbook in workbooks.get(name, []):
            lists, statements = _workbook(workbook)
            checklists += lists
            judged += statements
        yield Consultation(found, _note(folder / f"notes/{name}.json"), (*checklists,), (*judged,))


def read(folder: Path) -> Iterator[Dialogue]:
    """All dialogues. Raises UnreadableFile."""
    for consultation in consultations(folder):
        yield consultation.dialogue


def _turns(path: Path) -> list[tuple[float, str]]:
    found = []
    for start, text in _INTERVAL.findall(content(path)):
        spoken = " ".join(_MARK.sub(" ", text.replace('""', '"')).split())
        if spoken:
            found.append((float(start), spoken))
    return found


def _note(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        return str(json.loads(content(path))["note"])
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile("a file of the corpus is not PriMock57's JSON") from None


def _workbook(path: Path) -> tuple[list[tuple[Item, ...]], list[Judged]]:
    rows = first_sheet(path)
    header = rows[0] if rows else []
    lists: list[tuple[Item, ...]] = []
    judged: list[Judged] = []
    for column, title in enumerate(header):
        pairs = [(_cell(row, column), _cell(row, column + 1).lower()) for row in rows[1:]]
        if title.strip() == "CHECKLIST" and "Critical" in _cell(header, column + 1):
            lists.append(
                tuple(
                    Item(text.lstrip("* "), mark == "c")
                    for text, mark in pairs
                    if text and mark in ("c", "nc")
                )
            )
        elif title.startswith("Note") and "Correct" in _cell(header, column + 1):
            judged += [
                Judged(text.lstrip("↳ "), mark == "c", "↳" in text)
                for text, mark in pairs
                if text and mark in ("c", "i")
            ]
    return lists, judged


def _cell(row: list[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""
