"""A folder or a manifest → rows of a batch, one at a time, each good or bad with its line.

CSV needs a line of headers; JSONL is an object a line. Columns are the fields of an upload
(``api/form.py``) beside ``path`` or ``consultation_id`` and ``reference``.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal

from api.form import FIELDS, read_fields, take_patient
from consultation.errors import InputError, InvalidOption, UnreadableFile
from jobs.batch_source import BadRow, GoodRow, ItemSource
from jobs.service_settings import ServiceSettings
from jobs.store.tables import is_id
from jobs.text_transcript import DIALOGUES, TRANSCRIPTS

Kind = Literal["path", "consultation_id"]
_AUDIO = "aac aif aiff amr avi flac m4a m4b mka mkv mov mp3 mp4 mpeg oga ogg opus wav webm wma"
AUDIO = frozenset(f".{name}" for name in _AUDIO.split())
OPTIONS = frozenset(FIELDS) - {"priority"}
_NOT_TRANSCRIPTS = frozenset({"summary.json", "manifest.json"})
_LINE_MOST = 1 << 20


def from_folder(
    folder: Path, defaults: Mapping[str, str], settings: ServiceSettings
) -> Iterator[GoodRow | BadRow]:
    """Recordings and transcripts below ``folder``, in the order of their names.

    A text beside a recording or JSON of the same name was exported from that, and is left out.
    """
    known = _known_options(defaults, settings)
    exported_from = AUDIO | {".json"}
    number = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        sources = {Path(name).stem for name in names if Path(name).suffix.lower() in exported_from}
        for name in sorted(names):
            kind = Path(name).suffix.lower()
            transcript = kind == ".json" and name.lower() not in _NOT_TRANSCRIPTS
            dialogue = kind in DIALOGUES and Path(name).stem not in sources
            if name.startswith(".") or not (kind in AUDIO or transcript or dialogue):
                continue
            number += 1
            path = (Path(place) / name).relative_to(folder).as_posix()
            yield GoodRow(number, ItemSource(path=path, **known))


def from_file(
    path: Path, defaults: Mapping[str, str], settings: ServiceSettings
) -> Iterator[GoodRow | BadRow]:
    """``path`` ends in .csv, .jsonl or .ndjson. Raises InvalidOption, UnreadableFile."""
    for line, row in rows_of_file(path, OPTIONS):
        yield row if isinstance(row, BadRow) else read_row(line, row, "path", defaults, settings)


def rows_of_file(
    path: Path, options: frozenset[str]
) -> Iterator[tuple[int, BadRow | dict[str, Any]]]:
    """(line, columns by name). Raises InvalidOption, UnreadableFile."""
    kind = path.suffix.lower()
    if kind not in {".csv", ".jsonl", ".ndjson"}:
        raise InvalidOption("a manifest ends in .csv or .jsonl", hint="Or give the folder itself.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _csv(file, "path", options) if kind == ".csv" else _jsonl(file)
    except OSError as error:
        raise UnreadableFile(f"the manifest could not be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnreadableFile("the manifest is not UTF-8") from None


def from_lines(
    lines: Iterable[str],
    kind: str,
    of: Kind,
    defaults: Mapping[str, str],
    settings: ServiceSettings,
) -> Iterator[GoodRow | BadRow]:
    """``of``: the column that says what each item is. Raises InvalidOption for bad headers."""
    rows = _csv(lines, of, OPTIONS) if kind == ".csv" else _jsonl(lines)
    for line, row in rows:
        yield row if isinstance(row, BadRow) else read_row(line, row, of, defaults, settings)


def read_row(
    line: int,
    row: Mapping[str, Any],
    of: Kind,
    defaults: Mapping[str, str],
    settings: ServiceSettings,
) -> GoodRow | BadRow:
    try:
        fields = {name: text_of(name, value) for name, value in row.items() if value is not None}
        wanted = fields.pop(of, "").strip()
        if not wanted:
            raise InvalidOption(f"{of}: is missing")
        reference = checked_reference(fields)
        if set(fields) - OPTIONS:
            raise InvalidOption("a column has an unknown name", hint=_known(of))
        given = {name: value for name, value in fields.items() if value.strip()}
        known = _known_options({**defaults, **given}, settings)
        _check(of, wanted)
    except InputError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return BadRow(line, f"{error.message}{hint}")
    return GoodRow(line, ItemSource.model_validate({of: wanted, "reference": reference} | known))


def _check(of: Kind, wanted: str) -> None:
    if of == "consultation_id":
        if not is_id(wanted):
            raise InvalidOption("consultation_id: is not one")
        return
    check_path(wanted)
    if Path(wanted).suffix.lower() not in AUDIO | TRANSCRIPTS:
        raise InvalidOption("path: neither a recording nor a transcript")


def check_path(wanted: str) -> None:
    """Raises InvalidOption."""
    if len(wanted) > 1000 or any(ord(character) < 32 for character in wanted):
        raise InvalidOption("path: cannot be meant")
    parts = {*PurePosixPath(wanted).parts, *PureWindowsPath(wanted).parts}
    if PurePosixPath(wanted).is_absolute() or PureWindowsPath(wanted).drive or ".." in parts:
        raise InvalidOption("path: leads out of the manifest's folder")


def _known_options(given: Mapping[str, str], settings: ServiceSettings) -> dict[str, Any]:
    fields = dict(given)
    patient = take_patient(fields)
    options, template, _ = read_fields(fields, settings)
    return {"template": template, "patient": patient, "options": options}


def checked_reference(fields: dict[str, str]) -> str | None:
    """Out of the fields. Raises InvalidOption."""
    reference = fields.pop("reference", "").strip() or None
    if reference is not None and len(reference) > 200:
        raise InvalidOption("reference: has more than 200 characters")
    return reference


def text_of(name: str, value: Any, options: frozenset[str] = OPTIONS) -> str:
    """Raises InvalidOption."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    if name == "vocabulary" and isinstance(value, list) and all(type(v) is str for v in value):
        return "\n".join(value)
    if name == "channel_roles" and isinstance(value, list):
        return ",".join(str(one) for one in value)
    if name == "roles" and isinstance(value, dict):
        return json.dumps(value)
    column = name if name in {*options, "path", "consultation_id", "reference"} else "a column"
    raise InvalidOption(f"{column}: not a value that it takes")


def _csv(
    lines: Iterable[str], of: Kind, options: frozenset[str]
) -> Iterator[tuple[int, BadRow | dict[str, Any]]]:
    reader = csv.reader(lines, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if of not in names or len(set(names)) < len(names):
            raise InvalidOption(
                f"the manifest's first line has no column {of}", hint=_known(of, options)
            )
        if set(names) - {*options, of, "reference"}:
            raise InvalidOption("a column has an unknown name", hint=_known(of, options))
        for row in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(names):
                yield line, BadRow(line, f"{len(row)} cells for {len(names)} columns")
                continue
            yield line, dict(zip(names, row, strict=True))
    except csv.Error:
        # What follows cannot be told apart any more.
        line = reader.line_num
        yield line, BadRow(line, "is no CSV: a quotation mark is open, or a cell is too long")


def _jsonl(lines: Iterable[str]) -> Iterator[tuple[int, BadRow | dict[str, Any]]]:
    for line, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            row = json.loads(text) if len(text) < _LINE_MOST else None
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            yield line, row
        else:
            yield line, BadRow(line, "is no JSON object")


def _known(of: Kind, options: frozenset[str] = OPTIONS) -> str:
    return f"Columns: {', '.join((of, 'reference', *sorted(options)))}."
