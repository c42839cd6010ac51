"""The first sheet of an Excel workbook as rows of text: all that the checklists need."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

from consultation.errors import UnreadableFile

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MOST_BYTES = 50_000_000
"""Of one part of the workbook, unpacked."""


def first_sheet(path: Path) -> list[list[str]]:
    """Rows without gaps: an empty cell is an empty string. Raises UnreadableFile."""
    try:
        with zipfile.ZipFile(path) as archive:
            shared = [
                "".join(text.text or "" for text in item.iter(f"{_MAIN}t"))
                for item in _part(archive, "xl/sharedStrings.xml").iter(f"{_MAIN}si")
            ]
            cells = [
                (cell.get("r", ""), _value(cell, shared))
                for cell in _part(archive, "xl/worksheets/sheet1.xml").iter(f"{_MAIN}c")
            ]
    except (OSError, KeyError, ValueError, IndexError, zipfile.BadZipFile, ET.ParseError) as error:
        raise UnreadableFile(f"a workbook could not be read: {type(error).__name__}") from None
    rows: list[list[str]] = []
    for name, value in cells:
        match = re.fullmatch(r"([A-Z]{1,2})(\d{1,5})", name)
        if match is None or not value:
            continue
        column, row = _column(match.group(1)), int(match.group(2)) - 1
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = value
    return rows


def _part(archive: zipfile.ZipFile, name: str) -> ET.Element:
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise ValueError(name)
    return ET.fromstring(archive.read(name))  # noqa: S314 — expat limits what entities expand to


def _value(cell: ET.Element, shared: list[str]) -> str:
    value = cell.find(f"{_MAIN}v")
    if value is None or value.text is None:
        return ""
    return shared[int(value.text)] if cell.get("t") == "s" else value.text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
