"""A folder or a manifest of records → rows of a batch: a row is one patient.

In a folder, each folder, ZIP or FHIR bundle in it is one; in a manifest, each ``path`` is a folder
or such a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.batch_manifest import check_path, checked_reference, rows_of_file, text_of
from api.form import check_consent, take_patient
from api.record_upload import wanted_of
from consultation.errors import InputError, InvalidOption, UnsupportedLanguage
from jobs.batch_source import BadRow, GoodRow, ItemSource
from jobs.service_settings import ServiceSettings
from jobs.store.record_tables import is_record
from jobs.store.tables import is_id
from jobs.tasks import JobOptions
from prompts.library import LANGUAGES
from transcribe.pipeline import TranscribeOptions

OPTIONS = frozenset({"language", "template", "as_of", "consent", "patient"})
_STORED = frozenset({"record_id", "template", "as_of"})
FILES = frozenset({".zip", ".json"})


def from_folder(
    folder: Path, defaults: Mapping[str, str], settings: ServiceSettings
) -> Iterator[GoodRow | BadRow]:
    """What is directly in ``folder``, in the order of names. Raises InputError."""
    known = _options(defaults, settings)
    number = 0
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        a_file = path.is_file() and path.suffix.lower() in FILES
        if path.name.startswith(".") or not (path.is_dir() or a_file):
            continue
        number += 1
        yield GoodRow(number, ItemSource(path=path.name, record=True, **known))


def from_file(
    path: Path, defaults: Mapping[str, str], settings: ServiceSettings
) -> Iterator[GoodRow | BadRow]:
    """``path`` ends in .csv, .jsonl or .ndjson. Raises InvalidOption, UnreadableFile."""
    for line, row in rows_of_file(path, OPTIONS):
        yield row if isinstance(row, BadRow) else _row(line, row, defaults, settings)


def read_stored(number: int, row: Mapping[str, Any]) -> GoodRow | BadRow:
    """A record that is stored already: ``record_id``, ``template``, ``as_of``, ``reference``."""
    try:
        fields = {n: text_of(n, v, _STORED) for n, v in row.items() if v is not None}
        if set(fields) - _STORED - {"reference"}:
            raise InvalidOption("an option is not one of stored records")
        record_id = fields.pop("record_id", "").strip()
        reference = checked_reference(fields)
        if not (is_id(record_id) and is_record(record_id)):
            raise InvalidOption("record_id: is not one")
        wanted = wanted_of(fields.get("template") or None, fields.get("as_of") or None)
    except InputError as error:
        return BadRow(number, error.message)
    source = ItemSource(
        consultation_id=record_id, record=True, template=wanted.template, as_of=wanted.as_of,
        reference=reference,
    )  # fmt: skip
    return GoodRow(number, source)


def _row(
    line: int, row: Mapping[str, Any], defaults: Mapping[str, str], settings: ServiceSettings
) -> GoodRow | BadRow:
    try:
        fields = {n: text_of(n, v, OPTIONS) for n, v in row.items() if v is not None}
        wanted = fields.pop("path", "").strip()
        reference = checked_reference(fields)
        if not wanted:
            raise InvalidOption("path: is missing")
        check_path(wanted)
        given = {name: value for name, value in fields.items() if value.strip()}
        known = _options({**defaults, **given}, settings)
    except InputError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return BadRow(line, f"{error.message}{hint}")
    return GoodRow(line, ItemSource(path=wanted, record=True, reference=reference, **known))


def _options(given: Mapping[str, str], settings: ServiceSettings) -> dict[str, Any]:
    fields = dict(given)
    patient = take_patient(fields)
    if set(fields) - OPTIONS:
        raise InvalidOption(
            "an option is not one of records", hint=f"Known: {', '.join(sorted(OPTIONS))}."
        )
    language, consent = fields.get("language"), fields.get("consent")
    if language is not None and language not in LANGUAGES:
        raise UnsupportedLanguage("language: not one that is supported")
    check_consent(consent, settings)
    if consent is not None and len(consent) > 200:
        raise InvalidOption("consent: has more than 200 characters")
    wanted = wanted_of(fields.get("template"), fields.get("as_of"))
    options = JobOptions(transcribe=TranscribeOptions(language=language), consent=consent)
    return {
        "template": wanted.template, "as_of": wanted.as_of, "patient": patient, "options": options
    }  # fmt: skip
