"""The list of recordings to measure on, and where their references are.

A folder holds ``manifest.json`` (a list, or ``{"recordings": [...]}``) or ``manifest.jsonl`` (one
recording a line). Paths are relative to the manifest's folder, or absolute:

    {"id": "consult_fr", "audio": "consult_fr.flac", "language": "fr",
     "turns": "consult_fr.json", "rttm": "consult_fr.rttm",
     "roles": {"D": "clinician", "P": "patient"}, "vocabulary": ["amlodipine"]}
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import Field, ValidationError

from consultation.errors import InvalidOption, UnreadableFile
from consultation.transcript import Role
from consultation.wire import Record
from evaluation import reference
from evaluation.reference import Reference, ReferenceTurn

NAMES = ("manifest.json", "manifest.jsonl")


class Entry(Record):
    """One recording and its references; all paths are absolute once read."""

    id: str = Field(pattern=r"^[\w.\-]+$")
    """Names the folder of its results."""
    audio: Path
    language: str
    """ISO 639-1; references are normalised by its rules. Recognition detects its own."""
    text: Path | None = None
    """Everything said; lines may begin with a label of ``roles``: ``D: …``."""
    turns: Path | None = None
    """JSON list of {speaker, start, end, text}; seconds."""
    rttm: Path | None = None
    stm: Path | None = None
    channels: Path | None = None
    """JSON object of texts: left, right."""
    roles: dict[str, Role] = Field(default_factory=dict)
    vocabulary: tuple[str, ...] = ()
    """Words a caller could expect; used only when asked for."""
    note: str = ""
    """Where it comes from; for the reader."""


def read(path: Path) -> tuple[Entry, ...]:
    """The entries of a manifest, or of the one in a folder.

    Raises UnreadableFile, or InvalidOption that says which entry and which field.
    """
    if path.is_dir():
        found = next((path / name for name in NAMES if (path / name).is_file()), None)
        if found is None:
            raise UnreadableFile(
                "the folder holds no manifest",
                hint=f"Write {' or '.join(NAMES)}; evaluation/samples has an example.",
            )
        path = found
    entries = [_entry(number, raw, path.parent) for number, raw in enumerate(_raw(path), start=1)]
    if not entries:
        raise InvalidOption("the manifest lists no recording")
    if len({entry.id for entry in entries}) < len(entries):
        raise InvalidOption("two recordings of the manifest have the same id")
    return tuple(entries)


def load_reference(entry: Entry) -> Reference:
    """Read an entry's references. Raises UnreadableFile or InvalidOption."""
    text = _content(entry.text)
    rttm = reference.turns_from_rttm(_content(entry.rttm) or "")
    with_text: list[tuple[ReferenceTurn, ...]] = []
    if turns := _content(entry.turns):
        with_text.append(reference.turns_from_json(turns))
    if stm := _content(entry.stm):
        with_text.append(reference.turns_from_stm(stm))
    if channels := _content(entry.channels):
        with_text.append(reference.turns_from_channels(channels))
    if text and (labelled := reference.turns_from_labels(text, entry.roles)):
        with_text.append(labelled)
        text = None
    spoken = next((t for t in with_text if t and all(turn.text for turn in t)), ())
    timed = next((t for t in (rttm, *with_text) if t and all(u.start is not None for u in t)), ())
    if text is None and spoken:
        text = "\n".join(turn.text or "" for turn in spoken)
    return Reference(
        language=entry.language, text=text, spoken=spoken, timed=timed, roles=entry.roles
    )


def _raw(path: Path) -> list[object]:
    content = _content(path) or ""
    try:
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in content.splitlines() if line.strip()]
        loaded = json.loads(content)
    except ValueError:
        raise InvalidOption("the manifest is not JSON") from None
    listed = loaded.get("recordings") if isinstance(loaded, dict) else loaded
    if not isinstance(listed, list):
        raise InvalidOption("the manifest is not a list of recordings")
    return listed


def _entry(number: int, raw: object, folder: Path) -> Entry:
    try:
        entry = Entry.model_validate(raw)
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in e["loc"]) or "-" for e in error.errors()})
        raise InvalidOption(
            f"recording {number} of the manifest is wrong at: {', '.join(places)}"
        ) from None
    # Joining an absolute path to the folder gives the absolute path.
    paths = {
        name: folder.resolve() / value
        for name in ("audio", "text", "turns", "rttm", "stm", "channels")
        if (value := getattr(entry, name)) is not None
    }
    return entry.model_copy(update=paths)


def _content(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"a file of the evaluation could not be read: {type(error).__name__}"
        ) from None
